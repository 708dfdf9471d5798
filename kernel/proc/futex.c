// Futexes: see futex.h. A thread that waits has a struct waiter on its stack, which is in the
// bucket of its key, and sleeps on that.
#include "kernel/proc/futex.h"
#include "kernel/errno.h"
#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/page.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/vm/fault/fault.h"

#define NBUCKET 64

// How waiter and waker find each other: the same word has the same key, whoever asks.
struct key {
    const void *object;
    uint64 offset;
};

// Guarded by the bucket's lock.
struct waiter {
    struct list link;
    struct key key;
    bool woken; // and out of the bucket
};

static struct bucket {
    struct spinlock lock;
    struct list waiters; // the first to come is the first to be woken
} buckets[NBUCKET];

void futex_init(void)
{
    for (int i = 0; i < NBUCKET; i++) {
        spin_init(&buckets[i].lock, "futex", LEVEL_FUTEX);
        list_init(&buckets[i].waiters);
    }
}

static struct bucket *bucket_of(const struct key *k)
{
    return &buckets[((uint64)k->object >> 6 ^ k->offset >> 2 ^ k->offset >> 9) % NBUCKET];
}

// Pins the page of the word at addr, and finds its key. Shared memory is known by its page,
// wherever a process maps it. Private memory is known by its address, because its page changes when
// a fork is followed by a write. 0; -EINVAL: not aligned; -EFAULT; -ENOMEM.
static int find_word(struct addrspace *as, uaddr_t addr, struct page **page, struct key *k)
{
    bool shared;
    if (addr % sizeof(int) != 0)
        return -EINVAL;
    int err = vm_pin(as, addr, ACCESS_READ, page, &shared);
    if (err)
        return err;

    if (shared)
        *k = (struct key){.object = *page, .offset = addr % PGSIZE};
    else
        *k = (struct key){.object = as, .offset = addr};
    return 0;
}

// => b held. Sleeps as waiter w. 0: woken; -EINTR; -ETIMEDOUT. Only futex_wake wakes what sleeps on
// w, so there is no loop.
static int sleep_locked(struct bucket *b, struct waiter *w, uint64 ticks)
{
    int err;

    list_push_back(&b->waiters, &w->link);
    if (ticks > 0)
        err = sleep_timeout(w, &b->lock, ticks, true);
    else
        err = sleep_killable(w, &b->lock);

    if (w->woken)
        return 0; // also if a kill or the end of the time came at the same moment
    list_remove(&w->link);
    return err;
}

int futex_wait(struct addrspace *as, uaddr_t addr, int value, int ticks)
{
    struct waiter w = {0};
    struct page *page;
    if (ticks < 0)
        return -EINVAL;

    for (;;) {
        int err = find_word(as, addr, &page, &w.key);
        if (err)
            return err;
        struct bucket *b = bucket_of(&w.key);
        int *word = (int *)((char *)page_to_virt(page) + addr % PGSIZE);

        // A waker changes the word and then takes this lock: we see the new word, or it sees us.
        spin_lock(&b->lock);
        bool current = vm_maps(as, addr, page);
        if (current && __atomic_load_n(word, __ATOMIC_SEQ_CST) != value)
            err = -EAGAIN;
        else if (current)
            err = sleep_locked(b, &w, ticks);
        spin_unlock(&b->lock);
        page_put(page);
        if (current)
            return err;

        // A writer has got a copy of the page before we had the lock: look up the new one. Another
        // thread may bring that about each time.
        if (thread_killed())
            return -EINTR;
    }
}

int futex_wake(struct addrspace *as, uaddr_t addr, int count)
{
    struct key k;
    struct page *page;
    int woken = 0;
    int err = find_word(as, addr, &page, &k);
    if (err)
        return err;

    struct bucket *b = bucket_of(&k);
    spin_lock(&b->lock);
    list_for_each_safe (w, &b->waiters, struct waiter, link) {
        if (woken >= count)
            break;
        if (w->key.object != k.object || w->key.offset != k.offset)
            continue;
        list_remove(&w->link);
        w->woken = true;
        wakeup(w);
        woken++;
    }
    spin_unlock(&b->lock);
    page_put(page);
    return woken;
}
