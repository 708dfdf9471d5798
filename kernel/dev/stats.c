// The device file "statistics": first the event counters, then what happened to the page
// allocator's and the block cache's locks, and which locks are contended most; at the end, behind
// the text's only "=", how many attempts to take one of the former failed. Lines have a fixed
// length whatever the numbers are, so that the text may be read in pieces; the lock lines of one
// read are from one moment.
#include "kernel/dev/dev.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"

#define COUNTER_LINE 40 // 20 of name, 19 of number, newline
#define LOCK_LINE    80 // blanks fill it up
#define TOP          5

// What the lock lines are made of.
struct report {
    struct lock_count count[NLOCKLEVEL];
    uint8 measured[NLOCKLEVEL]; // the levels whose names begin with kmem or bcache
    uint nmeasured;
    uint64 total;   // their failed attempts
    uint8 top[TOP]; // the levels with the most failed attempts
};

static bool begins(const char *name, const char *with) { return strncmp(name, with, strlen(with)) == 0; }

static void find_measured(struct report *r)
{
    for (uint level = LEVEL_FIRST_SPIN; level < NLOCKLEVEL; level++) {
        const char *name = lock_level_names[level];
        if (begins(name, "kmem") || begins(name, "bcache")) {
            r->measured[r->nmeasured++] = level;
            r->total += r->count[level].failed;
        }
    }
}

static void find_top(struct report *r)
{
    bool taken[NLOCKLEVEL] = {0};
    for (uint i = 0; i < TOP; i++) {
        uint best = NLOCKLEVEL;
        for (uint level = LEVEL_FIRST_SPIN; level < NLOCKLEVEL; level++)
            if (!taken[level] && (best == NLOCKLEVEL || r->count[level].failed > r->count[best].failed))
                best = level;
        taken[best] = true;
        r->top[i] = best;
    }
}

static void lock_text(char *text, size_t size, const struct report *r, uint level)
{
    ksnprintf(text, size, "lock: %s: #test-and-set %lu #acquire() %lu", lock_level_names[level], r->count[level].failed,
              r->count[level].acquired);
}

// Line i of the lock part; false: there are no more.
static bool lock_line(char line[LOCK_LINE + 1], const struct report *r, uint i)
{
    char text[LOCK_LINE];
    uint top = r->nmeasured + 1, end = top + TOP + 1;
    if (i > end)
        return false;
    if (i == 0)
        strlcpy(text, "--- lock kmem/bcache stats", sizeof(text));
    else if (i < top)
        lock_text(text, sizeof(text), r, r->measured[i - 1]);
    else if (i == top)
        strlcpy(text, "--- top 5 contended locks:", sizeof(text));
    else if (i < end)
        lock_text(text, sizeof(text), r, r->top[i - top - 1]);
    else
        ksnprintf(text, sizeof(text), "tot= %lu", r->total);
    ksnprintf(line, LOCK_LINE + 1, "%-79s\n", text);
    return true;
}

// Line i of the whole text: its length, 0 at the end.
static size_t make_line(char line[LOCK_LINE + 1], const struct report *r, uint i)
{
    if (i >= NCOUNTER)
        return lock_line(line, r, i - NCOUNTER) ? LOCK_LINE : 0;
    ksnprintf(line, LOCK_LINE + 1, "%-20s%19lu\n", counter_names[i], __atomic_load_n(&counters[i], __ATOMIC_RELAXED));
    return COUNTER_LINE;
}

static int64 stats_read(int, void *dst, uint64 off, size_t n)
{
    char line[LOCK_LINE + 1];
    struct report r = {.nmeasured = 0};
    size_t done = 0, length;
    uint64 at = 0;

    lock_counts(r.count);
    find_measured(&r);
    find_top(&r);
    for (uint i = 0; done < n && (length = make_line(line, &r, i)) > 0; at += length, i++) {
        if (off + done >= at + length)
            continue;
        size_t skip = off + done - at, part = min_u64(n - done, length - skip);
        memcpy((char *)dst + done, line + skip, part);
        done += part;
    }
    return done;
}

const struct dev_ops stats_ops = {.read = stats_read, .write = dev_swallow};
