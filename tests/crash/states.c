// States of a disk after a power cut. See the header.
#include "tests/crash/states.h"

#include "kernel/fs.h"
#include "tests/crash/judge.h"
#include "tests/crash/moment.h"
#include "tests/crash/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX   3  // lives in lives
#define NEXT_LIFE   40 // one in so many states begins another life
#define NEXT_STATES 40 // of which so many states are tried
#define TRIES       6  // at a moment, to find a state that is new
#define PASSES      4  // through the moments

// The states of a life, moment by moment.
struct states {
    struct hunt *hunt;
    const struct log *log;
    const char *name;
    uint depth;
    struct moment *m;
    uint first, last; // versions that the tree may have
    uint call;        // during which the power went
    uint64 number;    // states so far
    uint64 salt;      // the life's
    // its disk is that of the state, its touched says where that differs from safe
    struct judge judge;
};

uint64 states_mix(uint64 a, uint64 b)
{
    uint64 x = (a + 1) * 0x9e3779b97f4a7c15UL ^ (b + 1) * 0xbf58476d1ce4e5b9UL;
    return (x ^ x >> 31) | 1;
}

// Enters a key in the table of all: true if it was not there.
static bool enter(struct hunt *hunt, uint64 key)
{
    for (uint64 i = key;; i++) {
        uint64 *at = &hunt->seen[i & (hunt->seen_size - 1)];
        if (*at == key)
            return false;
        if (*at == 0) {
            *at = key;
            return true;
        }
    }
}

// True if the state was not tried in this life with the same promises. It counts if no other life
// had it, either. (So what a life tries does not depend on others, and a state can be made again
// without them.)
static bool is_new(struct states *s)
{
    uint64 key = states_mix(moment_hash(s->m), s->first);
    if (!enter(s->hunt, states_mix(key, s->salt)))
        return false;
    if (enter(s->hunt, key))
        s->hunt->distinct++;
    return true;
}

static void keep_disk(struct states *s, char *path, size_t size)
{
    snprintf(path, size, "%s.img", s->hunt->keep);
    FILE *f = fopen(path, "wb");
    moment_compose(s->m, s->judge.disk, s->judge.touched);
    if (!f || fwrite(s->judge.disk, BSIZE, s->log->blocks, f) != s->log->blocks || fclose(f) != 0)
        snprintf(path, size, "nowhere: %s.img cannot be written", s->hunt->keep);
}

static void report(struct states *s, const char *name)
{
    struct hunt *hunt = s->hunt;
    char path[300];
    uint kept = 0;
    for (uint i = 0; i < s->m->npending; i++)
        if (s->m->pending[i].arrived)
            kept++;
    keep_disk(s, path, sizeof(path));
    int n = snprintf(
        hunt->failure, sizeof(hunt->failure),
        "state %s: power cut during `%s`, %u of %u writes that were not safe had arrived: %s", name,
        s->log->call[s->call], kept, s->m->npending, s->judge.text);
    snprintf(hunt->failure + n, sizeof(hunt->failure) - n,
             "  the disk is kept: %s\n  again: make crashstates SEED=%lu STATES=%lu STATE=%s\n",
             path, hunt->seed, hunt->wanted, name);
}

// Another life begins with the state.
static bool next_life(struct states *s, const char *name)
{
    // Recovery alone; recovery and a large group, which meets what recovery left in the ring;
    // recovery and more.
    static const struct work_plan plans[] = {
        {.calls = 0}, {.calls = 4, .large = true}, {.calls = 3}, {.calls = 20}};
    moment_compose(s->m, s->judge.disk, s->judge.touched);
    struct log *log = log_new(s->judge.disk, s->log->blocks);
    uint64 seed = s->m->seed;
    struct work_plan plan = plans[moment_random(&seed, ARRAY_LEN(plans))];
    plan.seed = states_mix(s->hunt->seed ^ 0x5eed, states_mix(s->number, seed));
    work_run(&plan, log);
    bool good = true;
    if (log->failure) {
        snprintf(s->judge.text, sizeof(s->judge.text), "the life after it fails during `%s`: %s\n",
                 log->call[log->ncalls - 1], log->failure);
        report(s, name);
        good = false;
    } else {
        good = states_try(s->hunt, log, name, s->depth + 1, NEXT_STATES);
    }
    log_free(log);
    return good;
}

// True if only what lies at name or below it is to be judged, and this does not.
static bool passed_over(const struct hunt *hunt, const char *name, bool *exact)
{
    size_t n = strlen(name);
    *exact = false;
    if (!hunt->only)
        return false;
    *exact = strcmp(hunt->only, name) == 0;
    return strncmp(hunt->only, name, n) != 0 || (hunt->only[n] != '.' && hunt->only[n] != 0);
}

static bool try_state(struct states *s)
{
    struct hunt *hunt = s->hunt;
    char name[HUNT_NAME];
    bool exact, good = true;
    bool lives = s->depth < DEPTH_MAX && moment_random(&s->m->seed, NEXT_LIFE) == 0;
    snprintf(name, sizeof(name), "%s.%lu", s->name, ++s->number);
    if (passed_over(hunt, name, &exact))
        return true;
    memcpy(hunt->trying, name, sizeof(name));
    if (!hunt->only || exact) {
        hunt->judged++;
        moment_compose(s->m, s->judge.disk, s->judge.touched);
        s->judge.first = s->first;
        s->judge.last = s->last;
        good = judge_disk(&s->judge);
        if (!good)
            report(s, name);
    }
    if (good && lives && (!hunt->only || !exact))
        good = next_life(s, name);
    return good;
}

// Up to n new states of this moment: how many; -1: one failed.
static int64 try_moment(struct states *s, uint64 n)
{
    uint64 done = 0;
    for (uint64 tries = 0; done < n && tries < n + TRIES && s->hunt->distinct < s->hunt->wanted;
         tries++) {
        moment_choose(s->m);
        s->hunt->tried++;
        if (!is_new(s))
            continue;
        if (!try_state(s))
            return -1;
        done++;
    }
    return done;
}

// Goes through all moments once, for about n states in all: how many; -1: one failed.
static int64 pass(struct states *s, uint64 n)
{
    const struct log *log = s->log;
    uint64 moments = 0, at = 0, done = 0;
    for (uint i = 0; i < log->nevents; i++)
        moments += moment_is_new(log->event[i].kind);
    moment_begin(s->m, s->judge.touched);
    for (uint i = 0; i < log->nevents; i++) {
        const struct log_event *e = &log->event[i];
        moment_step(s->m, e, s->judge.touched);
        if (!moment_is_new(e->kind))
            continue;
        at++;
        // A transaction that changes nothing is on disk as soon as the one before.
        s->first = i + 1 < log->nevents ? e[1].floor : log->floor;
        s->last = max_u64(s->first, e->version);
        s->call = e->call;
        uint64 due = n * at / moments;
        int64 r = done < due ? try_moment(s, due - done) : 0;
        if (r < 0)
            return -1;
        done += r;
    }
    return done;
}

static void *must_alloc(size_t n)
{
    void *p = calloc(1, n);
    if (!p)
        abort();
    return p;
}

bool states_try(struct hunt *hunt, const struct log *log, const char *name, uint depth, uint64 n)
{
    struct states *s = must_alloc(sizeof(*s));
    s->hunt = hunt;
    s->log = log;
    s->name = name;
    s->depth = depth;
    uint64 seed = hunt->seed;
    for (const char *c = name; *c; c++)
        seed = states_mix(seed, *c);
    s->salt = seed;
    s->m = moment_new(log, seed);
    s->judge.log = log;
    s->judge.disk = must_alloc((size_t)log->blocks * BSIZE);
    s->judge.touched = must_alloc(log->blocks);
    hunt->lives++;
    int64 r = 0;
    for (uint64 done = 0, i = 0; r >= 0 && done < n && i < PASSES; i++) {
        r = pass(s, n - done);
        done += r;
    }
    free(s->judge.touched);
    free(s->judge.disk);
    moment_free(s->m);
    free(s);
    return r >= 0;
}
