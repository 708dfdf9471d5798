// exec: a complete new address space is built from the program file before the old one is left,
// so a failed exec leaves the caller whole. Segments are mapped, not read: their pages come when
// they are touched (vm/fault/region_file.c).
//
//     address space       program segments, as the file says | process page | guard | stack | heap
//     stack, from its top argument strings, argv[] with a 0 at its end, <- sp (16-byte aligned)
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/path.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/memlayout.h"
#include "kernel/mmu/tlb.h"
#include "kernel/proc/alarm.h"
#include "kernel/proc/args.h"
#include "kernel/proc/elf.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/tree.h"
#include "kernel/thread/sched.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/space/space.h"

#define MAX_SEGMENTS 16

// The program that is being built.
struct program {
    struct addrspace *as; // NULL: none yet
    struct inode *file;   // locked while it is read
    uaddr_t end;          // page-aligned end of the segments so far
    uaddr_t sp;
};

static int read_exactly(struct inode *file, void *to, uint64 offset, size_t n)
{
    int64 got = inode_read(file, to, offset, n);
    if (got < 0)
        return got;
    if ((size_t)got < n)
        return -ENOEXEC;
    return 0;
}

// => file locked. 0; -EACCES: no regular file; -ENOEXEC: no program for this machine.
static int read_header(struct inode *file, struct elf_header *h)
{
    if (file->d.type != T_FILE)
        return -EACCES;
    int err = read_exactly(file, h, 0, sizeof(*h));
    if (err)
        return err;

    bool ours = h->magic == ELF_MAGIC && h->class == ELF_CLASS64 && h->data == ELF_LITTLE &&
                h->type == ELF_EXEC && h->machine == ELF_RISCV &&
                h->phentsize == sizeof(struct elf_segment) && h->phnum <= MAX_SEGMENTS;
    return ours ? 0 : -ENOEXEC;
}

// Segments come in order, on pages of their own, and leave room for process page, guard, stack and
// a page of heap.
static bool segment_is_sound(const struct program *prog, const struct elf_segment *s)
{
    const uaddr_t limit = TRAPFRAME - (1 + USERGUARD + USERSTACK + 1) * PGSIZE;
    const uint64 file_size = prog->file->d.size;
    bool addresses = s->vaddr >= USERBASE && s->vaddr < limit && s->memsz <= limit - s->vaddr &&
                     PGROUNDDOWN(s->vaddr) >= prog->end;
    bool bytes = s->filesz <= s->memsz && s->filesz <= file_size && s->off <= file_size - s->filesz;
    bool rights = !(s->flags & ELF_PF_W) || !(s->flags & ELF_PF_X);
    return addresses && bytes && rights;
}

static int prot_of(uint32 flags)
{
    int prot = PROT_NONE;
    if (flags & ELF_PF_R)
        prot |= PROT_READ;
    if (flags & ELF_PF_W)
        prot |= PROT_WRITE;
    if (flags & ELF_PF_X)
        prot |= PROT_EXEC;
    return prot;
}

// Copies n bytes of the file from offset on to address to, from the cache's own pages.
static int copy_bytes(struct program *prog, uaddr_t to, uint64 offset, uint64 n)
{
    while (n > 0) {
        uint64 part = min_u64(BSIZE - offset % BSIZE, n);
        struct block *b;
        int err = inode_block(prog->file, offset, &b);

        // Where the file has no block, its bytes are 0, and so is the memory.
        if (err == 0 && b != NULL) {
            err = as_write(prog->as, to, (char *)block_data(b) + offset % BSIZE, part);
            cache_put(b);
        }
        if (err == 0 && thread_killed())
            err = -EINTR;
        if (err)
            return err;
        to += part;
        offset += part;
        n -= part;
    }
    return 0;
}

// Where the part of the segment ends that can be mapped as the file has it. Page by page it can, if
// addresses and offsets agree, but for a page on which the file's bytes end and zeroes begin.
static uaddr_t mapped_end(const struct elf_segment *s)
{
    uaddr_t file_end = s->vaddr + s->filesz;
    if ((s->vaddr - s->off) % PGSIZE != 0 || s->filesz == 0)
        return PGROUNDDOWN(s->vaddr); // nothing
    if (s->filesz == s->memsz)
        return PGROUNDUP(file_end); // all, and nobody sees what follows the last byte
    return max_u64(PGROUNDDOWN(file_end), PGROUNDDOWN(s->vaddr));
}

// Maps the segment's pages: [start, middle) from the file, [middle, end) as memory of its own,
// which gets the bytes that the file has for it.
static int map_segment(struct program *prog, const struct elf_segment *s)
{
    if (s->memsz == 0)
        return 0;
    if (!segment_is_sound(prog, s))
        return -ENOEXEC;

    uaddr_t start = PGROUNDDOWN(s->vaddr), middle = mapped_end(s);
    uaddr_t end = PGROUNDUP(s->vaddr + s->memsz);
    int prot = prot_of(s->flags), err = 0;
    if (start < middle)
        err = as_map_program(prog->as, start, middle, prot, prog->file, PGROUNDDOWN(s->off));
    if (err == 0 && middle < end)
        err = as_map(prog->as, middle, end, prot);

    uaddr_t from = max_u64(s->vaddr, middle), to = s->vaddr + s->filesz;
    if (err == 0 && from < to) {
        err = copy_bytes(prog, from, s->off + (from - s->vaddr), to - from);
        // Harts hear of code that is mapped when its page comes; of code that is copied, here.
        if (prot & PROT_EXEC)
            tlb_fence_code(&prog->as->mmu);
    }
    prog->end = end;
    return err == -EINVAL ? -ENOEXEC : err; // no place for a region: the file's fault
}

// => prog->file locked. Maps all segments that header h announces.
static int map_segments(struct program *prog, const struct elf_header *h)
{
    for (int i = 0; i < h->phnum; i++) {
        struct elf_segment s;
        int err = read_exactly(prog->file, &s, h->phoff + i * sizeof(s), sizeof(s));
        if (err == 0 && s.type == ELF_PT_LOAD)
            err = map_segment(prog, &s);
        if (err)
            return err;
    }
    if (h->entry < USERBASE || h->entry >= prog->end)
        return -ENOEXEC; // also if there was no segment
    return 0;
}

// Maps what follows the segments: the process page, a guard, the stack. The heap begins there.
static int make_stack(struct program *prog, int pid)
{
    uaddr_t bottom = prog->end + (1 + USERGUARD) * PGSIZE;
    prog->sp = bottom + USERSTACK * PGSIZE;
    as_set_info(prog->as, &(struct usyscall){.pid = pid});
    int err = as_map_info(prog->as, prog->end);
    if (err == 0)
        err = as_map(prog->as, bottom, prog->sp, PROT_READ | PROT_WRITE);
    if (err == 0)
        as_set_heap(prog->as, prog->sp);
    return err;
}

// Puts strings and argv[] on the new stack.
static int push_arguments(struct program *prog, const struct exec_args *args)
{
    uaddr_t argv[MAXARG + 1];
    uaddr_t strings = prog->sp - args->used;
    for (size_t done = 0; done < args->used; done += PGSIZE) {
        size_t part = min_u64(args->used - done, PGSIZE);
        int err = as_write(prog->as, strings + done, args->frame[done / PGSIZE], part);
        if (err)
            return err;
    }

    for (int i = 0; i < args->argc; i++)
        argv[i] = strings + args->start[i];
    argv[args->argc] = 0;
    size_t size = (args->argc + 1) * sizeof(argv[0]);
    prog->sp = (strings - size) & ~15UL;
    return as_write(prog->as, prog->sp, argv, size);
}

// The program is called as the last name of its path. A slash at the end belongs to that name.
static const char *last_name(const char *path)
{
    const char *name = path;
    for (const char *s = path; *s; s++)
        if (*s == '/' && s[1] != 0)
            name = s + 1;
    return name;
}

// 0; -EINTR: another thread of the process has called exit or exec before.
static int end_other_threads(const struct thread *t)
{
    spin_lock(&tree_lock);
    bool first = proc_end_threads_locked(t->proc, t);
    spin_unlock(&tree_lock);
    return first ? 0 : -EINTR;
}

// The calling thread, the only one of its process, goes on in the program. Returns the old space.
static struct addrspace *take_over(const struct program *prog, uaddr_t entry, const char *path,
                                   int argc)
{
    struct thread *t = current();
    struct proc *p = t->proc;

    spin_lock(&tree_lock);
    struct addrspace *old = p->as;
    p->as = prog->as;
    t->mmu = &prog->as->mmu;
    mmu_activate(t->mmu, true);
    sched_set_slot(t);
    strlcpy(t->name, last_name(path), sizeof(t->name));
    t->tid = p->pid; // whichever of the threads it was
    pgroup_exec_locked(p);
    p->ending = false;
    __atomic_store_n(&t->killed, p->doomed, __ATOMIC_SEQ_CST); // it ends if it was killed meanwhile
    spin_unlock(&tree_lock);

    alarm_drop(t);
    *t->tf = (struct trapframe){.epc = entry, .sp = prog->sp, .a0 = argc, .a1 = prog->sp};
    t->tf->sstatus = SSTATUS_SPIE;
    if (!DEBUG_BUILD)
        t->tf->sstatus |= SSTATUS_SUM;
    return old;
}

int proc_exec(const char *path, const struct inode *only, const struct exec_args *args)
{
    struct thread *t = current();
    struct program prog = {0};
    struct elf_header header;

    // 1. Find the program. While we read it, nobody may write to it.
    int err = path_lookup(proc_cwd(), path, 0, &prog.file);
    if (only != NULL && (err || prog.file != only))
        err = -EPERM;
    if (err == 0)
        err = inode_begin_use(prog.file, INODE_RUN);
    if (err)
        goto put_file;

    // 2. Check the header.
    inode_lock(prog.file);
    err = read_header(prog.file, &header);

    // 3. A new address space. The old one stays as it is until nothing can fail any more.
    if (err == 0) {
        prog.as = as_create();
        if (prog.as == NULL)
            err = -ENOMEM;
    }

    // 4. Map the segments: pages come when they are touched. What mapped_end leaves out is copied.
    if (err == 0)
        err = map_segments(&prog, &header);
    inode_unlock(prog.file);
    inode_end_use(prog.file, INODE_RUN);

    // 5. Behind the segments: the process page, a guard, the stack with the arguments, the heap.
    if (err == 0)
        err = make_stack(&prog, t->proc->pid);
    if (err == 0)
        err = push_arguments(&prog, args);

    // 6. Tell the other threads to end. If one of them has told us first, we end instead.
    if (err == 0)
        err = end_other_threads(t);
put_file:
    inode_put(prog.file);
    if (err) {
        if (prog.as != NULL)
            as_put(prog.as);
        return err;
    }

    // commit point

    // 7. Wait for the others' end, and switch to the program.
    proc_await_threads();
    struct addrspace *old = take_over(&prog, header.entry, path, args->argc);

    // 8. Let the old space go.
    if (old != NULL)
        as_put(old);
    return args->argc;
}
