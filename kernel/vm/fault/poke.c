// Writing into an address space from outside (poke.h).
//
//     with as->lock:  the page is looked up, and if the write may go there, the bytes are copied
//     without it:     else the fault handler provides such a page; then all is looked up anew
//
// The bytes are copied under the same lock as the look-up, so nothing comes in between: no commit
// that takes the right to store away (mapping.c), no munmap, no fork.
//
// Between the fault handler and the next look-up there is no lock, and the page may be gone again.
// So each look-up asks for the same: a page whose entry allows the write, or a page that nobody
// else uses. The second is for regions that do not allow writing: their entries never get that
// right.
#include "kernel/vm/fault/poke.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/lib/string.h"
#include "kernel/thread/self.h"
#include "kernel/vm/fault/fault.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/mmu/tlb.h"

// A kernel of `make BUG=dirtycow` makes the mistake of CVE-2016-5195 (labs/dirtycow).
#ifdef BUG_dirtycow
#define FORGETS_THE_WRITE true
#else
#define FORGETS_THE_WRITE false
#endif

#define FAULT_FIRST 1 // no error: there is no such page

// True if r's space alone uses the page that an entry of r maps.
static bool is_own(const struct region *r, const struct page *p)
{
    return !(r->flags & REGION_SHARED) && page_is_single(p);
}

// Writes the bytes if the page is there. 0; FAULT_FIRST; -EFAULT. => as->lock held
static int write_page(struct addrspace *as, uaddr_t va, const void *from, size_t n,
                      enum access access)
{
    const struct region *r = region_find(&as->regions, va);
    pte_t entry;

    if (r == NULL || !region_allows(r, access))
        return -EFAULT;
    struct page *p = pt_mapped_page(as->user_root, va, &entry);
    if (p == NULL || (!(entry & access) && !is_own(r, p)))
        return FAULT_FIRST;
    memcpy((char *)page_to_virt(p) + va % PGSIZE, from, n);
    if (r->prot & PROT_EXEC)
        tlb_fence_code(&as->mmu);
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
        if (err == -ENXIO)
            return -EFAULT;
        if (err != 0)
            return err;
        if (thread_killed()) // the program may take the page away each time
            return -EINTR;

        // The mistake: "the copy is made, so from now on any page that can be read will do".
        if (FORGETS_THE_WRITE)
            access = ACCESS_READ;
    }
}
