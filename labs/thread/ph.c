// ph THREADS: a hash table that several threads fill at once, and how fast they do. Runs on the
// host.
//
//     put phase    each thread puts its share of the keys
//     get phase    each thread looks for all keys; none may be missing
//
// A bucket is a list of entries, newest first; each has a lock of its own, so that threads that put
// into different buckets do not wait for each other. Nothing is put during the get phase, which
// therefore needs no locks.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "labs/thread/load.h"

#define KEYS        30000
#define BUCKETS     8
#define MOST        64 // threads
#define NANOSECONDS 1000000000.0

struct entry {
    struct entry *next;
    long key, value;
};

struct bucket {
    pthread_mutex_t lock; // entries and all of them
    struct entry *entries;
};

static struct bucket buckets[BUCKETS];
static long keys[KEYS];
static int threads;
static long cpu_time[MOST]; // of each thread in the put phase, in nanoseconds

static struct bucket *bucket_of(long key) { return &buckets[key % BUCKETS]; }

static struct entry *find(struct entry *first, long key)
{
    struct entry *e = first;
    while (e && e->key != key)
        e = e->next;
    return e;
}

static struct entry *new_entry(struct entry *next, long key, long value)
{
    struct entry *e = malloc(sizeof(*e));
    if (!e) {
        perror("ph");
        exit(1);
    }
    *e = (struct entry){next, key, value};
    return e;
}

static void put(long key, long value)
{
    struct bucket *b = bucket_of(key);
    pthread_mutex_lock(&b->lock);
    struct entry *first = b->entries, *e = find(first, key);
    if (e)
        e->value = value;
    else
        b->entries = new_entry(first, key, value);
    pthread_mutex_unlock(&b->lock);
}

static int get(long key, long *value)
{
    struct entry *e = find(bucket_of(key)->entries, key);
    if (e)
        *value = e->value;
    return e != 0;
}

// --- The threads ---

static void *put_share(void *argument)
{
    long me = (long)argument, start = load_cpu_time();
    for (long i = KEYS * me / threads; i < KEYS * (me + 1) / threads; i++)
        put(keys[i], i);
    cpu_time[me] = load_cpu_time() - start;
    return 0;
}

static void *get_all(void *argument)
{
    long me = (long)argument, missing = 0, value;
    for (int i = 0; i < KEYS; i++)
        if (!get(keys[i], &value) || keys[value] != keys[i])
            missing++;
    printf("%ld: %ld keys missing\n", me, missing);
    return 0;
}

// Runs body in all threads and returns the seconds that it took.
static double run_all(void *(*body)(void *))
{
    pthread_t id[MOST];
    long start = load_wall_time();
    for (long i = 0; i < threads; i++) {
        if (pthread_create(&id[i], 0, body, (void *)i) != 0) {
            fprintf(stderr, "ph: cannot make thread %ld\n", i);
            exit(1);
        }
    }
    for (int i = 0; i < threads; i++)
        pthread_join(id[i], 0);
    return (load_wall_time() - start) / NANOSECONDS;
}

// What the puts cost in computing, whatever else the host had to do meanwhile: with a CPU for each
// thread they last as long as the thread computes that has most to do, or as the lock is held that
// is held most.
static void print_effective(void)
{
    long all = 0, longest = load_longest_held();
    for (int i = 0; i < threads; i++) {
        all += cpu_time[i];
        if (cpu_time[i] > longest)
            longest = cpu_time[i];
    }
    printf("effective: %.0f puts/second, %.2f threads at a time\n", KEYS * NANOSECONDS / longest,
           (double)all / longest);
}

int main(int argc, char **argv)
{
    threads = argc == 2 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > MOST) {
        fprintf(stderr, "usage: ph THREADS (1 to %d)\n", MOST);
        return 1;
    }
    for (int i = 0; i < BUCKETS; i++)
        pthread_mutex_init(&buckets[i].lock, 0);
    for (int i = 0; i < KEYS; i++)
        keys[i] = random();

    double seconds = run_all(put_share);
    printf("%d puts, %.3f seconds, %.0f puts/second\n", KEYS, seconds, KEYS / seconds);
    print_effective();
    seconds = run_all(get_all);
    printf("%d gets, %.3f seconds, %.0f gets/second\n", KEYS * threads, seconds,
           KEYS * threads / seconds);
    return 0;
}
