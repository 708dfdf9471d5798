// The journal: transactions, and the group that they join (journal.h has the life of a group).
//
// One group is running or closing at a time. Transactions wait when they begin, for room and for
// memory, and nowhere else. A transaction of n blocks needs room for n blocks in the group, and 2n
// promised frames: a changed block is not reclaimable until it is home, and needs a frame for its
// copy. The rest is given back when it ends.
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

// => journal.lock held; let go meanwhile. Makes the thread look at what is wanted, and waits until
// it, or a transaction that ends, has changed something.
static void wait_for_change(void)
{
    wakeup(&journal.work);
    sleep(&journal.changed, &journal.lock);
}

// => journal.lock held; let go meanwhile. Commits and brings all blocks home: 0, -EIO.
static int request_home(void)
{
    uint64 request = ++journal.requested;

    while (journal.completed < request && !journal.failed)
        wait_for_change();
    return journal.failed ? -EIO : 0;
}

// => journal.lock held. True if a transaction of nblocks may join the group.
static bool may_join(uint nblocks)
{
    return !journal.closing && journal.count + journal.reserved + nblocks <= journal.group_max;
}

// => journal.lock held; let go while waiting. Waits until a transaction of nblocks may join the
// group and its frames are promised: 0, -ENOMEM, -EIO.
static int wait_to_join(uint nblocks)
{
    bool tried = false;

    for (;;) {
        if (journal.failed)
            return -EIO;
        if (!may_join(nblocks)) {
            // A commit makes room. A group without blocks has none to make: then the room comes
            // from transactions that end.
            if (journal.count > 0)
                journal.want_commit = true;
            wait_for_change();
        } else if (page_promise(2 * nblocks) == 0) {
            return 0;
        } else if (tried) {
            return -ENOMEM;
        } else {
            // Changed blocks and their copies hold memory, which is free once they are home.
            tried = true;
            request_home();
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
    int err = wait_to_join(nblocks);
    if (err == 0) {
        *t = (struct transaction){.open = true, .blocks_left = nblocks, .frames = 2 * nblocks};
        journal.reserved += nblocks;
        journal.open++;
    }
    spin_unlock(&journal.lock);

    if (err == 0)
        lockdep_take(&journal, "transaction", LEVEL_TRANSACTION);
    return err;
}

void journal_end(void)
{
    struct transaction *t = thread_transaction();
    kassert(t->open);
    lockdep_leave(&journal, LEVEL_TRANSACTION);
    t->open = false;

    // Promises and blocks that it has not used go back.
    spin_lock(&journal.lock);
    page_unpromise(t->frames);
    journal.reserved -= t->blocks_left;
    journal.open--;

    // The thread waits for the last transaction of a group that is closing. A group that is half
    // full is closed soon, so that the next transactions need not wait for room.
    bool wake = journal.count > journal.group_max / 2;
    if (journal.closing)
        wake = journal.open == 0;
    if (wake) {
        journal.want_commit = true;
        wakeup(&journal.work);
    }
    wakeup(&journal.changed); // those that wait for room
    spin_unlock(&journal.lock);
}

uint journal_left(void) { return thread_transaction()->blocks_left; }

void journal_write(struct block *b)
{
    // Looked at without the lock: a block stays in the group while a transaction is open that
    // changes it.
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

        // Of the transaction's promises one is kept for the copy. If the block was clean, the
        // cache takes another for the block itself.
        t->frames--;
        journal.frames++;
        if (cache_dirty(b))
            t->frames--;
    }
    spin_unlock(&journal.lock);
}

void journal_forget(struct block *b)
{
    spin_lock(&journal.lock);
    if (!list_empty(&b->group)) {
        list_remove(&b->group);
        journal.count--;
        page_unpromise(1); // of its copy
        journal.frames--;
    }
    if (b->copy != NULL) {
        b->copy->block = NULL;
        b->copy = NULL;
    }
    spin_unlock(&journal.lock);
}

// => journal.lock held. True while group number last is still to be committed. A group that lost
// all its blocks, because they were freed, is not committed.
static bool must_commit(uint64 last)
{
    bool is_committed = (int64)(last - journal.committed) <= 0; // numbers count modulo 2^64
    bool is_empty = journal.running == last && journal.count == 0;
    return !is_committed && !is_empty;
}

int journal_sync(void)
{
    kassert(!thread_in_transaction());

    spin_lock(&journal.lock);
    // If nothing is in the running group, the group before it may be on its way to the disk.
    uint64 last = journal.running;
    if (journal.count == 0)
        last--;

    while (!journal.failed && must_commit(last)) {
        if (journal.running == last)
            journal.want_commit = true;
        wait_for_change();
    }
    int err = journal.failed ? -EIO : 0;
    spin_unlock(&journal.lock);
    return err;
}

int journal_flush(void)
{
    kassert(!thread_in_transaction());
    spin_lock(&journal.lock);
    int err = request_home();
    spin_unlock(&journal.lock);
    return err;
}

uint64 journal_pending(void)
{
    return __atomic_load_n(&journal.frames, __ATOMIC_RELAXED) + cache_changed();
}

bool journal_free_memory(void) { return journal_pending() > 0 && journal_flush() == 0; }
