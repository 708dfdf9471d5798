// A moment at which the power may go. See the header.
#include "tests/crash/moment.h"

#include "tests/crash/walk.h"

#include <stdlib.h>
#include <string.h>

#define WHOLE 0xff // all sectors

uint64 moment_random(uint64 *seed, uint64 n)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (*seed * 0x2545f4914f6cdd1dUL >> 32) % n;
}

static uint64 hash_sector(uint32 blockno, uint sector, const uint8 *bytes)
{
    return walk_content((uint64)blockno * SECTORS + sector, bytes + sector * SECTOR, SECTOR);
}

// --- From moment to moment ---

static void make_safe(struct moment *m, const struct pending *p, bool *touched)
{
    uint32 blockno = p->write->blockno;
    memcpy(m->safe + (size_t)blockno * BSIZE, p->write->bytes, BSIZE);
    touched[blockno] = true;
    for (uint i = 0; i < SECTORS; i++) {
        uint64 *hash = &m->sector_hash[(size_t)blockno * SECTORS + i];
        m->hash += p->hash[i] - *hash;
        *hash = p->hash[i];
    }
}

static void add_pending(struct moment *m, const struct log_event *e)
{
    if (m->npending == PENDING_MAX)
        abort();
    struct pending *p = &m->pending[m->npending++];
    *p = (struct pending){.write = e};
    for (uint i = 0; i < SECTORS; i++)
        p->hash[i] = hash_sector(e->blockno, i, e->bytes);
}

static void flushed(struct moment *m, bool *touched)
{
    uint left = 0;
    for (uint i = 0; i < m->npending; i++) {
        if (m->pending[i].covered)
            make_safe(m, &m->pending[i], touched);
        else
            m->pending[left++] = m->pending[i];
    }
    m->npending = left;
}

void moment_step(struct moment *m, const struct log_event *e, bool *touched)
{
    for (uint i = 0; i < m->npending; i++) {
        struct pending *p = &m->pending[i];
        if (e->kind == EVENT_WRITTEN && p->write->number == e->number)
            p->written = true;
        if (e->kind == EVENT_FLUSH)
            p->covered = p->written;
    }
    if (e->kind == EVENT_WRITE)
        add_pending(m, e);
    if (e->kind == EVENT_FLUSHED)
        flushed(m, touched);
}

// --- One state ---

enum style {
    KEEP_ALL,
    KEEP_NONE,
    LOSE_ONE,
    KEEP_ONE,
    KEEP_FEW,
    KEEP_HALF,
    KEEP_MOST,
    KEEP_FIRST,
    STYLES
};

static bool keeps(struct moment *m, enum style style, uint i, uint chosen)
{
    switch (style) {
    case KEEP_ALL:
        return true;
    case KEEP_NONE:
        return false;
    case LOSE_ONE:
        return i != chosen;
    case KEEP_ONE:
        return i == chosen;
    case KEEP_FEW:
        return moment_random(&m->seed, 8) == 0;
    case KEEP_HALF:
        return moment_random(&m->seed, 2) == 0;
    case KEEP_MOST:
        return moment_random(&m->seed, 8) != 0;
    default:
        return i <= chosen;
    }
}

// Of a torn write: the first sectors, or any.
static uint8 torn(struct moment *m)
{
    if (moment_random(&m->seed, 2))
        return (1 << moment_random(&m->seed, SECTORS)) - 1;
    return moment_random(&m->seed, WHOLE + 1);
}

void moment_choose(struct moment *m)
{
    enum style style = moment_random(&m->seed, STYLES);
    uint chosen = m->npending ? moment_random(&m->seed, m->npending) : 0;
    uint tears = moment_random(&m->seed, 4); // of four writes that are kept, at most
    for (uint i = 0; i < m->npending; i++) {
        struct pending *p = &m->pending[i];
        p->arrived = keeps(m, style, i, chosen) ? WHOLE : 0;
        bool edge = (style == KEEP_FIRST || style == KEEP_ONE) && i == chosen;
        if (p->arrived && ((edge && moment_random(&m->seed, 2)) ||
                           (tears > 1 && moment_random(&m->seed, 4) < tears - 1)))
            p->arrived = torn(m);
    }
}

uint64 moment_hash(struct moment *m)
{
    uint64 hash = m->hash;
    // What arrived later lies over what arrived before.
    for (uint i = 0; i < m->npending; i++) {
        struct pending *p = &m->pending[i];
        for (uint k = 0; k < SECTORS; k++) {
            uint64 *at = &m->sector_hash[(size_t)p->write->blockno * SECTORS + k];
            if (p->arrived >> k & 1) {
                hash += p->hash[k] - *at;
                *at = p->hash[k];
            }
        }
    }
    for (uint i = 0; i < m->npending; i++) { // as it was
        uint32 blockno = m->pending[i].write->blockno;
        for (uint k = 0; k < SECTORS; k++)
            m->sector_hash[(size_t)blockno * SECTORS + k] =
                hash_sector(blockno, k, m->safe + (size_t)blockno * BSIZE);
    }
    return hash;
}

void moment_compose(const struct moment *m, uint8 *disk, bool *touched)
{
    for (uint32 b = 0; b < m->log->blocks; b++) {
        if (touched[b])
            memcpy(disk + (size_t)b * BSIZE, m->safe + (size_t)b * BSIZE, BSIZE);
        touched[b] = false;
    }
    for (uint i = 0; i < m->npending; i++) {
        const struct pending *p = &m->pending[i];
        uint8 *block = disk + (size_t)p->write->blockno * BSIZE;
        for (uint k = 0; k < SECTORS; k++)
            if (p->arrived >> k & 1)
                memcpy(block + k * SECTOR, p->write->bytes + k * SECTOR, SECTOR);
        touched[p->write->blockno] = true;
    }
}

bool moment_is_new(enum disk_event kind) { return kind == EVENT_WRITE || kind == EVENT_FLUSHED; }

void moment_begin(struct moment *m, bool *touched)
{
    m->npending = 0;
    m->hash = 0;
    memcpy(m->safe, m->log->base, (size_t)m->log->blocks * BSIZE);
    memset(touched, true, m->log->blocks);
    for (uint32 b = 0; b < m->log->blocks; b++)
        for (uint i = 0; i < SECTORS; i++) {
            uint64 hash = hash_sector(b, i, m->safe + (size_t)b * BSIZE);
            m->sector_hash[(size_t)b * SECTORS + i] = hash;
            m->hash += hash;
        }
}

static void *must_alloc(size_t n)
{
    void *p = calloc(1, n);
    if (!p)
        abort();
    return p;
}

struct moment *moment_new(const struct log *log, uint64 seed)
{
    struct moment *m = must_alloc(sizeof(*m));
    m->log = log;
    m->seed = seed;
    m->safe = must_alloc((size_t)log->blocks * BSIZE);
    m->sector_hash = must_alloc((size_t)log->blocks * SECTORS * sizeof(uint64));
    return m;
}

void moment_free(struct moment *m)
{
    free(m->sector_hash);
    free(m->safe);
    free(m);
}
