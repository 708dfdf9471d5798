// Reaching user memory.
#include "kernel/errno.h"
#include "kernel/ktest/space.h"
#include "kernel/lib/string.h"
#include "kernel/vm/fault/uaccess.h"

#define PAGES 4
#define END   (DATA + PAGES * PGSIZE)

static char out[PAGES * PGSIZE], in[PAGES * PGSIZE];

static void fill(char *bytes, uint n, uint seed)
{
    for (uint i = 0; i < n; i++)
        bytes[i] = i * 31 + seed;
}

// All alignments of both sides, lengths around the sizes of the copy's steps.
KTEST(uaccess_copies)
{
    static const uint length[] = {0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 130, 257};
    struct addrspace *as = space_with_data(PAGES);
    check(as);
    ktest_use_space(as);
    bool same = true;
    for (uint from = 0; from < 8; from++) {
        for (uint to = 0; to < 8; to++) {
            for (uint i = 0; i < ARRAY_LEN(length); i++) {
                uint n = length[i];
                fill(out, n + 16, from + to);
                memset(in, 0, n + 16);
                uaddr_t user = DATA + PGSIZE - 64 + to; // across a page's end
                same &= copyout(user, out + from, n) == 0 && copyin(in + from, user, n) == 0;
                same &= memcmp(in + from, out + from, n) == 0 && in[from + n] == 0;
            }
        }
    }
    fill(out, sizeof(out), 5);
    same &= copyout(DATA, out, sizeof(out)) == 0 && copyin(in, DATA, sizeof(in)) == 0;
    same &= memcmp(in, out, sizeof(in)) == 0;
    ktest_use_space(0);
    as_put(as);
    check(same);
}

KTEST(uaccess_counts_are_exact)
{
    struct addrspace *as = space_with_data(PAGES);
    check(as);
    ktest_use_space(as);
    bool exact = true;
    fill(out, sizeof(out), 1);
    for (uint left = 0; left < 150; left++) {
        for (uint shift = 0; shift < 3; shift++) {
            exact &= copyout_partial(END - left, out + shift, 200) == left;
            memset(in, 0, sizeof(in));
            exact &= copyin_partial(in + shift, END - left, 200) == left;
            exact &= memcmp(in + shift, out + shift, left) == 0 && in[shift + left] == 0;
        }
    }
    static const uaddr_t bad[] = {0, DATA - 1, END, TRAPFRAME, TRAMPOLINE, MAXVA, 1UL << 63, -1UL};
    for (uint i = 0; i < ARRAY_LEN(bad); i++) {
        exact &= copyin(in, bad[i], 1) == -EFAULT && copyout(bad[i], out, 1) == -EFAULT;
        exact &= copyin(in, bad[i], 0) == 0 && copyinstr(in, bad[i], 10) == -EFAULT;
    }
    exact &= copyin(in, DATA, -1UL) == -EFAULT;
    ktest_use_space(0);
    as_put(as);
    check(exact);
}

KTEST(uaccess_strings)
{
    struct addrspace *as = space_with_data(PAGES);
    check(as);
    ktest_use_space(as);
    int results[6], i = 0;
    copyout(DATA + PGSIZE - 3, "hello", 6);
    results[i++] = copyinstr(in, DATA + PGSIZE - 3, 100) == 5 && strcmp(in, "hello") == 0;
    results[i++] = copyinstr(in, DATA + PGSIZE - 3, 6) == 5;
    results[i++] = copyinstr(in, DATA + PGSIZE - 3, 5) == -ENAMETOOLONG;
    copyout(END - 3, "abc", 3);
    results[i++] = copyinstr(in, END - 3, 100) == -EFAULT;
    results[i++] = copyinstr(in, END - 3, 3) == -ENAMETOOLONG;
    results[i++] = copyinstr(in, DATA, 10) == 0;
    ktest_use_space(0);
    as_put(as);
    for (int j = 0; j < i; j++)
        check(results[j]);
}
