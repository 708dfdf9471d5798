// Reading and comparing the roots of a process: see user/lib/roots.h.
#include "user/lib/roots.h"

#define TRIES 5

static int read_once(int pid, struct roots *r)
{
    static uint64 of_init[TABLE_ENTRIES];
    if (pgtable(pid, USER_ROOT, 0, 2, r->user) < 0 ||
        pgtable(pid, KERNEL_ROOT, 0, 2, r->kernel) < 0 ||
        pgtable(1, KERNEL_ROOT, 0, 2, of_init) < 0)
        return -1;
    r->different = r->kernel_in_user = r->own_kernel = 0;
    for (int i = 0; i < USER_ENTRIES; i++)
        r->different += r->user[i] != r->kernel[i];
    for (int i = USER_ENTRIES; i < TABLE_ENTRIES; i++) {
        r->kernel_in_user += r->user[i] != 0;
        r->own_kernel += r->kernel[i] != of_init[i];
    }
    return 0;
}

// The roots are read one after the other: a process that runs may get a root entry in between, so
// a difference counts only if it stays.
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

// Tables below entries that both roots, or all kernel roots, have in common belong to all of them:
// what is left as this root's own is its one page and what its own entries lead to.
void roots_print(const struct roots *r)
{
    printf("user halves equal: %s, kernel half in user root: %d entries, "
           "cost of the kernel root: %d page%s",
           r->different == 0 ? "yes" : "NO", r->kernel_in_user, 1 + r->own_kernel,
           r->own_kernel ? "s" : "");
}
