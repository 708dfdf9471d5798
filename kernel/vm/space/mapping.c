// Which regions map a file (mapping.h).
//
//     truncate   unmaps what lies beyond the new end, private copies too. The inode is locked and
//                its blocks are detached already, so no fault can bring an old page back. Each cut
//                of a file has a number, its round. A region knows the round for which it was
//                searched last. In the file's list the regions that are still to be searched stand
//                first, so each space is visited about once.
//     commit     takes the right to store from all entries for pages of files. So the blocks stay
//                as they are while they are copied, and a later store joins the next group. No
//                transaction is open at that time. A fault that gives the right holds one open, so
//                the list has every space that has the right.
#include "kernel/vm/space/mapping.h"

#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/counter.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"
#include "kernel/vm/space/unmap.h"
#include "kernel/mmu/tlb.h"

static struct spinlock lock = SPINLOCK_INIT("mapping", MAPPING);
// Spaces that may store into files, through their member storing. Guarded by lock.
static struct list storing = {&storing, &storing};

void mapping_add(struct region *r)
{
    if (r->file == NULL)
        return;
    spin_lock(&lock);

    // A new region has no pages yet, and its faults wait for the inode's lock: they cannot bring
    // pages that a cut is just taking away. So it counts as searched. A region that is a part or a
    // copy of another has the other's pages, and the other's round.
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
    if (r->file == NULL)
        return;
    spin_lock(&lock);
    list_remove(&r->mapping);
    spin_unlock(&lock);
}

void mapping_add_storing(struct addrspace *as)
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

// Calls look with as->lock held. as does not end meanwhile.
// => the mapping lock held; it is let go and taken again
static void visit(struct addrspace *as, void (*look)(struct addrspace *as, struct inode *ip),
                  struct inode *ip)
{
    as->visitors++;
    spin_unlock(&lock);
    sleeplock_lock(&as->lock);
    look(as, ip);
    sleeplock_unlock(&as->lock);
    spin_lock(&lock);
    as->visitors--;
    if (as->visitors == 0)
        wakeup(&as->visitors);
}

// Returns where in r the pages begin that lie beyond the end of its file; r->end if there are none.
static uaddr_t beyond_end(const struct region *r)
{
    uint64 file_end = PGROUNDUP(r->file->d.size);

    if (file_end <= r->offset)
        return r->start;
    return r->start + min_u64(file_end - r->offset, r->end - r->start);
}

// r has no page beyond the end any more: it goes behind the regions that are still to be searched.
// => as->lock held
static void mark_searched(struct region *r)
{
    spin_lock(&lock);
    r->mapping_round = r->file->mapping_round;
    list_remove(&r->mapping);
    list_push_back(&r->file->mappings, &r->mapping);
    spin_unlock(&lock);
}

// Unmaps the pages of as beyond the end of ip, with one flush for all its regions (unmap.c).
// => as->lock held
static void unmap_beyond_end(struct addrspace *as, struct inode *ip)
{
    bool flush = false;

    list_for_each (r, &as->regions, struct region, link) {
        if (r->file == ip && remove_rights(as, beyond_end(r), r->end, PTE_V))
            flush = true;
    }
    if (flush)
        tlb_flush_space(&as->mmu);
    list_for_each (r, &as->regions, struct region, link) {
        if (r->file != ip)
            continue;
        unmap_after_flush(as, beyond_end(r), r->end);
        mark_searched(r);
    }
}

// ip has been cut: visits each space that maps it. A region that is added meanwhile goes to the end
// of the list, unless it is a copy or a part of a region that is still to be searched. So this
// ends, however fast programs map the file.
void mapping_unmap_cut_file(struct inode *ip)
{
    spin_lock(&lock);
    ip->mapping_round++;
    while (!list_empty(&ip->mappings)) {
        const struct region *r = list_entry(ip->mappings.next, struct region, mapping);
        if (r->mapping_round == ip->mapping_round)
            break;
        visit(r->as, unmap_beyond_end, ip);
        count(C_mapping_cut);
    }
    spin_unlock(&lock);
}

// Takes the right to store from the entries of as for pages of files. => as->lock held
static void forbid_stores(struct addrspace *as, struct inode *)
{
    bool flush = false;

    list_for_each (r, &as->regions, struct region, link) {
        if (r->file != NULL && (r->flags & REGION_SHARED) &&
            remove_rights(as, r->start, r->end, PTE_W | PTE_D))
            flush = true;
    }
    if (flush)
        tlb_flush_space(&as->mmu);
}

// The journal is about to copy the blocks of a group: no program may store into them meanwhile.
void mapping_forbid_stores(void)
{
    struct list *item;

    spin_lock(&lock);
    while ((item = list_pop_front(&storing)) != NULL)
        visit(list_entry(item, struct addrspace, storing), forbid_stores, NULL);
    spin_unlock(&lock);
}
