// System calls: memory.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/file/fdtable.h"
#include "kernel/fs/journal.h"
#include "kernel/thread/self.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"
#include "kernel/proc/proc.h"
#include "kernel/thread/sched.h"
#include "kernel/sys/dispatch.h"
#include "kernel/sys/inject.h"
#include "kernel/vm.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/poke.h"
#include "kernel/vm/uaccess.h"

int64 sys_sbrk(const uint64 *a)
{
    if (a[1] != SBRK_EAGER && a[1] != SBRK_LAZY)
        return -EINVAL;
    return as_sbrk(current()->proc->as, (int64)a[0], (int)a[1]);
}

int64 sys_pgpte(const uint64 *a) { return as_lookup(current()->proc->as, a[0]); }

// First the answer goes out, then what it told is cleared: a mask that cannot be written loses
// nothing. If the mask lies in one of the pages, writing it counts as an access of the next period.
int64 sys_pgaccess(const uint64 *a)
{
    uint8 map[PGACCESS_MAX / 8];
    struct addrspace *as = current()->proc->as;
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

int64 sys_kpgtbl(const uint64 *)
{
    as_print(current()->proc->as);
    return 0;
}

int64 sys_isolate(const uint64 *a)
{
    struct thread *t = current();
    int on = (int)a[0], before = t->isolated;
    if (on < -1 || on > 1)
        return -EINVAL;
    if (on >= 0) {
        t->isolated = on;
        sched_set_slot(t);
    }
    return before;
}

// The table goes out as it is at that moment: it stays while we use the space.
int64 sys_pgtable(const uint64 *a)
{
    int root = (int)a[1], level = (int)a[3];
    if (root < 0 || root > 1 || level < 0 || level > 2)
        return -EINVAL;
    struct addrspace *as;
    int r = proc_space((int)a[0], false, &as);
    if (r < 0)
        return r;
    const pte_t *table = as_table(as, root, level, a[2]);
    r = table ? copyout(a[4], table, PGSIZE) : -ENOENT;
    as_put(as);
    return r;
}

// Through a page of ours, each piece into one page of as. How many bytes, or an error if none.
static int64 poke(struct addrspace *as, uaddr_t to, uaddr_t from, int n, char *page)
{
    int done = 0;
    while (done < n && !thread_killed()) {
        size_t part =
            copyin_partial(page, from + done, min_u64(n - done, PGSIZE - (to + done) % PGSIZE));
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
    int err = proc_space((int)a[0], true, &as);
    if (err)
        return err;
    struct page *page = page_alloc(0);
    int64 r = page ? poke(as, a[1], a[2], (int)a[3], page_to_virt(page)) : -ENOMEM;
    as_put(as);
    page_put(page);
    return r;
}

int64 sys_failalloc(const uint64 *a) { return inject_arm((int64)a[0]); }

static int check_request(const struct map_request *m)
{
    int kind = m->flags & (MAP_SHARED | MAP_PRIVATE);
    bool fixed = m->flags & MAP_FIXED;
    if (!as_valid_prot(m->prot) ||
        (m->flags & ~(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS)))
        return -EINVAL;
    if ((kind != MAP_SHARED && kind != MAP_PRIVATE) || (fixed && m->hint % PGSIZE != 0))
        return -EINVAL;
    return m->length == 0 || m->offset % PGSIZE != 0 || (int64)m->offset < 0 ? -EINVAL : 0;
}

static int64 map_file(struct map_request *m, int fd)
{
    struct file *f = fdtable_get(&current()->proc->fds, fd);
    if (!f)
        return -EBADF;
    int64 r = file_map(f, m->prot, m->flags & MAP_SHARED, &m->file, &m->denied);
    if (r == 0)
        r = as_mmap(current()->proc->as, m);
    file_close(f);
    return r;
}

int64 sys_mmap(const uint64 *a)
{
    struct map_request m = {
        .hint = a[0], .length = a[1], .prot = (int)a[2], .flags = (int)a[3], .offset = a[5]};
    int e = check_request(&m);
    if (e)
        return e;
    m.hint = PGROUNDDOWN(m.hint);
    if (!(m.flags & MAP_ANONYMOUS))
        return map_file(&m, (int)a[4]);
    m.offset = 0;
    return as_mmap(current()->proc->as, &m);
}

// An address and a length: where the pages of that range end. 1; 0: there are none; -EINVAL: no
// page's address, or the rest is not valid; -ENOMEM: there is no memory of programs.
static int fetch_range(const uint64 *a, bool valid, uaddr_t *end)
{
    if (!valid || a[0] % PGSIZE != 0)
        return -EINVAL;
    if (a[0] > TRAPFRAME || a[1] > TRAPFRAME - a[0])
        return -ENOMEM;
    *end = a[0] + PGROUNDUP(a[1]);
    return a[1] > 0;
}

int64 sys_munmap(const uint64 *a)
{
    uaddr_t end;
    return fetch_range(a, true, &end) > 0 ? as_munmap(current()->proc->as, a[0], end) : -EINVAL;
}

int64 sys_mprotect(const uint64 *a)
{
    uaddr_t end;
    int e = fetch_range(a, as_valid_prot((int)a[2]), &end);
    return e > 0 ? as_protect(current()->proc->as, a[0], end, (int)a[2]) : e;
}

// What was stored is in the journal's hands already; MS_SYNC waits until it is on the disk.
int64 sys_msync(const uint64 *a)
{
    uaddr_t end;
    int flags = (int)a[2];
    int e = fetch_range(a, flags == MS_SYNC || flags == MS_ASYNC, &end);
    if (e > 0)
        e = as_mapped(current()->proc->as, a[0], end);
    return e || flags == MS_ASYNC ? e : journal_sync();
}

int64 sys_madvise(const uint64 *a)
{
    uaddr_t end;
    int advice = (int)a[2];
    int e = fetch_range(a, advice == MADV_DONTNEED || advice == MADV_WILLNEED, &end);
    if (e <= 0)
        return e;
    return advice == MADV_DONTNEED ? as_forget(current()->proc->as, a[0], end)
                                   : as_want(current()->proc->as, a[0], end);
}
