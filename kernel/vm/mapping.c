// Which regions map a file (mapping.h).
//
//     truncate   unmaps what lies beyond the new end, private copies too. The inode is locked and
//                the blocks are detached, so that no fault can bring an old page back. Each space
//                is visited once: the regions that are still to be looked at stand first in the
//                file's list.
//     commit     takes the right to store from all entries for file pages, so that what is copied
//                stays as it is, and a later store joins the next group. No transaction is open
//                then, and who gives that right holds one, so the list of spaces has them all.
#include "kernel/vm/mapping.h"

#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/truncate.h"
#include "kernel/lib/counter.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"
#include "kernel/mmu/tlb.h"
#include "kernel/vm/unmap.h"

static struct spinlock lock = SPINLOCK_INIT("mapping", MAPPING);
// guarded by lock: spaces, through their member storing
static struct list storing = {&storing, &storing};

void mapping_add(struct region *r)
{
    if (!r->file)
        return;
    spin_lock(&lock);

    // A new region has no pages yet, and can get none that a cut takes away just now: its faults
    // wait for the inode's lock. So it counts as looked at. One that is part or a copy of another
    // has the other's pages, and the other's round.
    if (r->mapping_round == 0)
        r->mapping_round = r->file->mapping_round;
    if (r->mapping_round == r->file->mapping_round)
        list_push_back(&r->file->mappings, &r->mapping);
    else
        list_push_front(&r->file->mappings, &r->mapping);
    spin_unlock(&lock);
}

void mapping_remove(struct region *r)
{
    if (!r->file)
        return;
    spin_lock(&lock);
    list_remove(&r->mapping);
    spin_unlock(&lock);
}

void mapping_stored(struct addrspace *as)
{
    spin_lock(&lock);
    if (list_empty(&as->storing))
        list_push_back(&storing, &as->storing);
    spin_unlock(&lock);
}

void mapping_leave(struct addrspace *as)
{
    spin_lock(&lock);
    list_remove(&as->storing);
    while (as->visitors > 0)
        sleep(&as->visitors, &lock);
    list_for_each (r, &as->regions, struct region, link)
        list_remove(&r->mapping);
    spin_unlock(&lock);
}

// => lock held; let go meanwhile. Does something to as, which stays as long.
static void visit(struct addrspace *as, void (*look)(struct addrspace *as, struct inode *ip),
                  struct inode *ip)
{
    as->visitors++;
    spin_unlock(&lock);
    sleeplock_lock(&as->lock);
    look(as, ip);
    sleeplock_unlock(&as->lock);
    spin_lock(&lock);
    if (--as->visitors == 0)
        wakeup(&as->visitors);
}

// Where the pages of r begin that lie beyond the end of its file.
static uaddr_t beyond_end(const struct region *r)
{
    uint64 keep = PGROUNDUP(r->file->d.size);
    return r->start + (keep > r->offset ? min_u64(keep - r->offset, r->end - r->start) : 0);
}

// => as->lock held. r has no page beyond the end any more: it goes behind those that are to be
// looked at.
static void looked_at(struct region *r)
{
    spin_lock(&lock);
    r->mapping_round = r->file->mapping_round;
    list_remove(&r->mapping);
    list_push_back(&r->file->mappings, &r->mapping);
    spin_unlock(&lock);
}

// Unmaps the pages beyond the end of ip, with one flush for all regions (unmap.c).
static void unmap_beyond(struct addrspace *as, struct inode *ip)
{
    pte_t had = 0;
    list_for_each (r, &as->regions, struct region, link) {
        if (r->file == ip)
            had |= take_rights(as, beyond_end(r), r->end, PTE_V);
    }
    if (had)
        tlb_flush_space(&as->mmu);
    list_for_each (r, &as->regions, struct region, link) {
        if (r->file != ip)
            continue;
        unmap_unused(as, beyond_end(r), r->end);
        looked_at(r);
    }
}

// Regions that are added meanwhile stand behind, unless one that is still to be looked at was
// copied or cut in two: so this ends, however fast others map the file.
void mapping_file_was_cut(struct inode *ip)
{
    spin_lock(&lock);
    ip->mapping_round++;
    while (!list_empty(&ip->mappings)) {
        const struct region *r = list_entry(ip->mappings.next, struct region, mapping);
        if (r->mapping_round == ip->mapping_round)
            break;
        visit(r->as, unmap_beyond, ip);
        count(C_mapping_cut);
    }
    spin_unlock(&lock);
}

// Takes the right to store from the entries for pages of files.
static void protect(struct addrspace *as, struct inode *)
{
    pte_t had = 0;
    list_for_each (r, &as->regions, struct region, link) {
        if (r->file && r->flags & REGION_SHARED)
            had |= take_rights(as, r->start, r->end, PTE_W | PTE_D);
    }
    if (had & PTE_W)
        tlb_flush_space(&as->mmu);
}

void mapping_group_is_staged(void)
{
    struct list *item;
    spin_lock(&lock);
    while ((item = list_pop_front(&storing)) != 0)
        visit(list_entry(item, struct addrspace, storing), protect, 0);
    spin_unlock(&lock);
}
