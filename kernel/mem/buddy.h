// The free lists: blocks of 2^order frames, each aligned to its size, order 0 to PAGE_ORDER_MAX.
// A block that is freed is joined with its buddy, the other half of the block of twice its size,
// as long as that is free, too. For page.c alone, which keeps the account.
#ifndef KERNEL_MEM_BUDDY_H
#define KERNEL_MEM_BUDDY_H

#include "kernel/mem/page.h"

void buddy_init(void);

// Frees the frames of numbers [from, to): boot only.
void buddy_add(uint64 from, uint64 to);

// Takes a block; 0 if there is none of that order or above.
struct page *buddy_take(uint order);
// Moves up to n single frames to the list out: how many.
uint buddy_take_some(struct list *out, uint n);

void buddy_give(struct page *p);
// Frees all the single frames of a list, and empties it.
void buddy_give_all(struct list *frames);

// Frames on the lists; panics if a list is damaged.
uint64 buddy_check(void);

#endif
