// The one fault handler. The regions say what memory holds; page tables are a cache of that, and a
// fault fills the cache.
//
// The entry of the address, the access and the page decide. The name in brackets is the function
// of a row; a counter tells how often each row was taken (lib/counter.h):
//
//     entry is       access  the page is            what is done
//     -------------  ------  ---------------------  ----------------------------------------------
//     absent         any                            the region fills it (struct region_ops):
//       zeroes of    read                           the one page of zeroes is mapped, copy-on-write
//       its own      write                          a frame is zeroed; if writes come in sequence,
//                                                   pages behind it, too (fill_zeroes)
//       heap         write   2 MiB promised and     zeroed, and mapped by one 2 MiB leaf
//                              untouched              (super_fill)
//       a file       read,   in the file            the frame of the block cache is mapped,
//                    fetch                          read-only, and its neighbours if they are in
//                                                   the cache (fill_from_file)
//       a private    read    a hole                 the page of zeroes is mapped
//       file         write   in the file, a hole    copied into a new frame (fill_with_copy)
//       a shared     any     a hole                 filled with a block first, so that everybody
//       file                                        sees later stores
//                    write   in the file            its block joins the journal's group, then the
//                                                   frame is mapped writable
//       any file     any     beyond the end         -ENXIO, a bus error
//       shared       any                            the shared object's page is mapped; it is
//       memory                                      made at the first touch of all (fill_shared)
//     not writable   write   of a shared file       as when absent: a commit has taken the right
//                                                   back (allow_file_store)
//                            of shared memory       made writable: mprotect gave the right back
//                                                   (allow_shared_store)
//                            the space's alone      claimed: made writable (write_private)
//                            the page of zeroes     replaced by a zeroed frame (replace_zero_page)
//                            private, with other    copied; if writes come in sequence, pages
//                              users                  behind it, too (copy_range)
//                            a 2 MiB leaf           claimed or copied as a whole (super_write);
//                                                   with other users and little memory it is split,
//                                                   and the page is treated as above
//     without a      any                            the right, or A or D, is added as the region
//       right                                       says (add_rights)
//     sufficient     any                            only this hart did not know: it flushes
//                                                   (add_rights)
//
//     no region, or a region that does not allow the access: -EFAULT
//
// A fault needs no flush to make a page present or to add rights: a hart that remembers the old
// entry faults once more and ends in the last row. An entry leads elsewhere only after a copy, or
// when a frame replaces the page of zeroes. Then the entry is parked (pagetable.h), all harts
// forget it, and only then it gets the new page: so no thread can read the old page after another
// thread has stored into the new one. The old page is put after the flush.
#include "kernel/vm/fault/fault.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/lock/lockdep.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/vm/fault/supply.h"
#include "kernel/vm/space/region.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/vm/table/roots.h"
#include "kernel/vm/table/superpage.h"
#include "kernel/mmu/tlb.h"

#define COW_RANGE_MAX 8   // pages copied at one fault
#define PROMISE_TRIES 100 // clock ticks that a promised frame may take to turn up

// Returns the page itself if nobody else uses it, else a copy of it; NULL if there is no memory.
static struct page *claim_or_copy(struct page *p)
{
    if (page_is_single(p)) {
        count(C_fault_cow_claim);
        return p;
    }
    struct page *copy = page_alloc(0);
    if (copy != NULL)
        page_copy(page_to_virt(copy), page_to_virt(p));
    return copy;
}

// Copies the page of va. If writes come in sequence, the pages behind it are claimed or copied,
// too, as long as they are copy-on-write like the first: twice as many at each fault. So one flush
// serves several pages.
static int copy_range(struct addrspace *as, const struct region *r, uaddr_t va, pte_t *entry)
{
    struct page *own[COW_RANGE_MAX];
    uint n = 0;

    // How many pages? One, unless the last copy ended where this one begins.
    if (va == as->cow_next)
        as->cow_range = min_u64(as->cow_range * 2, COW_RANGE_MAX);
    else
        as->cow_range = 1;
    uint most = region_range(r, va, as->cow_range);

    // Get the frames and park the entries: no hart may use the old frames when the new ones are
    // seen.
    while (n < most) {
        pte_t old = entry[n];
        if (n > 0 && (!(old & PTE_V) || !(old & PTE_COW) || pt_page(old) == zero_page))
            break;
        own[n] = claim_or_copy(pt_page(old));
        if (own[n] == NULL)
            break;
        entry[n] &= ~PTE_V;
        n++;
    }
    if (n == 0)
        return -ENOMEM;
    as->cow_next = va + n * PGSIZE;

    tlb_flush_space(&as->mmu);
    if (r->prot & PROT_EXEC) // code that is written to from outside (poke.h)
        tlb_fence_code(&as->mmu);

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

// A write to the page of zeroes: the region fills the entry as if the page was untouched. After an
// error the entry is absent.
static int replace_zero_page(struct addrspace *as, struct region *r, uaddr_t va, pte_t *entry,
                             struct supply *s)
{
    *entry &= ~PTE_V;
    tlb_flush_space(&as->mmu);
    int err = r->ops->fill(as, r, va, ACCESS_WRITE, entry, s);
    if (err != 0)
        *entry = 0;
    return err;
}

// A write to a page of a private region that the entry does not allow: copy-on-write.
static int write_private(struct addrspace *as, struct region *r, uaddr_t va, pte_t *entry,
                         struct supply *s)
{
    if (super_maps(as, va)) {
        if (super_write(as, entry, r->prot))
            return 0;
        super_split(as, entry);
        entry = pt_walk(as->user_root, va, 0);
    }

    if (pt_page(*entry) == zero_page)
        return replace_zero_page(as, r, va, entry, s);
    if (!page_is_single(pt_page(*entry)))
        return copy_range(as, r, va, entry);
    *entry = pt_user_entry(pt_page(*entry), r->prot);
    count(C_fault_cow_claim);
    return 0;
}

// The right page is mapped: adds the rights that are missing in the entry, if any are. Only a write
// gives the right to write, and does that elsewhere.
static int add_rights(const struct region *r, pte_t *entry)
{
    pte_t rights = pt_user_rights(r->prot);

    if (!(*entry & PTE_W))
        rights &= ~(PTE_W | PTE_D);
    if ((*entry & rights) != rights) {
        *entry |= rights;
        count(C_fault_ad);
        return 0;
    }

    // This hart remembers an older state: not always of this entry; it may be a table that was
    // missing, or a table where a 2 MiB leaf is now. So it forgets everything.
    count(C_fault_stale);
    tlb_flush_local();
    return 0;
}

// Lets other threads run for a clock tick: a promised frame exists, but another hart is just about
// to put it on a list.
static void wait_a_tick(void)
{
    static struct spinlock lock = SPINLOCK_INIT("promise", SLEEPLOCK);

    spin_lock(&lock);
    sleep_timeout(&lock, &lock, 1, false);
    spin_unlock(&lock);
}

// What a fault has done already for want of memory.
struct patience {
    int ticks;  // waited for a promised frame
    bool freed; // the journal has given back what it could
};

// A turn of the fault has ended with err. Returns 0 if the next turn may succeed, maybe after a
// wait; else what the fault answers.
static __attribute__((noinline)) int wait_or_give_up(int err, struct patience *p)
{
    // No memory. Changed blocks of files give some back, once; then all begins anew.
    if (err == -EAGAIN && p->ticks++ == PROMISE_TRIES)
        err = -ENOMEM;
    if (err == -ENOMEM && !p->freed && journal_free_memory()) {
        *p = (struct patience){.freed = true};
        return 0;
    }

    // Nothing that waiting would change.
    if (err == -EFAULT || err == -ENXIO)
        count(C_fault_denied);
    if (err == -ENOMEM)
        count(C_fault_nomem);
    if (err != SUPPLY_WANTED && err != -EAGAIN)
        return err;

    // The region has changed meanwhile, so that something else is wanted now; or a promised frame
    // is not there yet. That can happen again and again, but not to a thread that is to end.
    if (thread_killed())
        return -EINTR;
    if (err == -EAGAIN)
        wait_a_tick();
    return 0;
}

// Each turn looks everything up anew: while a page was brought without the lock, the region may
// have gone, or another thread may have done the work.
int vm_fault(struct addrspace *as, uaddr_t va, enum access wanted)
{
    // The rights of an entry come from the region alone, so a forced write gives it none.
    const enum access access = wanted == ACCESS_FORCE ? ACCESS_WRITE : wanted;
    const uaddr_t page = PGROUNDDOWN(va);
    struct patience patience = {0};
    struct supply supply; // what must be brought before the entry can be filled
    int err;

    lockdep_assert_none();
    debug_assert(!thread_in_transaction());
    supply_init(&supply);

    for (;;) {
        // 1. Look up: the region that holds va, and va's entry. Tables that are missing are made.
        sleeplock_lock(&as->lock);
        struct region *r = region_find(&as->regions, va);
        bool allowed = r != NULL && region_allows(r, wanted);
        pte_t *entry = NULL;
        if (allowed)
            entry = roots_make_entry(as, va, 0, r->flags & REGION_RESERVED);

        // 2. Decide: each branch is a part of the table above. It maps the page (5), or says in the
        //    supply what is missing.
        if (!allowed)
            err = -EFAULT;
        else if (entry == NULL)
            err = region_no_memory(r);
        else if (!(*entry & PTE_V))
            err = r->ops->fill(as, r, page, access, entry, &supply);
        else if (access != ACCESS_WRITE || (*entry & PTE_W))
            err = add_rights(r, entry);
        else if (r->flags & REGION_SHARED)
            err = r->ops->allow_store(r, page, entry, &supply);
        else
            err = write_private(as, r, page, entry, &supply);
        sleeplock_unlock(&as->lock);
        if (likely(err == 0 && supply.file == NULL))
            return 0;

        // 3. Bring what is missing, unlocked: read it from the disk, or open a transaction for it.
        if (err == SUPPLY_WANTED && !supply.ready) {
            err = supply_bring(&supply);
            if (err == 0)
                continue; // 4. Look again. If nothing has changed, the page is mapped now (5).
        }
        supply_drop(&supply);
        if (err == 0)
            return 0;
        err = wait_or_give_up(err, &patience);
        if (err != 0)
            return err;
    }
}

// Returns the page of va with a reference, if its entry allows the access at this moment; else
// NULL.
static struct page *pin_mapped(struct addrspace *as, uaddr_t va, enum access access, bool *shared)
{
    struct page *p = NULL;
    pte_t entry;

    sleeplock_lock(&as->lock);
    const struct region *r = region_find(&as->regions, va);
    if (r != NULL)
        p = pt_mapped_page(as->user_root, va, &entry);
    if (p != NULL && !(entry & access))
        p = NULL;
    if (p != NULL)
        page_get(p);
    *shared = r != NULL && (r->flags & REGION_SHARED);
    sleeplock_unlock(&as->lock);
    return p;
}

int vm_pin(struct addrspace *as, uaddr_t va, enum access access, struct page **page, bool *shared)
{
    int err = 0;

    *page = pin_mapped(as, va, access, shared);
    while (err == 0 && *page == NULL) {
        err = vm_fault(as, va, access);
        if (err == 0 && thread_killed()) // another thread may take the page away each time
            err = -EINTR;
        if (err == 0)
            *page = pin_mapped(as, va, access, shared);
    }
    return err;
}

// Tables stay until the space ends.
bool vm_maps(struct addrspace *as, uaddr_t va, const struct page *page)
{
    pte_t entry;

    return pt_mapped_page(as->user_root, va, &entry) == page;
}
