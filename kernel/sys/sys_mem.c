// System calls: memory.
#include "kernel/errno.h"
#include "kernel/mem/page.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"
#include "kernel/sys/dispatch.h"
#include "kernel/sys/inject.h"
#include "kernel/vm.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/uaccess.h"

int64 sys_sbrk(const uint64 *a)
{
    if (a[1] != SBRK_EAGER && a[1] != SBRK_LAZY)
        return -EINVAL;
    return as_sbrk(current()->as, (int64)a[0], (int)a[1]);
}

int64 sys_pgpte(const uint64 *a) { return as_lookup(current()->as, a[0]); }

int64 sys_kpgtbl(const uint64 *a)
{
    (void)a;
    as_print(current()->as);
    return 0;
}

int64 sys_isolate(const uint64 *a)
{
    struct proc *p = current();
    int on = (int)a[0], before = p->isolated;
    if (on < -1 || on > 1)
        return -EINVAL;
    if (on >= 0) {
        p->isolated = on;
        sched_set_slot(p);
    }
    return before;
}

// The table is copied under the space's lock to a page of ours, and from there to the user.
int64 sys_pgtable(const uint64 *a)
{
    int root = (int)a[1], level = (int)a[3];
    if (root < 0 || root > 1 || level < 0 || level > 2)
        return -EINVAL;
    struct addrspace *as = proc_space((int)a[0]);
    if (as == 0)
        return -ESRCH;
    struct page *page = page_alloc(0);
    int r = page ? as_copy_table(as, root, level, a[2], page_to_virt(page)) : -ENOMEM;
    as_put(as);
    if (r == 0)
        r = copyout(a[4], page_to_virt(page), PGSIZE);
    if (page)
        page_put(page);
    return r;
}

int64 sys_failalloc(const uint64 *a) { return inject_arm((int64)a[0]); }
