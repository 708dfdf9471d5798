// ph THREADS: several threads fill a hash table at the same time; ph prints how fast they are.
//
//     put phase    each thread puts its share of the keys
//     get phase    each thread looks for all keys; no key may be missing
//
// A bucket is a list of entries, the newest first. It has a lock of its own: so threads that put
// into different buckets do not wait for each other. During the get phase nothing is put, so that
// phase needs no locks. labs/thread has the same program for the host.
#include "user/lib/thread.h"
#include "user/lib/util.h"

#define KEYS    10000
#define BUCKETS 8
#define MOST    16 // threads

struct entry {
    struct entry *next;
    int key, value;
};

static struct bucket {
    struct mutex lock; // guards the list and its entries
    struct entry *entries;
} buckets[BUCKETS];

static int keys[KEYS];
static int threads;

static struct bucket *bucket_of(int key) { return &buckets[key % BUCKETS]; }

static struct entry *find(struct entry *first, int key)
{
    struct entry *e = first;
    while (e && e->key != key)
        e = e->next;
    return e;
}

static struct entry *new_entry(struct entry *next, int key, int value)
{
    struct entry *e = malloc(sizeof(*e));
    if (e == NULL)
        fail("no memory");
    *e = (struct entry){next, key, value};
    return e;
}

static void put(int key, int value)
{
    struct bucket *b = bucket_of(key);

    mutex_lock(&b->lock);
    struct entry *e = find(b->entries, key);
    if (e)
        e->value = value;
    else
        b->entries = new_entry(b->entries, key, value);
    mutex_unlock(&b->lock);
}

// Puts a share of the keys: keys[i] with the value i.
static int put_share(void *number)
{
    long me = (long)number;
    for (int i = KEYS * me / threads; i < KEYS * (me + 1) / threads; i++)
        put(keys[i], i);
    return 0;
}

static int get_all(void *number)
{
    int missing = 0;

    for (int i = 0; i < KEYS; i++) {
        struct entry *e = find(bucket_of(keys[i])->entries, keys[i]);
        if (e == NULL || keys[e->value] != keys[i])
            missing++;
    }
    printf("%ld: %d keys missing\n", (long)number, missing);
    return 0;
}

// Runs body in all threads. Returns how many seconds that took.
static double run_all(int (*body)(void *number))
{
    struct thread t[MOST];
    uint64 start, end;

    gettime(&start);
    for (long i = 0; i < threads; i++)
        if (thread_create(&t[i], body, (void *)i) < 0)
            fail("cannot make thread %ld", i);
    for (int i = 0; i < threads; i++)
        thread_join(&t[i], NULL);
    gettime(&end);
    return (end - start) / 1e9;
}

int main(int argc, char **argv)
{
    threads = argc == 2 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > MOST)
        usage("ph THREADS (1 to 16)");
    for (int i = 0; i < KEYS; i++)
        keys[i] = rand();

    double seconds = run_all(put_share);
    printf("%d puts, %.3f seconds, %.0f puts/second\n", KEYS, seconds, KEYS / seconds);
    seconds = run_all(get_all);
    printf("%d gets, %.3f seconds, %.0f gets/second\n", KEYS * threads, seconds,
           KEYS * threads / seconds);
    return 0;
}
