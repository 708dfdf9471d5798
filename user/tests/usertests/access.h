// What the areas access, badcalls and faults share: addresses that no program may use, and memory
// that nobody has touched.
#ifndef USER_TESTS_USERTESTS_ACCESS_H
#define USER_TESTS_USERTESTS_ACCESS_H

#include "kernel/memlayout.h"
#include "user/tests/usertests/usertests.h"

#define KERNEL_HALF 0xffffffc080000000UL // where the kernel runs

// Not mapped for a small program, and none but the first of them for any.
extern const uint64 wild_addresses[];
extern const int wild_count;

// n pages behind the heap, at a page edge: promised (SBRK_EAGER) or not, untouched.
static inline char *fresh_pages(int n, int how)
{
    uint64 brk = (uint64)sbrk(0);
    char *p =
        sbrk(PGROUNDUP(brk) - brk) == SBRK_ERROR ? SBRK_ERROR : sys_sbrk((long)n * PGSIZE, how);
    expect(p != SBRK_ERROR, "%d fresh pages", n);
    return p;
}

// The bytes of a file or in a pipe.
static inline long size_of(int fd)
{
    struct stat st;
    expect(fstat(fd, &st) == 0, "fstat(%d)", fd);
    return st.size;
}

static inline void expect_bytes(const char *what, const char *p, int n, char c)
{
    for (int i = 0; i < n; i++)
        expect(p[i] == c, "%s: byte %d of %d is 0x%x, not 0x%x", what, i, n, c, p[i]);
}

// access_kill.c: what the program itself does.
void nowrite(void);
void textwrite(void);
void kernmem(void);
void MAXVAplus(void);
void stacktest(void);
void data_is_not_executable(void);

// access_cut.c: buffers and results that are good in part.
void write_ends_in_the_middle(void);
void write_past_the_bounce_buffer(void);
void pipe_write_ends_in_the_middle(void);
void refused_write_changes_nothing(void);
void top_of_user_memory(void);
void text_is_read_only(void);
void address_keeps_its_high_bits(void);
void one_argument_too_many(void);

#endif
