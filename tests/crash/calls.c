// The calls that change files, done by the kernel and by the model.
//
// What is called is what the system calls call (kernel/file, kernel/sys), with their transactions;
// one thread does it, and the journal's thread runs beside it wherever threads.c lets it.
#include "tests/crash/calls.h"

#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/fs/path_ops.h"
#include "kernel/fs/truncate.h"
#include "kernel/lib/string.h"

#define NAMES   7  // that a directory may hold: few, so that calls meet each other's
#define DEPTH   2  // of a directory in which names are made
#define HEIGHT  5  // of the tree: paths must fit TREE_PATH
#define RECORDS 10 // one in so many writes has bytes that look like the journal's records

// --- Telling the log ---

// The model was changed by a call before which the log was at version before: the change is the
// call's first transaction.
static void changed(struct work *w, uint before)
{
    model_tree(w->m, &w->tree);
    if (before == log_now(w->log) && w->tree.hash == w->log->version[before].tree->hash)
        return; // nothing that can be seen
    log_tree(w->log, before + 1, &w->tree);
}

// Of the results, these are the kernel's to give: what was not possible. All others end the world.
static bool refused(int64 result)
{
    if (result >= 0)
        return false;
    if (result == -EIO || result == -ENOMEM || result == -ENFILE)
        world_fail("a call fails with error %ld", result);
    return true;
}

// --- Choosing ---

static const char *const names[NAMES] = {"a", "b", "c", "d", "e", "long-name", "f"};

struct choice {
    int dir;
    const char *name;
    char path[TREE_PATH];
};

static struct choice choose_path(struct work *w)
{
    struct choice c = {.dir = model_pick_dir(w->m, DEPTH), .name = names[world_random(NAMES)]};
    model_path(w->m, c.dir, c.name, c.path, sizeof(c.path));
    return c;
}

// A name that is there, or, if there is none of that type, any path.
static struct choice choose_name(struct work *w, int type)
{
    struct model_name *n = model_pick(w->m, type);
    struct choice c;
    if (!n)
        return choose_path(w);
    c = (struct choice){.dir = n->dir, .name = n->name};
    model_path(w->m, c.dir, c.name, c.path, sizeof(c.path));
    return c;
}

// What the kernel has changed must be in the model, too.
static struct model_name *must_find(struct work *w, const struct choice *c)
{
    struct model_name *n = model_find(w->m, c->dir, c->name);
    if (!n)
        world_fail("the kernel found %s, which is not there", c->path);
    return n;
}

// A file, open: one of the handles, or one that is opened now. False: there is none.
static bool choose_file(struct work *w, struct handle *h)
{
    const struct handle *open = &w->handle[world_random(HANDLES)];
    if (open->ip && world_random(2)) {
        *h = (struct handle){inode_dup(open->ip), open->node};
        model_open(w->m, h->node);
        return true;
    }
    struct model_name *n = model_pick(w->m, T_FILE);
    char path[TREE_PATH];
    if (!n)
        return false;
    model_path(w->m, n->dir, n->name, path, sizeof(path));
    if (path_lookup(root_inode, path, 0, &h->ip) != 0)
        world_fail("%s is not there", path);
    h->node = n->node;
    model_open(w->m, h->node);
    return true;
}

static void let_go(struct work *w, struct handle *h)
{
    inode_put(h->ip);
    h->ip = 0;
    model_close(w->m, h->node);
}

static void fill(struct work *w, size_t n)
{
    uint64 *words = (uint64 *)w->bytes;
    for (size_t i = 0; i * 8 < n; i++)
        words[i] = ++w->stamp * 0x9e3779b97f4a7c15UL;
}

// Bytes that look like the journal's records: blocks of its ring, as they are on the disk now.
static void fill_with_records(struct work *w, size_t n)
{
    for (size_t at = 0; at < n; at += BSIZE) {
        uint64 block = superblock.logstart + 1 + world_random(superblock.nlog - 1);
        memcpy(w->bytes + at, w->disk + block * BSIZE, min_u64(BSIZE, n - at));
    }
}

// --- The calls ---

static void make(struct work *w, int type, const char *what)
{
    static const char *const targets[] = {"a", "/b/c", "a-longer-target-of-a-link", "../d"};
    struct choice c = choose_path(w);
    struct node node = {.type = type, .target = type == T_SYMLINK ? targets[world_random(4)] : 0};
    struct inode *ip;
    uint before = log_now(w->log);
    log_call(w->log, "%s %s", what, c.path);
    if (refused(path_create(root_inode, c.path, &node, PATH_ENTRY, &ip)))
        return;
    model_make(w->m, c.dir, c.name, type, node.target);
    changed(w, before);
    inode_put(ip);
}

static void do_create(struct work *w) { make(w, T_FILE, "create"); }

static void do_mkdir(struct work *w) { make(w, T_DIR, "mkdir"); }

static void do_symlink(struct work *w) { make(w, T_SYMLINK, "symlink"); }

// As kernel/file/inode_file.c: a transaction for as much as fits one.
static void write_at(struct work *w, struct handle *h, uint64 off, size_t n, const char *what)
{
    fill(w, n);
    if (world_random(RECORDS) == 0) {
        off -= off % BSIZE;
        fill_with_records(w, n);
    }
    log_call(w->log, "%s of %lu bytes at %lu, node %d", what, n, off, h->node);
    for (size_t done = 0; done < n;) {
        uint before = log_now(w->log);
        int e = journal_begin(inode_write_blocks(n - done));
        if (refused(e))
            return;
        inode_lock(h->ip);
        int64 r = inode_write(h->ip, w->bytes + done, off + done, n - done);
        inode_unlock(h->ip);
        journal_end();
        if (refused(r))
            return;
        model_write(w->m, h->node, off + done, w->bytes + done, r);
        changed(w, before);
        done += r;
    }
}

static void write_somewhere(struct work *w, uint64 off_most, size_t most, const char *what)
{
    struct handle h;
    if (!choose_file(w, &h))
        return;
    uint64 off = off_most ? world_random(off_most) : w->m->node[h.node].size;
    write_at(w, &h, off, 1 + world_random(most), what);
    let_go(w, &h);
}

static void do_write(struct work *w) { write_somewhere(w, 3 * BSIZE, 2 * BSIZE, "write"); }

static void do_append(struct work *w)
{
    write_somewhere(w, 0, world_random(3) ? 300 : 3 * BSIZE, "append");
}

static void do_long_write(struct work *w) { write_somewhere(w, 30 * BSIZE, WRITE_BYTES, "write"); }

static void do_overwrite(struct work *w)
{
    struct handle h;
    if (!choose_file(w, &h))
        return;
    uint64 size = w->m->node[h.node].size;
    if (size > 0) {
        uint64 off = world_random(size);
        write_at(w, &h, off, min_u64(1 + world_random(2 * BSIZE), size - off), "overwrite");
    }
    let_go(w, &h);
}

// Far out, below a doubly indirect block of its own.
static void do_sparse_write(struct work *w)
{
    struct handle h;
    if (!choose_file(w, &h))
        return;
    uint64 bn = NDIRECT + NINDIRECT * (1 + world_random(7)) + world_random(3);
    write_at(w, &h, bn * BSIZE + world_random(BSIZE), 1 + world_random(BSIZE), "far write");
    let_go(w, &h);
}

static void do_truncate(struct work *w)
{
    struct handle h;
    if (!choose_file(w, &h))
        return;
    uint64 old = w->m->node[h.node].size,
           new = world_random(4) ? world_random(old + 1) : world_random(20 * BSIZE);
    uint before = log_now(w->log);
    if (world_random(3) == 0)
        new = 0;
    log_call(w->log, "truncate from %lu to %lu, node %d", old, new, h.node);
    w->log->watch = h.ip;
    int e = inode_truncate(h.ip, new);
    w->log->watch = 0;
    // Each of its transactions has left a size between the two.
    for (uint v = before + 1; !refused(e) && v <= log_now(w->log); v++) {
        uint64 size = w->log->version[v].watched;
        bool last = v == log_now(w->log),
             between = size == old || (size % BSIZE == 0 && size < old && size >= new);
        if (last ? size != new : !between)
            world_fail("truncate from %lu to %lu leaves %lu bytes for a while", old, new, size);
        model_truncate(w->m, h.node, size);
        model_tree(w->m, &w->tree);
        log_tree(w->log, v, &w->tree);
        old = size;
    }
    let_go(w, &h);
}

// A store into a mapped page: the page joins the group, and whoever has it stores until the group
// is closed.
static void do_store(struct work *w)
{
    struct handle h;
    struct block *b;
    if (!choose_file(w, &h))
        return;
    uint64 size = w->m->node[h.node].size, bn = size ? world_random(size) / BSIZE : 0;
    log_call(w->log, "store into page %lu of node %d", bn, h.node);
    if (!refused(journal_begin(INODE_STORE_BLOCKS))) {
        uint staged = w->staged;
        inode_lock(h.ip);
        int e = inode_store_block(h.ip, bn, &b);
        inode_unlock(h.ip);
        journal_end();
        for (uint i = 1 + world_random(3); !refused(e) && i > 0 && staged == w->staged; i--) {
            uint at = world_random(BSIZE / 8) * 8;
            fill(w, 8);
            *(uint64 *)((char *)block_data(b) + at) = *(uint64 *)w->bytes;
            if (bn * BSIZE + at < size)
                model_write(w->m, h.node, bn * BSIZE + at, w->bytes,
                            min_u64(8, size - bn * BSIZE - at));
            changed(w, log_now(w->log) - 1);
            world_pause(world_random(2));
        }
        if (e == 0)
            cache_put(b);
    }
    let_go(w, &h);
}

static void do_link(struct work *w)
{
    struct choice from = choose_name(w, T_FILE), to = choose_path(w);
    uint before = log_now(w->log);
    log_call(w->log, "link %s %s", from.path, to.path);
    if (refused(path_link(root_inode, from.path, to.path)))
        return;
    model_link(w->m, to.dir, to.name, must_find(w, &from)->node);
    changed(w, before);
}

static void do_unlink(struct work *w)
{
    struct choice c = choose_name(w, 0);
    uint before = log_now(w->log);
    log_call(w->log, "unlink %s", c.path);
    if (refused(path_unlink(root_inode, c.path)))
        return;
    model_unlink(w->m, must_find(w, &c));
    changed(w, before);
}

static void do_rename(struct work *w)
{
    struct choice from = choose_name(w, 0),
                  to = world_random(2) ? choose_path(w) : choose_name(w, 0);
    struct model_name *name = model_find(w->m, from.dir, from.name);
    uint before = log_now(w->log);
    if (name && model_depth(w->m, to.dir) + model_height(w->m, name->node) > HEIGHT)
        return;
    log_call(w->log, "rename %s %s", from.path, to.path);
    if (refused(path_rename(root_inode, from.path, to.path)))
        return;
    model_rename(w->m, must_find(w, &from), to.dir, to.name);
    changed(w, before);
}

static void do_open_file(struct work *w)
{
    struct handle *h = &w->handle[world_random(HANDLES)], old = *h;
    log_call(w->log, "open");
    h->ip = 0;
    if (old.ip)
        let_go(w, &old);
    choose_file(w, h);
}

static void do_close_file(struct work *w)
{
    struct handle *h = &w->handle[world_random(HANDLES)];
    log_call(w->log, "close");
    if (h->ip)
        let_go(w, h);
}

static void do_fsync(struct work *w)
{
    uint promised = log_now(w->log);
    log_call(w->log, "fsync");
    if (!refused(journal_sync()))
        w->log->floor = promised;
}

static void do_sync_all(struct work *w)
{
    uint promised = log_now(w->log);
    log_call(w->log, "sync");
    if (!refused(journal_flush()))
        w->log->floor = promised;
}

static void do_wait(struct work *w)
{
    log_call(w->log, "wait");
    world_pause(world_random(40));
}

#define CALL_FUNCTION(name) do_##name,
void (*const call_functions[NCALLS])(struct work *w) = {CALLS(CALL_FUNCTION)};
