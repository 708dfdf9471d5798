// Renaming, and the way from a directory up to the root.
//
// rename_lock makes the tree of directories stand still but for new and removed leaves: whoever
// holds it may climb by "..", and knows which of two directories lies above the other. Order of
// the locks of one rename: rename_lock, transaction, the two directories (the upper one, or the
// one with the lower number, first), what is renamed, what is replaced.
#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/dir.h"
#include "kernel/fs/walk.h"
#include "kernel/lib/string.h"
#include "kernel/param.h"

static struct sleeplock rename_lock = SLEEPLOCK_INIT("rename", RENAME);

// An entry in each directory, ".." of what is moved, both directories, what is replaced.
#define RENAME_BLOCKS (DIR_ENTER_BLOCKS + 1 + 1 + 2 + 1)

// One rename. The inodes have a user each, 0: none.
struct rename {
    struct place from, to;  // the directories and names
    struct inode *moved;    // what from names
    struct inode *replaced; // what to names, or 0
    bool moves_dir;         // moved is a directory
    bool from_first;        // lock order of the directories
    struct dir_slot source, target;
    struct pins pins;
};

// => rename_lock held. True (1) if directory a is d or lies above it; 0; -E....
static int is_above(uint32 a, struct inode *d)
{
    int e = 0;
    inode_dup(d);
    // A damaged image may have a cycle: no way is longer than there are inodes.
    for (uint32 n = 0; d->inum != a && d->inum != ROOTINO; n++) {
        struct inode *up;
        e = n > superblock.ninodes ? -EIO : path_step(d, "..", &up);
        if (e)
            break;
        inode_put(d);
        d = up;
    }
    if (e == 0)
        e = d->inum == a;
    inode_put(d);
    return e;
}

// Looks both names up, for the decisions that come before the locks.
static int find_both(struct rename *r)
{
    int e = path_step(r->from.ip, r->from.name, &r->moved);
    if (e)
        return e;
    e = path_step(r->to.ip, r->to.name, &r->replaced);
    return e == -ENOENT ? 0 : e;
}

// Do the types allow it?
static int check_types(struct rename *r)
{
    int type = inode_type(r->moved);
    if (type < 0)
        return type;
    r->moves_dir = type == T_DIR;
    if (!r->moves_dir && (r->from.slash || r->to.slash))
        return -ENOTDIR;
    if (!r->replaced)
        return 0;
    type = inode_type(r->replaced);
    if (type < 0)
        return type;
    if (r->moves_dir != (type == T_DIR))
        return r->moves_dir ? -ENOTDIR : -EISDIR;
    return 0;
}

// Does the tree allow it? Decides the order of locks, too.
static int check_tree(struct rename *r)
{
    struct inode *from = r->from.ip, *to = r->to.ip;
    int above = r->moves_dir ? is_above(r->moved->inum, to) : 0;
    if (above)
        return above < 0 ? above : -EINVAL;
    if (r->moves_dir && r->replaced)
        above = is_above(r->replaced->inum, from);
    if (above)
        return above < 0 ? above : -ENOTEMPTY;
    if (from == to)
        return 0;
    int from_above = is_above(from->inum, to);
    int to_above = from_above ? 0 : is_above(to->inum, from);
    if (from_above < 0 || to_above < 0)
        return from_above < 0 ? from_above : to_above;
    r->from_first = from_above || (!to_above && from->inum < to->inum);
    // Only in a damaged image does a directory hold itself or its parent.
    return r->moved == from || r->moved == to || r->replaced == from || r->replaced == to ? -EIO
                                                                                          : 0;
}

static int lock_if(struct inode *ip)
{
    return ip ? inode_lock(ip) : 0;
}

static void unlock_n(struct inode *const *ip, int n)
{
    while (n-- > 0)
        if (ip[n])
            inode_unlock(ip[n]);
}

// Under the locks: are the names still what they were? 0; -EAGAIN: no; -ENOENT; ...
static int check_again(struct rename *r)
{
    int e = dir_check(r->from.ip);
    if (e == 0)
        e = dir_check(r->to.ip);
    if (e == 0)
        e = dir_find(r->from.ip, r->from.name, &r->source);
    if (e)
        return e;
    if (r->source.inum != r->moved->inum)
        return -EAGAIN;
    e = dir_find(r->to.ip, r->to.name, &r->target);
    if (e && e != -ENOENT)
        return e;
    return r->target.inum == (r->replaced ? r->replaced->inum : 0) ? 0 : -EAGAIN;
}

// Checks links and pins what changes after the commit point.
static int prepare(struct rename *r)
{
    struct inode *from = r->from.ip, *to = r->to.ip;
    if (r->moved->d.nlink == 0 || (r->moves_dir && from->d.nlink < 2))
        return -EIO;
    if (r->replaced && r->replaced->d.nlink == 0)
        return -EIO;
    if (r->moves_dir && from != to && !r->replaced && to->d.nlink >= LINK_MAX)
        return -EMLINK;
    int e = r->moves_dir && r->replaced ? dir_check_empty(r->replaced) : 0;
    if (e == 0)
        e = pins_data(&r->pins, from, r->source.offset);
    if (e == 0)
        e = pins_inode(&r->pins, from);
    if (e == 0)
        e = pins_inode(&r->pins, to);
    if (e == 0 && r->moves_dir)
        e = pins_data(&r->pins, r->moved, 0);
    if (e == 0)
        e = pins_inode(&r->pins, r->replaced ? r->replaced : r->moved);
    return e;
}

// => all locked, inside a transaction.
static int perform(struct rename *r)
{
    struct inode *from = r->from.ip, *to = r->to.ip;
    int e = prepare(r);
    if (e == 0)
        e = dir_enter(to, r->target.offset, r->to.name, r->moved->inum); // commit point
    if (e)
        return e;
    dir_clear(from, r->source.offset);
    if (r->moves_dir) {
        if (from != to)
            dir_set_parent(r->moved, to->inum);
        from->d.nlink--; // one ".." less there, one more here, and that of what is replaced
        if (!r->replaced)
            to->d.nlink++;
        inode_update(from);
        inode_update(to);
    }
    if (r->replaced) {
        r->replaced->d.nlink = r->moves_dir ? 0 : r->replaced->d.nlink - 1;
        inode_update(r->replaced);
    }
    return 0;
}

static int lock_and_perform(struct rename *r)
{
    struct inode *a = r->from_first ? r->from.ip : r->to.ip;
    struct inode *b = r->from_first ? r->to.ip : r->from.ip;
    struct inode *order[] = {a, a == b ? 0 : b, r->moved, r->replaced};
    int e = fs_begin(RENAME_BLOCKS), n = 0;
    if (e)
        return e;
    while (e == 0 && n < (int)ARRAY_LEN(order))
        if ((e = lock_if(order[n])) == 0)
            n++;
    if (e == 0)
        e = check_again(r);
    if (e == 0)
        e = perform(r);
    pins_put(&r->pins);
    unlock_n(order, n);
    fs_end();
    return e;
}

static int try_rename(struct rename *r)
{
    r->moved = r->replaced = 0;
    int e = find_both(r);
    if (e == 0)
        e = check_types(r);
    if (e == 0 && r->moved != r->replaced) { // two names of one file: nothing to do
        e = check_tree(r);
        if (e == 0)
            e = lock_and_perform(r);
    }
    if (r->moved)
        inode_put(r->moved);
    if (r->replaced)
        inode_put(r->replaced);
    return e;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int rename_places(struct rename *r)
{
    int e;
    if (!r->from.at_parent || !r->to.at_parent)
        return -EBUSY; // the root
    if (is_dots(r->from.name) || is_dots(r->to.name))
        return -EINVAL;
    sleeplock_lock(&rename_lock);
    do {
        e = try_rename(r);
    } while (e == -EAGAIN);
    sleeplock_unlock(&rename_lock);
    return e;
}

int path_rename(struct inode *cwd, const char *old, const char *new)
{
    struct rename r = {.pins.n = 0};
    int e = path_walk(cwd, old, WALK_PARENT, &r.from);
    if (e)
        return e;
    e = path_walk(cwd, new, WALK_PARENT, &r.to);
    if (e == 0) {
        e = rename_places(&r);
        inode_put(r.to.ip);
    }
    inode_put(r.from.ip);
    return e;
}

// Puts "/name" of directory d before the text at *start, and goes up: *d is replaced.
static int prepend_name(struct inode **d, char *buf, size_t *start)
{
    char name[DIRSIZ + 1];
    struct inode *up;
    int e = path_step(*d, "..", &up);
    if (e)
        return e;
    e = inode_lock(up);
    if (e == 0) {
        e = dir_find_inode(up, (*d)->inum, name);
        inode_unlock(up);
    }
    inode_put(*d);
    *d = up;
    if (e)
        return e;
    size_t n = strlen(name);
    if (n + 1 > *start)
        return -ERANGE;
    *start -= n;
    memcpy(buf + *start, name, n);
    buf[--*start] = '/';
    return 0;
}

int64 path_of_directory(struct inode *dir, char *buf, size_t size)
{
    int e = 0;
    size_t start = size;
    if (size < 2)
        return -ERANGE;
    buf[--start] = 0;
    sleeplock_lock(&rename_lock);
    inode_dup(dir);
    while (e == 0 && dir->inum != ROOTINO)
        e = prepend_name(&dir, buf, &start);
    sleeplock_unlock(&rename_lock);
    inode_put(dir);
    if (e)
        return e;
    if (buf[start] == 0)
        buf[--start] = '/';
    memmove(buf, buf + start, size - start);
    return size - start - 1;
}
