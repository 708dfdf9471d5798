// Why an access was refused, in words (fault.h).
#include "kernel/memlayout.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/region.h"

static const char *on_null(enum access access)
{
    switch (access) {
    case ACCESS_EXEC:
        return "call of a null pointer";
    case ACCESS_WRITE:
        return "write through a null pointer";
    default:
        return "read through a null pointer";
    }
}

// A region is there.
static const char *refused(enum access access)
{
    switch (access) {
    case ACCESS_EXEC:
        return "jump into data";
    case ACCESS_WRITE:
        return "write to read-only memory";
    default:
        return "read of memory that allows nothing";
    }
}

// => as->lock held, no region has va. The next region is the one that the stack pointer is in, or
// has come out of at the lower end, and va is not below what a function puts on its stack.
static bool below_stack(struct addrspace *as, uaddr_t va, uaddr_t sp)
{
    const struct region *above = region_first(&as->regions, va, TRAPFRAME);
    return above && sp < TRAPFRAME && region_first(&as->regions, sp, TRAPFRAME) == above &&
           sp < va + PGSIZE;
}

const char *vm_explain(struct addrspace *as, uaddr_t va, enum access access, uaddr_t sp)
{
    if (va < USERBASE)
        return on_null(access);
    if (va >= TRAPFRAME)
        return "address beyond user memory";
    sleeplock_lock(&as->lock);
    bool mapped = region_find(&as->regions, va) != 0, stack = !mapped && below_stack(as, va, sp);
    sleeplock_unlock(&as->lock);
    if (mapped)
        return refused(access);
    if (stack)
        return "stack overflow";
    return access == ACCESS_EXEC ? "jump to where there is nothing" : "there is no memory";
}
