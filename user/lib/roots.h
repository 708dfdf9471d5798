// The two roots of a process as a program sees them through pgtable(), and the three rules that
// they keep: both roots have the same user half, the user root has no kernel half, and all kernel
// roots have the same kernel half.
#ifndef USER_LIB_ROOTS_H
#define USER_LIB_ROOTS_H

#include "kernel/riscv.h"
#include "user/lib/util.h"

#define TABLE_ENTRIES 512
#define USER_ENTRIES  256 // root entries of the user half
enum root { USER_ROOT, KERNEL_ROOT };

struct roots {
    uint64 user[TABLE_ENTRIES];
    uint64 kernel[TABLE_ENTRIES];
    int different;      // entries of the user half that are not the same in both
    int kernel_in_user; // entries of the kernel half in the user root
    int own_kernel;     // entries of the kernel half that are not those of process 1
};

// Reads and compares both roots of process pid. Returns 0, or -1 (errno ESRCH: it is gone).
int roots_read(int pid, struct roots *r);
// Whether all three rules hold.
int roots_good(const struct roots *r);
// Prints one line, without a newline: which rule holds and which does not.
void roots_print(const struct roots *r);

// The first address that entry i of a root stands for.
static inline uint64 root_entry_va(int i)
{
    uint64 va = (uint64)i << 30;

    // Addresses of the kernel half have all their high bits set.
    return i < USER_ENTRIES ? va : va | ~(2 * MAXVA - 1);
}

static inline int is_leaf(uint64 pte) { return (pte & (PTE_R | PTE_W | PTE_X)) != 0; }

#endif
