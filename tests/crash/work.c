// A life: calls chosen at random. See the header.
#include "tests/crash/work.h"

#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/mount.h"
#include "tests/crash/calls.h"
#include "tests/crash/flush.h"

#include <stdlib.h>
#include <string.h>

#define CHECK_EVERY 25 // calls, after which kernel and model are compared

// How often each call is done in the different kinds of load: the numbers stand in the order of
// CALLS.
// clang-format off
static const uint8 loads[][NCALLS] = {
//   create  symlink    overwrite    store  link       open   fsync  wait
//       mkdir   write       long           truncate       close  sync
//                   append      sparse         unlink
//                                                  rename
    {8,  4,  2,  6,  6,  4,  2,  0,  3,  4,  4,  8,  8,  3,  2,  3,  1,  6}, // everything
    {12, 6,  4,  1,  1,  0,  0,  0,  0,  1,  8,  12, 16, 2,  2,  2,  0,  4}, // names
    // large files, a full disk
    {4,  1,  0,  6,  10, 8,  8,  0,  0,  6,  0,  4,  1,  1,  1,  2,  1,  2},
    // promises: fsync after fsync
    {4,  1,  0,  2,  4,  8,  1,  0,  8,  2,  1,  2,  2,  1,  1,  14, 4,  1},
    // small groups and large ones
    {3,  0,  0,  3,  4,  12, 6,  0,  2,  1,  0,  1,  1,  0,  0,  14, 0,  1},
    // files with holes, cut in several steps
    {4,  1,  0,  2,  2,  2,  0,  8,  1,  10, 1,  4,  2,  3,  2,  1,  1,  4},
    {6,  2,  1,  8,  2,  2,  1,  0,  0,  2,  2,  10, 3,  10, 6,  2,  1,  2}, // removed while open
};
// clang-format on

static struct work *now; // in the world

static void compare(struct work *w, const char *when)
{
    char text[500];
    model_tree(w->m, &w->tree);
    tree_of_kernel(&w->other);
    tree_differences(&w->tree, &w->other, text, sizeof(text));
    if (w->tree.hash != w->other.hash)
        world_fail("%s the kernel holds something else than was written:\n%s", when, text);
}

static enum call choose_call(const uint8 *load)
{
    uint total = 0, at;
    for (uint i = 0; i < NCALLS; i++)
        total += load[i];
    at = world_random(total);
    for (uint i = 0;; at -= load[i++])
        if (at < load[i])
            return i;
}

static void group_closed(void) { now->staged++; }

static void live(void *arg)
{
    struct work *w = now = arg;
    // the more often, the more groups end between the calls' transactions
    static const uint preempt[] = {4, 15, 60};
    world_chance = (struct world_chance){.seed = w->plan->seed};
    world_chance.preempt = preempt[world_random(ARRAY_LEN(preempt))];
    const uint8 *load = loads[world_random(ARRAY_LEN(loads))];
    log_begin(w->log, w->disk);
    world_disk.skip_flush = flush_skip;
    journal_stage_hook = group_closed;
    world_boot(WORLD_FRAMES);
    int e = fs_mount();
    if (e)
        world_fail("mounting gives error %d", e);
    w->m = model_of_kernel();
    model_tree(w->m, &w->tree);
    log_tree(w->log, 0, &w->tree);
    compare(w, "after mounting");
    for (uint i = 1; i <= w->plan->calls; i++) {
        call_functions[w->plan->large ? CALL_long_write : choose_call(load)](w);
        if (world_random(3) == 0)
            world_pause(world_random(12));
        if (i % CHECK_EVERY == 0)
            compare(w, "after some calls");
    }
    compare(w, "at the end");
}

void work_run(const struct work_plan *plan, struct log *log)
{
    struct work *w = calloc(1, sizeof(*w));
    w->plan = plan;
    w->log = log;
    w->disk = malloc((size_t)log->blocks * BSIZE);
    w->bytes = malloc(WRITE_BYTES + 8);
    w->stamp = plan->seed << 20;
    const char *failure = world_run(live, w);
    log->failure = failure ? strdup(failure) : 0;
    model_free(w->m);
    free(w->bytes);
    free(w->disk);
    free(w);
}
