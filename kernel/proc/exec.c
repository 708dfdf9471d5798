// exec: a complete new address space is built from the program file before the old one is left,
// so a failed exec leaves the caller whole. Segments are mapped, not read: their pages come when
// they are touched (vm/region_file.c).
//
//     address space       program segments, as the file says | process page | guard | stack | heap
//     stack, from its top argument strings, argv[] with a 0 at its end, <- sp (16-byte aligned)
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/path.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/lock/thread.h"
#include "kernel/memlayout.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/args.h"
#include "kernel/proc/elf.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/tree.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/tlb.h"

#define MAX_SEGMENTS 16

// The program that is being loaded.
struct loading {
    struct new_image image;
    struct inode *file; // locked while it is read
    uaddr_t end;        // page-aligned end of the segments so far
};

static int read_exactly(struct inode *ip, void *dst, uint64 off, size_t n)
{
    int64 r = inode_read(ip, dst, off, n);
    return r < 0 ? r : (size_t)r < n ? -ENOEXEC : 0;
}

static int check_header(const struct elf_header *h)
{
    bool ours = h->magic == ELF_MAGIC && h->class == ELF_CLASS64 && h->data == ELF_LITTLE &&
                h->type == ELF_EXEC && h->machine == ELF_RISCV &&
                h->phentsize == sizeof(struct elf_segment) && h->phnum <= MAX_SEGMENTS;
    return ours ? 0 : -ENOEXEC;
}

// Segments come in order, on pages of their own, and leave room for process page, guard and stack.
static int check_segment(const struct loading *l, const struct elf_segment *s)
{
    // and a page of heap
    const uaddr_t limit = TRAPFRAME - (1 + USERGUARD + USERSTACK + 1) * PGSIZE;
    bool sound = s->filesz <= s->memsz && s->vaddr >= USERBASE && s->vaddr < limit &&
                 s->memsz <= limit - s->vaddr && PGROUNDDOWN(s->vaddr) >= l->end &&
                 s->filesz <= l->file->d.size && s->off <= l->file->d.size - s->filesz &&
                 !((s->flags & ELF_PF_W) && (s->flags & ELF_PF_X));
    return sound ? 0 : -ENOEXEC;
}

static int prot_of(uint32 flags)
{
    return (flags & ELF_PF_R ? PROT_READ : 0) | (flags & ELF_PF_W ? PROT_WRITE : 0) |
           (flags & ELF_PF_X ? PROT_EXEC : 0);
}

// Copies n bytes of the file at off to va, from the cache's own pages.
static int copy_bytes(struct loading *l, uaddr_t va, uint64 off, uint64 n)
{
    while (n > 0) {
        uint64 part = min_u64(BSIZE - off % BSIZE, n);
        struct block *b;
        int r = inode_block(l->file, off, &b);
        if (r == 0 && b != 0) {
            r = as_write(l->image.as, va, (char *)block_data(b) + off % BSIZE, part);
            cache_put(b);
        }
        if (r == 0 && thread_killed())
            r = -EINTR;
        if (r < 0)
            return r;
        va += part;
        off += part;
        n -= part;
    }
    return 0;
}

// Where the part of the segment ends that can be mapped as the file has it: page by page, if
// addresses and offsets agree, but for the page on which the file's bytes end and zeroes begin.
static uaddr_t mapped_end(const struct elf_segment *s)
{
    uaddr_t file_end = s->vaddr + s->filesz;
    if ((s->vaddr - s->off) % PGSIZE != 0 || s->filesz == 0)
        return PGROUNDDOWN(s->vaddr);
    return s->filesz < s->memsz ? max_u64(PGROUNDDOWN(file_end), PGROUNDDOWN(s->vaddr))
                                : PGROUNDUP(file_end);
}

// Maps [start, end) of the segment's pages from the file, and the rest as memory of its own, with
// the bytes that the file has for it.
static int map_segment(struct loading *l, const struct elf_segment *s)
{
    int prot = prot_of(s->flags), r = 0;
    uaddr_t start = PGROUNDDOWN(s->vaddr), middle = mapped_end(s),
            end = PGROUNDUP(s->vaddr + s->memsz);
    if (start < middle)
        r = as_map_program(l->image.as, start, middle, prot, l->file, PGROUNDDOWN(s->off));
    if (r == 0 && middle < end)
        r = as_map(l->image.as, middle, end, prot);
    uaddr_t from = max_u64(s->vaddr, middle), to = s->vaddr + s->filesz;
    if (r == 0 && from < to)
        r = copy_bytes(l, from, s->off + (from - s->vaddr), to - from);
    if (prot & PROT_EXEC) // what is mapped becomes known page by page, what is copied here
        tlb_new_code(l->image.as);
    return r;
}

static int load_segment(struct loading *l, const struct elf_segment *s)
{
    if (s->memsz == 0)
        return 0;
    int r = check_segment(l, s);
    if (r < 0)
        return r;
    l->end = PGROUNDUP(s->vaddr + s->memsz);
    r = map_segment(l, s);
    return r == -EINVAL ? -ENOEXEC : r;
}

// => l->file locked.
static int load_program(struct loading *l)
{
    struct elf_header h;
    struct elf_segment s;
    if (l->file->d.type != T_FILE)
        return -EACCES;
    int r = read_exactly(l->file, &h, 0, sizeof(h));
    if (r == 0)
        r = check_header(&h);
    for (int i = 0; r == 0 && i < h.phnum; i++) {
        r = read_exactly(l->file, &s, h.phoff + i * sizeof(s), sizeof(s));
        if (r == 0 && s.type == ELF_PT_LOAD)
            r = load_segment(l, &s);
    }
    l->image.entry = h.entry;
    if (r == 0 && (l->end == 0 || h.entry < USERBASE || h.entry >= l->end))
        r = -ENOEXEC;
    return r;
}

// Puts strings and argv[] on the new stack.
static int push_args(struct new_image *im, const struct exec_args *args)
{
    uaddr_t argv[MAXARG + 1];
    uaddr_t strings = im->sp - args->used;
    for (size_t done = 0; done < args->used; done += PGSIZE) {
        size_t part = min_u64(args->used - done, PGSIZE);
        int r = as_write(im->as, strings + done, args->frame[done / PGSIZE], part);
        if (r < 0)
            return r;
    }

    for (int i = 0; i < args->argc; i++)
        argv[i] = strings + args->start[i];
    argv[args->argc] = 0;
    size_t size = (args->argc + 1) * sizeof(argv[0]);
    im->argc = args->argc;
    im->sp = (strings - size) & ~15UL;
    return as_write(im->as, im->sp, argv, size);
}

// What follows the segments.
static int make_stack(struct loading *l)
{
    uaddr_t bottom = l->end + (1 + USERGUARD) * PGSIZE;
    l->image.sp = bottom + USERSTACK * PGSIZE;
    as_set_info(l->image.as, &(struct usyscall){.pid = current()->leader->pid});
    int r = as_map_info(l->image.as, l->end);
    if (r == 0)
        r = as_map(l->image.as, bottom, l->image.sp, PROT_READ | PROT_WRITE);
    if (r == 0)
        as_set_heap(l->image.as, l->image.sp);
    return r;
}

// Builds the new space, which holds the file's state of being run from then on.
static int load(struct loading *l, const struct exec_args *args)
{
    int r = inode_begin_use(l->file, INODE_RUN);
    if (r < 0)
        return r;
    l->image.as = as_create();
    inode_lock(l->file);
    r = l->image.as ? load_program(l) : -ENOMEM;
    inode_unlock(l->file);
    inode_end_use(l->file, INODE_RUN);
    if (r == 0)
        r = make_stack(l);
    return r < 0 ? r : push_args(&l->image, args);
}

// The program is called as the last name of its path.
static void set_name(struct new_image *image, const char *path)
{
    const char *name = path;
    for (const char *s = path; *s; s++)
        if (*s == '/' && s[1] != 0)
            name = s + 1;
    strlcpy(image->name, name, sizeof(image->name));
}

// The process is to become the program: all its threads are told to end, so nothing can fail any
// more. -EINTR: they are ending already.
static int commit(struct proc *leader, const struct new_image *image)
{
    spin_lock(&tree_lock);
    bool first = proc_end_threads_locked(leader);
    if (first)
        leader->image = *image;
    spin_unlock(&tree_lock);
    return first ? 0 : -EINTR;
}

int proc_exec(const char *path, const struct inode *only, const struct exec_args *args)
{
    struct loading l = {0};
    int r = path_lookup(proc_cwd(), path, 0, &l.file);
    if (only != 0 && (r < 0 || l.file != only))
        r = -EPERM;
    if (r == 0) {
        set_name(&l.image, path);
        r = load(&l, args);
    }
    inode_put(l.file);
    if (r == 0)
        r = commit(current()->leader, &l.image);
    if (r == 0)
        return args->argc;
    if (l.image.as)
        as_put(l.image.as);
    return r;
}

// What was killed meanwhile ends at its return to user mode.
void proc_take_over(struct proc *p)
{
    struct addrspace *old = p->as;
    struct new_image im = p->image;
    spin_lock(&tree_lock);
    p->as = im.as;
    as_activate(p->as, true);
    sched_set_slot(p);
    strlcpy(p->name, im.name, sizeof(p->name));
    p->image.as = 0;
    pgroup_exec_locked(p);
    p->ending = false;
    __atomic_store_n(&p->killed, p->doomed, __ATOMIC_SEQ_CST);
    spin_unlock(&tree_lock);
    if (old != 0)
        as_put(old);
    alarm_drop(p);
    *p->tf = (struct trapframe){.epc = im.entry, .sp = im.sp, .a0 = im.argc, .a1 = im.sp};
    p->tf->sstatus = SSTATUS_SPIE | (DEBUG_BUILD ? 0 : SSTATUS_SUM);
}
