// The journal: transactions, and the group that they join.
//
//     a group:  RUNNING (transactions open, change blocks, end) -> CLOSING (no new transactions;
//               those that are open end; changed blocks are copied) -> COMMITTED (descriptor,
//               images and commit record are in the ring) -> HOME
//
// One group is running or closing at a time. Transactions wait at their start for room and for
// memory, and nowhere else: n blocks in the group, and 2n promised frames, for a changed block is
// not reclaimable until it is home, and needs a frame for its image. What is not used is given
// back at their end.
//
// Lock: journal.lock; the cache's lock is taken inside it.
#include "kernel/fs/journal.h"

#include "kernel/dev/disk.h"
#include "kernel/errno.h"
#include "kernel/fs/journal_state.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

struct journal journal = {
    .lock = SPINLOCK_INIT("journal", JOURNAL),
    .failed = true, // until it is mounted
};

void (*journal_stage_hook)(void);

// => journal.lock held; let go meanwhile. Has the thread look at what is wanted, and waits until
// something has changed.
static void wait_for_change(void)
{
    wakeup(&journal.work);
    sleep(&journal.changed, &journal.lock);
}

// => journal.lock held; let go meanwhile. Commits and brings all blocks home: 0, -EIO.
static int bring_home(void)
{
    uint64 request = ++journal.requested;
    while (journal.completed < request && !journal.failed)
        wait_for_change();
    return journal.failed ? -EIO : 0;
}

// => journal.lock held.
static bool has_room(uint nblocks)
{
    return !journal.closing && journal.count + journal.reserved + nblocks <= journal.group_max;
}

// => journal.lock held; let go while waiting. Waits for room and memory: 0, -ENOMEM, -EIO.
static int admit(uint nblocks)
{
    bool tried = false;
    for (;;) {
        if (journal.failed)
            return -EIO;
        if (!has_room(nblocks)) {
            // without changed blocks, room comes from transactions that end
            journal.want_commit |= journal.count > 0;
            wait_for_change();
        } else if (page_promise(2 * nblocks) == 0) {
            return 0;
        } else if (tried) {
            return -ENOMEM;
        } else {
            tried = true; // images and changed blocks hold memory: a commit sets it free
            bring_home();
        }
    }
}

int journal_begin(uint nblocks)
{
    struct transaction *t = thread_transaction();
    kassert(nblocks <= MAXOPBLOCKS && !t->open);
    if (disk->read_only)
        return -EROFS;
    spin_lock(&journal.lock);
    int error = admit(nblocks);
    if (error == 0) {
        *t = (struct transaction){.open = true, .blocks_left = nblocks, .frames = 2 * nblocks};
        journal.reserved += nblocks;
        journal.open++;
    }
    spin_unlock(&journal.lock);
    if (error == 0)
        lockdep_take(&journal, "transaction", LEVEL_TRANSACTION);
    return error;
}

void journal_end(void)
{
    struct transaction *t = thread_transaction();
    kassert(t->open);
    lockdep_leave(&journal, LEVEL_TRANSACTION);
    t->open = false;
    spin_lock(&journal.lock);
    page_unpromise(t->frames);
    journal.reserved -= t->blocks_left;
    journal.open--;
    if (journal.closing ? journal.open == 0 : journal.count > journal.group_max / 2) {
        journal.want_commit = true;
        wakeup(&journal.work);
    }
    wakeup(&journal.changed); // who waits for room
    spin_unlock(&journal.lock);
}

uint journal_left(void) { return thread_transaction()->blocks_left; }

void journal_write(struct block *b)
{
    // A block stays in the group while a transaction is open that changes it.
    if (!list_empty(&b->group) || b->detached)
        return;
    spin_lock(&journal.lock);
    if (list_empty(&b->group)) {
        struct transaction *t = thread_transaction();
        kassert(t->open && t->blocks_left > 0); // it reserved too little
        t->blocks_left--;
        journal.reserved--;
        list_push_back(&journal.blocks, &b->group);
        journal.count++;
        t->frames -= 1 + cache_dirty(b); // one is kept for the image
        journal.frames++;
    }
    spin_unlock(&journal.lock);
}

void journal_forget(struct block *b)
{
    spin_lock(&journal.lock);
    if (!list_empty(&b->group)) {
        list_remove(&b->group);
        journal.count--;
        page_unpromise(1);
        journal.frames--;
    }
    if (b->image) {
        b->image->block = 0;
        b->image = 0;
    }
    spin_unlock(&journal.lock);
}

int journal_sync(void)
{
    kassert(!thread_in_transaction());
    spin_lock(&journal.lock);
    // If there is nothing in the running group, the one before may be on its way.
    uint64 last = journal.running - (journal.count == 0);
    // What is in the group may be freed meanwhile: then it is not committed.
    while (!journal.failed && (int64)(last - journal.committed) > 0 &&
           (journal.running != last || journal.count > 0)) {
        journal.want_commit |= journal.running == last;
        wait_for_change();
    }
    int error = journal.failed ? -EIO : 0;
    spin_unlock(&journal.lock);
    return error;
}

int journal_flush(void)
{
    kassert(!thread_in_transaction());
    spin_lock(&journal.lock);
    int error = bring_home();
    spin_unlock(&journal.lock);
    return error;
}

uint64 journal_pending(void)
{
    return __atomic_load_n(&journal.frames, __ATOMIC_RELAXED) + cache_changed();
}

bool journal_free_memory(void) { return journal_pending() > 0 && journal_flush() == 0; }
