// The log of a life. See the header.
#include "tests/crash/log.h"

#include "kernel/fs/inode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct log *now; // in the world

// Room for one more of n things of that size.
static void *grow(void *array, uint n, size_t size)
{
    if (n & (n - 1) && n != 0)
        return array; // there is room up to the next power of two
    array = realloc(array, (n ? 2 * (size_t)n : 1) * size);
    if (!array)
        abort();
    return array;
}

static void *copy(const void *bytes, size_t n)
{
    void *p = malloc(n);
    if (!p)
        abort();
    return memcpy(p, bytes, n);
}

struct log *log_new(const uint8 *disk, uint32 blocks)
{
    struct log *log = calloc(1, sizeof(*log));
    if (!log)
        abort();
    log->base = copy(disk, (size_t)blocks * BSIZE);
    log->blocks = blocks;
    return log;
}

void log_free(struct log *log)
{
    for (uint i = 0; i < log->nevents; i++)
        free(log->event[i].bytes);
    for (uint i = 0; i < log->ntrees; i++)
        free(log->trees[i]);
    free(log->base);
    free(log->event);
    free(log->version);
    free(log->call);
    free(log->trees);
    free((void *)log->failure);
    free(log);
}

uint log_now(const struct log *log) { return log->nversions - 1; }

static void add_event(enum disk_event kind, uint32 number, uint32 blockno, const void *bytes)
{
    now->event = grow(now->event, now->nevents, sizeof(*now->event));
    now->event[now->nevents++] = (struct log_event){
        .kind = kind,
        .number = number,
        .blockno = blockno,
        .bytes = kind == EVENT_WRITE ? copy(bytes, BSIZE) : 0,
        .version = log_now(now),
        .floor = now->floor,
        .call = now->ncalls - 1,
    };
}

static void add_version(void)
{
    const struct tree *tree = now->nversions ? now->version[now->nversions - 1].tree : 0;
    now->version = grow(now->version, now->nversions, sizeof(*now->version));
    now->version[now->nversions++] =
        (struct log_version){tree, now->watch ? now->watch->d.size : 0};
}

void log_call(struct log *log, const char *format, ...)
{
    va_list args;
    log->call = grow(log->call, log->ncalls, sizeof(*log->call));
    va_start(args, format);
    vsnprintf(log->call[log->ncalls++], LOG_CALL, format, args);
    va_end(args);
}

void log_tree(struct log *log, uint first, const struct tree *tree)
{
    if (first > log_now(log))
        world_fail("a call has changed something without a transaction");
    size_t size = offsetof(struct tree, item) + tree->n * sizeof(tree->item[0]);
    log->trees = grow(log->trees, log->ntrees, sizeof(*log->trees));
    log->trees[log->ntrees++] = copy(tree, size);
    for (uint i = first; i < log->nversions; i++)
        log->version[i].tree = log->trees[log->ntrees - 1];
}

void log_begin(struct log *log, uint8 *disk)
{
    now = log;
    memcpy(disk, log->base, (size_t)log->blocks * BSIZE);
    world_disk = (struct world_disk){.bytes = disk, .blocks = log->blocks, .event = add_event};
    world_transaction_ended = add_version;
    log_call(log, "mount");
    add_version();
}
