// The one fault handler: page tables are a cache of what the regions say, and this fills it.
//
//     entry             access  page                   what is done (counter)
//     ----------------  ------  ---------------------  -------------------------------------------
//     absent            any                            the region fills it. Zeroes of its own: and
//                                                      pages behind it if writes come in sequence
//                                                      (region_anon.c). A file (region_file.c):
//     absent, file      read,   in the file            the cache's own page, read-only, and its
//                       fetch                          neighbours if cached (fault_file_map)
//     absent, file,     read    a hole                 the zero page
//       private         write   in the file            a copy (fault_file_copy)
//     absent, file,     any     a hole                 filled first, so that it is seen by all
//       shared          write   in the file            joins the journal's group, then mapped
//                                                      writable (fault_file_dirty)
//     absent, file      any     beyond the end         -ENXIO, a bus error
//     not writable,     write                          as when absent: a commit took the right back
//       file, shared
//     absent, shared    any                            the shared object's page, zeroed when the
//     first
//       memory                                         of all touches it (fault_shared_map)
//     not writable,     write                          made writable: mprotect has given it back
//       shared memory
//     not writable      write   last reference         claimed: made writable (fault_cow_claim)
//     not writable      write   the zero page          a zeroed page instead (fault_zero_fill)
//     not writable      write   has other references   copied (fault_cow_copy), and neighbours
//                                                      with it if writes come in sequence
//                                                      (fault_cow_around)
//     rights, A or D    any                            set as the region says (fault_ad)
//       lack
//     sufficient        any                            stale translation: flushed (fault_stale)
//
//     2 MiB of a heap may be mapped by one entry (superpage.h):
//     absent            write   2 MiB promised and     zeroed, by one entry (super_fill)
//                               untouched
//     not writable      write   2 MiB, last reference  claimed (super_claim)
//     not writable      write   2 MiB, shared          copied as a whole if there is much memory
//                                                      (super_copy); else split (super_split), and
//                                                      then page by page as above
//     other             any     2 MiB                  as above
//
//     no region, or it does not allow the access: -EFAULT (fault_denied)
//
// What must be read from the disk, or begins a transaction, is brought in without the space's lock;
// then everything is looked up and checked anew (supply.h).
//
// Making a page present, or giving rights, needs no flush: a stale translation faults again and
// ends in the last case. Only a copy points an entry elsewhere: the entry is made invalid, all
// harts forget it, and then it gets the copy, so that no thread reads the old page when another has
// stored into the new one; the old page goes after the flush.
#include "kernel/vm/fault.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/lock/lockdep.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/region.h"
#include "kernel/vm/roots.h"
#include "kernel/vm/superpage.h"
#include "kernel/vm/supply.h"
#include "kernel/mmu/tlb.h"

#define COW_RUN_MAX   8   // pages copied at one fault
#define PROMISE_TRIES 100 // clock ticks that a promised frame may take to turn up

// True if the page of this entry, behind one that is copied, may be copied or claimed with it.
static bool goes_along(pte_t entry)
{
    return (entry & PTE_V) && (entry & PTE_COW) && pt_page(entry) != zero_page;
}

// The page itself if it has one user only, else a copy; 0 if there is no memory.
static struct page *page_of_its_own(struct page *p)
{
    if (page_is_single(p)) {
        count(C_fault_cow_claim);
        return p;
    }
    struct page *copy = page_alloc(0);
    if (copy)
        page_copy(page_to_virt(copy), page_to_virt(p));
    return copy;
}

// Copies the page of va. If writes come in sequence, the pages behind it are claimed or copied,
// too, twice as many each time, as far as they are like it; one flush serves all.
static int copy_run(struct addrspace *as, const struct region *r, uaddr_t va, pte_t *entry)
{
    struct page *own[COW_RUN_MAX];
    as->cow_run = va == as->cow_next ? min_u64(as->cow_run * 2, COW_RUN_MAX) : 1;
    uint n = 0, run = region_run(r, va, as->cow_run);
    for (; n < run && (n == 0 || goes_along(entry[n])); n++) {
        own[n] = page_of_its_own(pt_page(entry[n]));
        if (!own[n])
            break;
        entry[n] &= ~PTE_V;
    }
    if (n == 0)
        return -ENOMEM;
    as->cow_next = va + n * PGSIZE;
    tlb_flush_space(&as->mmu);
    if (r->prot & PROT_EXEC) // written to from outside (poke.h)
        tlb_new_code(&as->mmu);
    for (uint i = 0; i < n; i++) {
        struct page *old = pt_page(entry[i]);
        pt_publish(&entry[i], pt_user_entry(own[i], r->prot));
        if (own[i] == old)
            continue;
        count(i == 0 ? C_fault_cow_copy : C_fault_cow_around);
        page_put(old);
    }
    return 0;
}

// A write to the zero page. If the region cannot fill the entry now, it is absent.
static int replace_zero_page(struct addrspace *as, struct region *r, uaddr_t va, pte_t *entry,
                             struct supply *s)
{
    *entry &= ~PTE_V;
    tlb_flush_space(&as->mmu);
    int err = r->ops->fill(as, r, va, ACCESS_WRITE, entry, s);
    if (err)
        *entry = 0;
    return err;
}

// A write to a page that others may use, too.
static int write_private(struct addrspace *as, struct region *r, uaddr_t va, pte_t *entry,
                         struct supply *s)
{
    if (pt_page(*entry) == zero_page)
        return replace_zero_page(as, r, va, entry, s);
    if (!page_is_single(pt_page(*entry)))
        return copy_run(as, r, va, entry);
    *entry = pt_user_entry(pt_page(*entry), r->prot);
    count(C_fault_cow_claim);
    return 0;
}

// The entry is there and its page is right: gives it the rights that it lacks, if any.
static int refresh(const struct region *r, pte_t *entry)
{
    pte_t rights = pt_user_rights(r->prot);
    if (!(*entry & PTE_W)) // gained by writing only
        rights &= ~(PTE_W | PTE_D);
    if ((*entry & rights) == rights) {
        count(C_fault_stale);
        // all: what the hart remembers may be an absent table, or one where there is a leaf now
        tlb_flush_local();
    } else {
        *entry |= rights;
        count(C_fault_ad);
    }
    return 0;
}

// => as->lock held
static int resolve(struct addrspace *as, struct region *r, uaddr_t va, enum access access,
                   struct supply *s)
{
    bool promised = r->flags & REGION_RESERVED;
    pte_t *middle = roots_entry(as, va, 1, promised);
    if (middle && PTE_LEAF(*middle)) {
        if (access != ACCESS_WRITE || (*middle & PTE_W))
            return refresh(r, middle);
        if (super_write(as, r, middle))
            return 0;
        super_split(as, middle);
    }
    pte_t *entry = middle ? roots_entry_below(as, middle, va, promised) : 0;
    if (!entry)
        return region_nomem(r);
    if (!(*entry & PTE_V))
        return r->ops->fill(as, r, va, access, entry, s);
    if (access == ACCESS_WRITE && !(*entry & PTE_W))
        return r->flags & REGION_SHARED ? r->ops->store(r, va, entry, s)
                                        : write_private(as, r, va, entry, s);
    return refresh(r, entry);
}

static int try_fault(struct addrspace *as, uaddr_t va, enum access access, struct supply *s)
{
    int err = -EFAULT;
    sleeplock_lock(&as->lock);
    struct region *r = region_find(&as->regions, va);
    if (r && region_allows(r, access)) // rights come from the region, so a forced write gives none
        err = resolve(as, r, PGROUNDDOWN(va), access == ACCESS_FORCE ? ACCESS_WRITE : access, s);
    sleeplock_unlock(&as->lock);
    return err;
}

// Resolves the fault; what the region wants is brought in without the space's lock, and then all is
// looked up and checked anew. SUPPLY_WANTED: something else is wanted by then.
static int fault_once(struct addrspace *as, uaddr_t va, enum access access)
{
    struct supply s;
    supply_init(&s);
    int err = try_fault(as, va, access, &s);
    if (likely(err != SUPPLY_WANTED))
        return err;
    err = supply_bring(&s);
    if (err == 0)
        err = try_fault(as, va, access, &s);
    supply_drop(&s);
    return err;
}

// Lets others run for a clock tick: a promised frame exists, but somebody has it in hand.
static void wait_a_tick(void)
{
    static struct spinlock lock = SPINLOCK_INIT("promise", SLEEPLOCK);
    spin_lock(&lock);
    sleep_timeout(&lock, &lock, 1, false);
    spin_unlock(&lock);
}

// The same until it is resolved.
static int fault_patiently(struct addrspace *as, uaddr_t va, enum access access)
{
    int err, tries = 0;
    while ((err = fault_once(as, va, access)) == SUPPLY_WANTED ||
           (err == -EAGAIN && tries++ < PROMISE_TRIES)) {
        if (thread_killed()) // others may change the regions again and again
            return -EINTR;
        if (err == -EAGAIN)
            wait_a_tick();
    }
    return err == -EAGAIN ? -ENOMEM : err;
}

int vm_fault(struct addrspace *as, uaddr_t va, enum access access)
{
    lockdep_assert_none();
    debug_assert(!thread_in_transaction());

    // When memory is out, once more with what changed blocks of files give back.
    int err = fault_patiently(as, va, access);
    if (err == -ENOMEM && journal_free_memory())
        err = fault_patiently(as, va, access);
    if (err == -EFAULT || err == -ENXIO)
        count(C_fault_denied);
    if (err == -ENOMEM)
        count(C_fault_nomem);
    return err;
}

// The page of va with a reference, if its entry allows the access now; else 0.
static struct page *pin_mapped(struct addrspace *as, uaddr_t va, enum access access, bool *shared)
{
    pte_t entry;
    sleeplock_lock(&as->lock);
    const struct region *r = region_find(&as->regions, va);
    struct page *p = r ? pt_mapped_page(as->user_root, va, &entry) : 0;
    if (p && !(entry & access))
        p = 0;
    if (p)
        page_get(p);
    *shared = r && (r->flags & REGION_SHARED);
    sleeplock_unlock(&as->lock);
    return p;
}

int vm_pin(struct addrspace *as, uaddr_t va, enum access access, struct page **page, bool *shared)
{
    int err = 0;
    while (err == 0 && (*page = pin_mapped(as, va, access, shared)) == 0) {
        err = vm_fault(as, va, access);
        if (err == 0 && thread_killed()) // another thread may take the page away each time
            err = -EINTR;
    }
    return err;
}

// Tables stay until the space ends.
bool vm_maps(struct addrspace *as, uaddr_t va, const struct page *page)
{
    pte_t entry;
    return pt_mapped_page(as->user_root, va, &entry) == page;
}
