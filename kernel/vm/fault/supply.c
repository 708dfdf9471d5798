// Bringing pages of files for a fault (supply.h).
#include "kernel/vm/fault/supply.h"

#include "kernel/dev/disk.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"

bool supply_fits(const struct supply *s, const struct region *r, uaddr_t va, bool store)
{
    bool shared = r->flags & REGION_SHARED;

    return s->ready && s->file == r->file && s->first + s->wanted == region_page(r, va) &&
           s->store == store && s->shared == shared;
}

int supply_ask(struct supply *s, const struct region *r, uaddr_t va, bool store)
{
    // What was brought before is not what is wanted now: the fault drops it and begins again.
    if (s->ready)
        return SUPPLY_WANTED;

    // The pages of r in the aligned window around va: they lie under one table.
    uaddr_t window = va & -(SUPPLY_PAGES * PGSIZE);
    uaddr_t start = max_u64(window, r->start);
    uaddr_t end = min_u64(window + SUPPLY_PAGES * PGSIZE, r->end);
    s->file = inode_dup(r->file);
    s->first = region_page(r, start);
    s->n = (end - start) >> PGSHIFT;
    s->wanted = (va - start) >> PGSHIFT;
    s->shared = r->flags & REGION_SHARED;
    s->store = store;
    return SUPPLY_WANTED;
}

static void put_blocks(struct supply *s)
{
    for (uint i = 0; i < s->n; i++) {
        cache_put(s->block[i]);
        s->block[i] = NULL;
    }
}

// Brings the one page that will be stored into: its block becomes part of the journal's running
// group; a hole gets a block first.
static int bring_to_store(struct supply *s)
{
    s->first += s->wanted;
    s->wanted = 0;
    s->n = 1;
    int err = journal_begin(INODE_STORE_BLOCKS);
    if (err != 0)
        return err;
    s->in_transaction = true;
    inode_lock(s->file);
    s->locked = true;
    return inode_store_block(s->file, s->first, &s->block[0]);
}

int supply_bring(struct supply *s)
{
    s->ready = true;
    for (uint i = 0; i < s->n; i++)
        s->block[i] = NULL;
    if (s->store)
        return bring_to_store(s);

    inode_lock(s->file);
    s->locked = true;
    int err = inode_map_blocks(s->file, s->first, s->n, s->wanted, s->block);
    if (err != 0)
        return err;

    // A hole of a shared mapping gets a block now, so that this space sees what others store there
    // later. On a read-only disk nobody can store, and the page of zeroes will do.
    if (!s->shared || s->block[s->wanted] != NULL || disk->read_only)
        return 0;
    inode_unlock(s->file);
    s->locked = false;
    put_blocks(s);
    return bring_to_store(s);
}

void supply_drop(struct supply *s)
{
    if (s->file == NULL)
        return;
    if (s->ready)
        put_blocks(s);
    if (s->locked)
        inode_unlock(s->file);
    if (s->in_transaction)
        journal_end();
    inode_put(s->file);
    supply_init(s);
}
