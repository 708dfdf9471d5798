// System calls on memory: the heap, mappings, and calls that show or change page tables.
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/file/fdtable.h"
#include "kernel/file/inode_file.h"
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
#include "kernel/vm/space/heap.h"
#include "kernel/vm/space/inspect.h"
#include "kernel/vm/space/space.h"
#include "kernel/vm/space/mmap.h"
#include "kernel/vm/fault/poke.h"
#include "kernel/vm/fault/uaccess.h"

int64 sys_sbrk(int64 n, int how)
{
    if (how != SBRK_EAGER && how != SBRK_LAZY)
        return -EINVAL;
    return as_sbrk(current()->proc->as, n, how);
}

// --- Page tables ---

int64 sys_pgpte(uaddr_t va) { return as_lookup(current()->proc->as, va); }

int64 sys_pgaccess(uaddr_t base, int pages, uaddr_t mask)
{
    uint8 map[PGACCESS_MAX / 8];
    struct addrspace *as = current()->proc->as;

    base = PGROUNDDOWN(base);
    if (pages < 0 || pages > PGACCESS_MAX)
        return -EINVAL;
    if (base >= TRAPFRAME || (uint64)pages * PGSIZE > TRAPFRAME - base)
        return -EFAULT;

    // The bits are cleared only after the mask has gone out: a mask that cannot be written loses
    // nothing. If the mask lies in one of the pages, writing it counts for the next call.
    as_accessed(as, base, pages, map);
    int err = copyout(mask, map, (pages + 7) / 8);
    if (err == 0)
        as_clear_accessed(as, base, pages, map);
    return err;
}

int64 sys_kpgtbl(void)
{
    as_print(current()->proc->as);
    return 0;
}

int64 sys_isolate(int on)
{
    struct thread *t = current();
    int before = t->isolated;

    if (on < -1 || on > 1)
        return -EINVAL;
    if (on != -1) {
        t->isolated = on;
        sched_set_slot(t); // what this hart's next trap exit reads
    }
    return before;
}

int64 sys_pgtable(int pid, int root, uint64 va, int level, uaddr_t table)
{
    struct addrspace *as;

    if (root < 0 || root > 1 || level < 0 || level > 2)
        return -EINVAL;
    int err = proc_space(pid, false, &as);
    if (err)
        return err;

    // The process may change the table meanwhile, but it cannot free it: we use the space.
    const pte_t *entries = as_table(as, root, level, va);
    if (entries == NULL)
        err = -ENOENT;
    else
        err = copyout(table, entries, PGSIZE);
    as_put(as);
    return err;
}

// Copies n bytes from our address `from` to the address `to` of as, through a page of the kernel's.
// Returns how many bytes it copied, or an error if it copied none.
static int64 poke(struct addrspace *as, uaddr_t to, uaddr_t from, int n, char *page)
{
    int done = 0;

    while (done < n && !thread_killed()) {
        // A piece ends with the page of `to`, because vm_poke() changes one page at a time.
        uint64 room = PGSIZE - (to + done) % PGSIZE;
        size_t part = copyin_partial(page, from + done, min_u64(n - done, room));

        int err = -EFAULT;
        if (part > 0)
            err = vm_poke(as, to + done, page, part);
        if (err && done == 0)
            return err;
        if (err)
            break;
        done += part;
    }
    return done;
}

int64 sys_procmem_write(int pid, uaddr_t addr, uaddr_t buf, int n)
{
    struct addrspace *as;
    int64 done = -ENOMEM;

    if (n < 0)
        return -EINVAL;
    int err = proc_space(pid, true, &as);
    if (err)
        return err;

    struct page *page = page_alloc(0);
    if (page != NULL)
        done = poke(as, addr, buf, n, page_to_virt(page));
    as_put(as);
    page_put(page);
    return done;
}

int64 sys_failalloc(int n) { return inject_arm(n); }

// --- Mappings ---

// 0, or -EINVAL if the request makes no sense.
static int check_request(const struct map_request *m)
{
    const int known = MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS;
    int kind = m->flags & (MAP_SHARED | MAP_PRIVATE);

    if (!as_valid_prot(m->prot) || (m->flags & ~known) != 0 ||
        (kind != MAP_SHARED && kind != MAP_PRIVATE))
        return -EINVAL;
    if ((m->flags & MAP_FIXED) && m->hint % PGSIZE != 0)
        return -EINVAL;
    if (m->length == 0 || m->offset % PGSIZE != 0 || (int64)m->offset < 0)
        return -EINVAL;
    return 0;
}

static int64 map_file(struct map_request *m, int fd)
{
    struct file *f = fdtable_get(&current()->proc->fds, fd);

    if (f == NULL)
        return -EBADF;
    int64 at = file_map(f, m->prot, m->flags & MAP_SHARED, &m->file, &m->denied);
    if (at == 0)
        at = as_mmap(current()->proc->as, m);
    file_close(f);
    return at;
}

int64 sys_mmap(uaddr_t addr, size_t len, int prot, int flags, int fd, int64 offset)
{
    struct map_request m = {
        .hint = addr, .length = len, .prot = prot, .flags = flags, .offset = offset};
    int err = check_request(&m);

    if (err)
        return err;
    m.hint = PGROUNDDOWN(m.hint);
    if (!(flags & MAP_ANONYMOUS))
        return map_file(&m, fd);
    m.offset = 0;
    return as_mmap(current()->proc->as, &m);
}

// The range of pages that begins at addr and has len bytes: puts its end into *end. valid: the
// call's other arguments are good. 1; 0: the range is empty; -EINVAL: addr is no page's, or not
// valid; -ENOMEM: no program has memory there.
static int check_range(uaddr_t addr, uint64 len, bool valid, uaddr_t *end)
{
    if (!valid || addr % PGSIZE != 0)
        return -EINVAL;
    if (addr > TRAPFRAME || len > TRAPFRAME - addr)
        return -ENOMEM;
    *end = addr + PGROUNDUP(len);
    return len > 0;
}

int64 sys_munmap(uaddr_t addr, size_t len)
{
    uaddr_t end;

    if (check_range(addr, len, true, &end) <= 0)
        return -EINVAL;
    return as_munmap(current()->proc->as, addr, end);
}

int64 sys_mprotect(uaddr_t addr, size_t len, int prot)
{
    uaddr_t end;
    int err = check_range(addr, len, as_valid_prot(prot), &end);

    if (err <= 0)
        return err;
    return as_protect(current()->proc->as, addr, end, prot);
}

int64 sys_msync(uaddr_t addr, size_t len, int flags)
{
    uaddr_t end;
    int err = check_range(addr, len, flags == MS_SYNC || flags == MS_ASYNC, &end);

    if (err > 0)
        err = as_check_mapped(current()->proc->as, addr, end);

    // What was stored belongs to a group of the journal already. MS_SYNC waits for the disk.
    if (err || flags == MS_ASYNC)
        return err;
    return journal_sync();
}

int64 sys_madvise(uaddr_t addr, size_t len, int advice)
{
    uaddr_t end;
    int err = check_range(addr, len, advice == MADV_DONTNEED || advice == MADV_WILLNEED, &end);

    if (err <= 0)
        return err;
    if (advice == MADV_DONTNEED)
        return as_drop_pages(current()->proc->as, addr, end);
    return as_read_ahead(current()->proc->as, addr, end);
}
