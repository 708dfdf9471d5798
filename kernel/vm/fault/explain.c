// Why an access was refused, in words (explain.h).
#include "kernel/vm/fault/explain.h"

#include "kernel/memlayout.h"
#include "kernel/vm/space/region.h"

// The address lies in the first page, which is never mapped.
static const char *const through_null[] = {
    [ACCESS_READ] = "read through a null pointer",
    [ACCESS_WRITE] = "write through a null pointer",
    [ACCESS_EXEC] = "call of a null pointer",
};

// A region holds the address, but does not allow the access.
static const char *const not_allowed[] = {
    [ACCESS_READ] = "read of memory that allows nothing",
    [ACCESS_WRITE] = "write to read-only memory",
    [ACCESS_EXEC] = "jump into data",
};

// True if a stack that has grown too far explains the access: the next region above va is the one
// in which the stack pointer lies, or below whose lower end it has come; and va is at most a page
// below the stack pointer.
// => as->lock held, no region holds va
static bool below_stack(struct addrspace *as, uaddr_t va, uaddr_t sp)
{
    const struct region *above = region_first(&as->regions, va, TRAPFRAME);

    return above != NULL && sp < TRAPFRAME && region_first(&as->regions, sp, TRAPFRAME) == above &&
           sp < va + PGSIZE;
}

const char *vm_explain(struct addrspace *as, uaddr_t va, enum access access, uaddr_t sp)
{
    if (va < USERBASE)
        return through_null[access];
    if (va >= TRAPFRAME)
        return "address beyond user memory";

    sleeplock_lock(&as->lock);
    bool mapped = region_find(&as->regions, va) != NULL;
    bool stack = !mapped && below_stack(as, va, sp);
    sleeplock_unlock(&as->lock);
    if (mapped)
        return not_allowed[access];
    if (stack)
        return "stack overflow";
    return access == ACCESS_EXEC ? "jump to where there is nothing" : "there is no memory";
}
