// The two roots of a process as a program sees them through pgtable(), and the three rules that
// they keep (DESIGN: "Two roots, one user half").
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
    int different;      // entries of the user half that differ
    int kernel_in_user; // kernel-half entries in the user root
    int own_kernel;     // kernel-half entries that differ from those of process 1
};

// Reads and compares both roots of process pid: 0, or -1 (errno ESRCH: it is gone).
int roots_read(int pid, struct roots *r);
int roots_good(const struct roots *r);
// One line, without its end: what holds and what does not.
void roots_print(const struct roots *r);

// First address that entry i of a root, or of a table at va, stands for.
static inline uint64 root_entry_va(int i)
{
    uint64 va = (uint64)i << 30;
    return i < USER_ENTRIES ? va : va | ~(2 * MAXVA - 1);
}

static inline int is_leaf(uint64 pte) { return (pte & (PTE_R | PTE_W | PTE_X)) != 0; }

#endif
