// The free lists: chunks of 2^order frames, each aligned to its size, order 0 to PAGE_ORDER_MAX.
// The two halves of a chunk are buddies. A chunk that is freed is joined with its buddy, as long as
// that is free, too. For page.c alone, which keeps the account.
#ifndef KERNEL_MEM_BUDDY_H
#define KERNEL_MEM_BUDDY_H

#include "kernel/mem/page.h"

// The frames of numbers [from, to) are free. Once, at boot.
void buddy_init(uint64 from, uint64 to);

// Moves up to n chunks of that order to the list out; returns how many.
uint buddy_take(struct list *out, uint order, uint n);
// Frees all the chunks of a list, and empties it.
void buddy_give(struct list *chunks);

// Returns the number of frames on the lists; panics if a list is damaged.
uint64 buddy_check(void);

#endif
