// Writing into an address space from outside (poke.h).
//
//     with as->lock:  the page is looked up, and if the write may go there, the bytes are copied
//     without it:     else the fault handler provides such a page; then all is looked up anew
//
// The bytes are copied under the lock that the look-up took, so nothing comes between the two: no
// commit that takes the right to store away (mapping.c), no munmap, no fork.
//
// Between the handler and the next look there is no lock, and what the handler has made may be gone
// again. So each look asks for the same: a page that the entry allows to be written, or one that is
// nobody else's. The second is for regions that do not allow writing, whose entries never get that
// right.
#include "kernel/vm/poke.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/lib/string.h"
#include "kernel/thread/self.h"
#include "kernel/vm/fault.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/mmu/tlb.h"

// A kernel of `make BUG=dirtycow` makes the mistake of CVE-2016-5195 (labs/dirtycow).
#ifdef BUG_dirtycow
#define FORGETS_THE_WRITE true
#else
#define FORGETS_THE_WRITE false
#endif

#define FAULT_FIRST 1 // no error: there is no such page

// True if the page that an entry of r maps is nobody else's.
static bool is_own(const struct region *r, const struct page *p)
{
    return !(r->flags & REGION_SHARED) && page_is_single(p);
}

// => as->lock held
static int write_page(struct addrspace *as, uaddr_t va, const void *from, size_t n,
                      enum access access)
{
    const struct region *r = region_find(&as->regions, va);
    pte_t entry;
    if (!r || !region_allows(r, access))
        return -EFAULT;
    struct page *p = pt_mapped_page(as->user_root, va, &entry);
    if (!p || (!(entry & access) && !is_own(r, p)))
        return FAULT_FIRST;
    memcpy((char *)page_to_virt(p) + va % PGSIZE, from, n);
    if (r->prot & PROT_EXEC)
        tlb_new_code(&as->mmu);
    return 0;
}

int vm_poke(struct addrspace *as, uaddr_t va, const void *from, size_t n)
{
    enum access access = ACCESS_FORCE;
    for (;;) {
        sleeplock_lock(&as->lock);
        int err = write_page(as, va, from, n, access);
        sleeplock_unlock(&as->lock);
        if (err != FAULT_FIRST)
            return err;
        err = vm_fault(as, va, access);
        if (err)
            return err == -ENXIO ? -EFAULT : err;
        if (thread_killed()) // the program may take the page away each time
            return -EINTR;
        if (FORGETS_THE_WRITE) // "the copy is made, so a page that can be read is all that is
                               // wanted now"
            access = ACCESS_READ;
    }
}
