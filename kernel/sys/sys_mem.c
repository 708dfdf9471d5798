// System calls: memory.
#include "kernel/errno.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"
#include "kernel/sys/dispatch.h"
#include "kernel/sys/inject.h"
#include "kernel/vm.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/poke.h"
#include "kernel/vm/uaccess.h"

int64 sys_sbrk(const uint64 *a)
{
    if (a[1] != SBRK_EAGER && a[1] != SBRK_LAZY)
        return -EINVAL;
    return as_sbrk(current()->as, (int64)a[0], (int)a[1]);
}

int64 sys_pgpte(const uint64 *a) { return as_lookup(current()->as, a[0]); }

// First the answer goes out, then what it told is cleared: a mask that cannot be written loses
// nothing. If the mask lies in one of the pages, writing it counts as an access of the next period.
int64 sys_pgaccess(const uint64 *a)
{
    uint8 map[PGACCESS_MAX / 8];
    struct addrspace *as = current()->as;
    uaddr_t base = PGROUNDDOWN(a[0]);
    int n = (int)a[1];
    if (n < 0 || n > PGACCESS_MAX)
        return -EINVAL;
    if (base >= TRAPFRAME || (uint64)n * PGSIZE > TRAPFRAME - base)
        return -EFAULT;
    as_accessed(as, base, n, map);
    int r = copyout(a[2], map, (n + 7) / 8);
    if (r == 0)
        as_clear_accessed(as, base, n, map);
    return r;
}

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

// Through a page of ours, each piece into one page of as. How many bytes, or an error if none.
static int64 poke(struct addrspace *as, uaddr_t to, uaddr_t from, int n, char *page)
{
    int done = 0;
    while (done < n) {
        size_t part = copyin_partial(page, from + done, min_u64(n - done, PGSIZE - (to + done) % PGSIZE));
        int err = part > 0 ? vm_poke(as, to + done, page, part) : -EFAULT;
        if (err)
            return done > 0 ? done : err;
        done += part;
    }
    return done;
}

int64 sys_procmem_write(const uint64 *a)
{
    struct addrspace *as;
    if ((int)a[3] < 0)
        return -EINVAL;
    int err = proc_space_of_own((int)a[0], &as);
    if (err)
        return err;
    struct page *page = page_alloc(0);
    int64 r = page ? poke(as, a[1], a[2], (int)a[3], page_to_virt(page)) : -ENOMEM;
    as_put(as);
    if (page)
        page_put(page);
    return r;
}

int64 sys_failalloc(const uint64 *a) { return inject_arm((int64)a[0]); }
