// Which regions map a file (mapping.h).
//
//     truncate   unmaps what lies beyond the new end, private copies too. The inode is locked and
//                the blocks are detached, so that no fault can bring an old page back.
//     commit     takes the right to store from all entries for file pages, so that what is copied
//                stays as it is, and a later store joins the next group. No transaction is open then,
//                and who gives that right holds one, so the list of spaces has them all.
#include "kernel/vm/mapping.h"

#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lock/spinlock.h"
#include "kernel/lock/waitq.h"
#include "kernel/vm/tlb.h"
#include "kernel/vm/unmap.h"

static struct spinlock lock = SPINLOCK_INIT("mapping", MAPPING);
static struct list storing = {&storing, &storing}; // guarded by lock: spaces, through their member storing

void mapping_add(struct region *r)
{
    if (!r->file)
        return;
    spin_lock(&lock);
    r->mapping_round = 0; // not that of the region it is part of or a copy of
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
    list_for_each (r, &as->regions, struct region, link)
        list_remove(&r->mapping);
    while (as->visitors > 0)
        sleep(&as->visitors, &lock);
    spin_unlock(&lock);
}

// => lock held; let go meanwhile. Does something to as, which stays as long.
static void visit(struct addrspace *as, void (*look)(struct addrspace *as, struct inode *ip), struct inode *ip)
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

// Unmaps the pages beyond the end of ip.
static void unmap_beyond(struct addrspace *as, struct inode *ip)
{
    list_for_each (r, &as->regions, struct region, link) {
        uint64 keep = PGROUNDUP(ip->d.size);
        uaddr_t start = r->start + (keep > r->offset ? keep - r->offset : 0);
        if (r->file == ip && start < r->end)
            unmap_range(as, start, r->end);
    }
}

// Each region is looked at once: it goes to the list's end, and new ones come first. Several of one
// space are several visits, of which the later find nothing.
static void file_was_cut(struct inode *ip)
{
    spin_lock(&lock);
    uint64 round = ++ip->mapping_round;
    while (!list_empty(&ip->mappings)) {
        struct region *r = list_entry(ip->mappings.next, struct region, mapping);
        if (r->mapping_round == round)
            break;
        r->mapping_round = round;
        list_remove(&r->mapping);
        list_push_back(&ip->mappings, &r->mapping);
        visit(r->as, unmap_beyond, ip);
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
        tlb_flush_space(as);
}

static void group_is_staged(void)
{
    struct list *item;
    spin_lock(&lock);
    while ((item = list_pop_front(&storing)) != 0)
        visit(list_entry(item, struct addrspace, storing), protect, 0);
    spin_unlock(&lock);
}

void mapping_init(void)
{
    inode_cut_hook = file_was_cut;
    journal_stage_hook = group_is_staged;
}
