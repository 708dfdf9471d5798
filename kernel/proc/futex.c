// Futexes: see futex.h. A waiter lies on the stack of the thread that waits, in the bucket of its
// key; it sleeps on its own waiter.
#include "kernel/proc/futex.h"
#include "kernel/errno.h"
#include "kernel/lib/list.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/page.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/vm/fault.h"

#define NBUCKET 64

// What a word is known by.
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
    struct list waiters; // who came first first
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

// Pins the page of the word at addr, and finds its key. Shared memory is known by its page, whoever
// maps it where; private memory by its address, since its page changes when it is copied after a
// fork.
static int find_word(struct addrspace *as, uaddr_t addr, struct page **page, struct key *k)
{
    bool shared;
    int r = addr % sizeof(int) != 0 ? -EINVAL : vm_pin(as, addr, ACCESS_READ, page, &shared);
    if (r == 0 && shared)
        *k = (struct key){.object = *page, .offset = addr % PGSIZE};
    else
        *k = (struct key){.object = as, .offset = addr};
    return r;
}

// => b held. Nobody else wakes those who sleep on w, so one sleep tells all.
static int sleep_locked(struct bucket *b, struct waiter *w, uint64 ticks)
{
    list_push_back(&b->waiters, &w->link);
    int r = ticks ? sleep_timeout(w, &b->lock, ticks, true) : sleep_killable(w, &b->lock);
    if (w->woken)
        return 0;
    list_remove(&w->link);
    return r;
}

int futex_wait(struct addrspace *as, uaddr_t addr, int value, int ticks)
{
    struct waiter w = {0};
    struct page *page;
    if (ticks < 0)
        return -EINVAL;
    for (;;) {
        int r = find_word(as, addr, &page, &w.key);
        if (r < 0)
            return r;
        struct bucket *b = bucket_of(&w.key);
        int *word = (int *)((char *)page_to_virt(page) + addr % PGSIZE);
        spin_lock(&b->lock);
        bool current = vm_maps(as, addr, page); // else a writer has a copy of it by now
        if (current)
            r = __atomic_load_n(word, __ATOMIC_SEQ_CST) == value ? sleep_locked(b, &w, ticks)
                                                                 : -EAGAIN;
        spin_unlock(&b->lock);
        page_put(page);
        if (current)
            return r;
        if (thread_killed()) // another thread may change the page each time
            return -EINTR;
    }
}

int futex_wake(struct addrspace *as, uaddr_t addr, int count)
{
    struct key k;
    struct page *page;
    int n = 0, r = find_word(as, addr, &page, &k);
    if (r < 0)
        return r;
    struct bucket *b = bucket_of(&k);
    spin_lock(&b->lock);
    for (struct list *i = b->waiters.next, *next; i != &b->waiters && n < count; i = next) {
        struct waiter *w = list_entry(i, struct waiter, link);
        next = i->next;
        if (w->key.object != k.object || w->key.offset != k.offset)
            continue;
        list_remove(&w->link);
        w->woken = true;
        wakeup(w);
        n++;
    }
    spin_unlock(&b->lock);
    page_put(page);
    return n;
}
