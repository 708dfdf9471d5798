// What the tests of memory (access, heap, lazy, cow, layout, roots) share: a child that
// tries out an address, what an entry says, what is in use, and a gate at which children wait.
#ifndef USER_TESTS_USERTESTS_HEAP_PROBE_H
#define USER_TESTS_USERTESTS_HEAP_PROBE_H

#include "kernel/memlayout.h"
#include "kernel/procinfo.h"
#include "user/tests/usertests/usertests.h"

#define GB (1L << 30)
#define MB (1L << 20)

// Whether a child is killed (status -1) by a load from va, a store to it, a jump there.
int load_kills(uint64 va);
int store_kills(uint64 va);
int fetch_kills(uint64 va);

// The frame behind p, 0: none is mapped.
static inline uint64 frame_of(const void *p) { return PTE2PA(pgpte((void *)p)); }

// Whether p's entry is there and has all the bits of rights and none of the others of RWXU.
int has_rights(const void *p, uint64 rights);

// Makes all data and some of the stack the process's own, so that counting pages later
// is not disturbed by copies of these.
void own_pages(void);
// The same, and others that promise for a while (a transaction of the journal) are done.
void settle(void);

// Grows the heap, by pages that are promised or not, from a break that begins a page.
char *grow_heap(long bytes, int how);
// The same, with the result on a 2 MiB boundary, where a new page table begins.
char *grow_aligned(long bytes, int how);

// A word in the first 8 bytes of page i of an area.
static inline volatile long *word(char *area, long i)
{
    return (volatile long *)(area + i * PGSIZE);
}
void write_words(char *area, long pages, long mark);  // mark + i into page i
void expect_words(char *area, long pages, long mark); // they are there

// Children wait at a gate until it is opened, which happens at the latest when its owner ends.
struct gate {
    int ends[2];
};
struct gate make_gate(void);
void wait_at(const struct gate *g); // in a child
void open_gate(struct gate *g);

#endif
