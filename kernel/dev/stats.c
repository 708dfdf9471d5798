// The device file "statistics", as text: first the event counters; then the locks of the page
// allocator and of the block cache; then the locks that are contended most; and at the end, behind
// the text's only "=", how many attempts to take a lock of the page allocator or the block cache
// have failed. A line has the same length whatever its numbers are, so that the text may be read in
// pieces. The lock lines of one read are from one moment.
#include "kernel/dev/stats.h"

#include "kernel/lib/counter.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

#define COUNTER_LINE 40 // 20 of name, 19 of number, newline
#define LOCK_LINE    80 // blanks fill it up
#define TOP          5

// The part of the text that a read asks for.
struct window {
    char *dst;
    uint64 skip; // bytes of the text before it
    size_t room; // bytes of it that are to come
};

// Adds a line to the text, filled up to that width: the window gets what it asks for of it.
static void printflike(3, 4) add_line(struct window *w, size_t width, const char *format, ...)
{
    char line[LOCK_LINE];
    va_list args;

    va_start(args, format);
    size_t length = min_u64(kvsnprintf(line, width, format, args), width - 1);
    va_end(args);
    memset(line + length, ' ', width - length);
    line[width - 1] = '\n';

    size_t skip = min_u64(w->skip, width), part = min_u64(w->room, width - skip);
    memcpy(w->dst, line + skip, part);
    w->dst += part;
    w->skip -= skip;
    w->room -= part;
}

static void add_lock(struct window *w, enum lock_level level, const struct lock_count *c)
{
    add_line(w, LOCK_LINE, "lock: %s: #test-and-set %lu #acquire() %lu", lock_level_names[level],
             c->failed, c->acquired);
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static bool is_measured(enum lock_level level)
{
    return begins(lock_level_names[level], "kmem") || begins(lock_level_names[level], "bcache");
}

// Of the levels of spinlocks that are not told yet, the one with the most failed attempts.
static enum lock_level most_contended(const struct lock_count count[NLOCKLEVEL],
                                      const bool told[NLOCKLEVEL])
{
    enum lock_level best = NLOCKLEVEL;

    for (uint level = LEVEL_FIRST_SPIN; level < NLOCKLEVEL; level++)
        if (!told[level] && (best == NLOCKLEVEL || count[level].failed > count[best].failed))
            best = level;
    return best;
}

static int64 stats_read(void *dst, uint64 off, size_t n)
{
    struct window w = {.dst = dst, .skip = off, .room = n};
    struct lock_count count[NLOCKLEVEL];
    bool told[NLOCKLEVEL] = {0};
    uint64 total = 0;

    for (uint i = 0; i < NCOUNTER; i++)
        add_line(&w, COUNTER_LINE, "%-20s%19lu", counter_names[i],
                 __atomic_load_n(&counters[i], __ATOMIC_RELAXED));

    lock_counts(count);
    add_line(&w, LOCK_LINE, "--- lock kmem/bcache stats");
    for (uint level = LEVEL_FIRST_SPIN; level < NLOCKLEVEL; level++) {
        if (is_measured(level)) {
            add_lock(&w, level, &count[level]);
            total += count[level].failed;
        }
    }

    add_line(&w, LOCK_LINE, "--- top %d contended locks:", TOP);
    for (uint i = 0; i < TOP; i++) {
        enum lock_level level = most_contended(count, told);
        told[level] = true;
        add_lock(&w, level, &count[level]);
    }

    add_line(&w, LOCK_LINE, "tot= %lu", total);
    return n - w.room;
}

const struct dev_ops statistics_ops = {.read = stats_read, .write = dev_swallow};
