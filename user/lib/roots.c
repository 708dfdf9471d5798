// Reads and compares the roots of a process: see user/lib/roots.h.
#include "user/lib/roots.h"

#define TRIES 5

static int read_once(int pid, struct roots *r)
{
    static uint64 of_init[TABLE_ENTRIES];

    if (pgtable(pid, USER_ROOT, 0, 2, r->user) < 0 ||
        pgtable(pid, KERNEL_ROOT, 0, 2, r->kernel) < 0 ||
        pgtable(1, KERNEL_ROOT, 0, 2, of_init) < 0)
        return -1;

    // The user half: both roots have the same entries.
    r->different = 0;
    for (int i = 0; i < USER_ENTRIES; i++)
        if (r->user[i] != r->kernel[i])
            r->different++;

    // The kernel half: empty in the user root, and the same in all kernel roots.
    r->kernel_in_user = 0;
    r->own_kernel = 0;
    for (int i = USER_ENTRIES; i < TABLE_ENTRIES; i++) {
        if (r->user[i] != 0)
            r->kernel_in_user++;
        if (r->kernel[i] != of_init[i])
            r->own_kernel++;
    }
    return 0;
}

// The roots are read one after the other. A process that runs may get a root entry in between: so a
// difference counts only if it stays.
int roots_read(int pid, struct roots *r)
{
    for (int i = 0; i < TRIES; i++) {
        if (read_once(pid, r) < 0)
            return -1;
        if (roots_good(r))
            break;
    }
    return 0;
}

int roots_good(const struct roots *r)
{
    return r->different == 0 && r->kernel_in_user == 0 && r->own_kernel == 0;
}

// The cost of a kernel root is the memory that is its own. A table below an entry that both roots,
// or all kernel roots, have in common belongs to all of them. What is left is the page of the root,
// and a table for each entry that no other root has.
void roots_print(const struct roots *r)
{
    printf("user halves equal: %s, kernel half in user root: %d entries, "
           "cost of the kernel root: %d page%s",
           r->different == 0 ? "yes" : "NO", r->kernel_in_user, 1 + r->own_kernel,
           r->own_kernel ? "s" : "");
}
