// Judging a disk. See the header.
#include "tests/crash/judge.h"

#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/mount.h"
#include "kernel/lib/print.h"
#include "tests/crash/check.h"
#include "tests/crash/flush.h"

#include <stdio.h>
#include <string.h>

static struct judge *now; // in the world

static void note_write(enum disk_event event, uint32 number, uint32 blockno, const void *bytes)
{
    (void)number, (void)bytes;
    if (event == EVENT_WRITTEN)
        now->touched[blockno] = true;
}

static void keep_line(const char *text, size_t n)
{
    snprintf(now->said, sizeof(now->said), "%.*s", (int)n, text);
}

static void mount_and_read(void *arg)
{
    struct judge *j = now = arg;
    world_disk = (struct world_disk){j->disk, j->log->blocks, note_write, flush_skip};
    print_output = keep_line;
    world_boot(WORLD_FRAMES);
    int e = fs_mount();
    if (e)
        world_fail("it cannot be mounted: error %d, %s", e, j->said);
    tree_of_kernel(&j->tree);
    if (journal_flush() != 0)
        world_fail("it cannot be synced");
}

// None of the versions that it may be: is it an older one, or like none?
static void explain(struct judge *j)
{
    const struct log_version *version = j->log->version;
    uint nearest = j->last, distance = TREE_MAX;
    for (uint v = 0; v < j->log->nversions; v++) {
        uint d = tree_distance(version[v].tree, &j->tree);
        if (version[v].tree->hash == j->tree.hash) {
            snprintf(j->text, sizeof(j->text),
                     "it holds what was there after transaction %u, but must hold %u to %u\n", v,
                     j->first, j->last);
            return;
        }
        if (d < distance || (d == distance && v <= j->last)) {
            distance = d;
            nearest = v;
        }
    }
    int n = snprintf(
        j->text, sizeof(j->text),
        "it holds what was there at no time (must: transaction %u to %u). Nearest is %u:\n",
        j->first, j->last, nearest);
    tree_differences(version[nearest].tree, &j->tree, j->text + n, sizeof(j->text) - n);
}

static bool tree_allowed(struct judge *j)
{
    for (uint v = j->first; v <= j->last; v++)
        if (j->log->version[v].tree->hash == j->tree.hash)
            return true;
    explain(j);
    return false;
}

bool judge_disk(struct judge *j)
{
    char said[CHECK_TEXT];
    if (check_disk(j->disk, j->log->blocks, true, said)) {
        snprintf(j->text, sizeof(j->text), "fsck finds:\n%s", said);
        return false;
    }
    const char *failure = world_run(mount_and_read, j);
    if (failure) {
        snprintf(j->text, sizeof(j->text), "%s\n", failure);
        return false;
    }
    if (!tree_allowed(j))
        return false;
    if (check_disk(j->disk, j->log->blocks, false, said)) {
        snprintf(j->text, sizeof(j->text), "after mounting and a sync fsck finds:\n%s", said);
        return false;
    }
    return true;
}
