// Operations on names: create, link, unlink, rename. One at a time has names_lock, so that what it
// has found and checked is still so when it changes it; then it locks one inode after the other.
// Each is one transaction. What can fail comes before the commit point: entries and inodes that
// change after it are pinned. Inodes are put when all is over, so that the space of one that loses
// its last link is back when the operation returns.
#include "kernel/fs/path_ops.h"

#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/mount.h"

// The most that one operation changes: an entry in the directory and the directory's inode, the
// new inode, its first block and that block's bit; for a rename the new and the old entry, "..",
// both directories and what is replaced.
#define CREATE_BLOCKS (DIR_ENTER_BLOCKS + 1 + 1 + 2)
#define LINK_BLOCKS   (DIR_ENTER_BLOCKS + 1)
#define UNLINK_BLOCKS 3
#define RENAME_BLOCKS (DIR_ENTER_BLOCKS + 1 + 1 + 2 + 1)

// T Sets the links of ip.
static void set_links(struct inode *ip, uint32 n)
{
    inode_lock(ip);
    ip->d.nlink = n;
    inode_update(ip);
    inode_unlock(ip);
}

// T Lets p name inode inum, or nothing (0); subdirs: how many directories more p->dir then has.
// Only a new name can fail.
static int set_name(const struct place *p, uint32 inum, int subdirs)
{
    int e = 0;
    inode_lock(p->dir);
    if (p->slot.block)
        dir_set(&p->slot, inum);
    else
        e = dir_enter(p->dir, p->name, inum);
    if (e == 0 && subdirs) {
        p->dir->d.nlink += subdirs; // their ".."
        inode_update(p->dir);
    }
    inode_unlock(p->dir);
    return e;
}

// T One link less for what p names: a directory has no other.
static void drop_link(const struct place *p)
{
    set_links(p->ip, p->ip->d.type == T_DIR ? 0 : p->ip->d.nlink - 1);
}

// T Fills the new inode ip with what it holds before its first link is seen.
static int fill(struct inode *ip, const struct node *node, uint32 parent)
{
    int64 e = 0;
    inode_lock(ip);
    ip->d.major = node->major;
    ip->d.minor = node->minor;
    if (node->type == T_DIR) {
        e = dir_enter(ip, ".", ip->inum);
        if (e == 0)
            e = dir_enter(ip, "..", parent);
    } else if (node->type == T_SYMLINK) {
        e = inode_write(ip, node->target, 0, strlen(node->target));
    }
    ip->d.nlink = 1;
    inode_update(ip);
    inode_unlock(ip);
    return e < 0 ? e : 0;
}

// T Makes the inode p->ip and enters it at p. After an error it has no link: its last put frees it.
static int make(struct place *p, const struct node *node)
{
    uint32 inum;
    int e = inode_alloc(node->type, &inum);
    if (e)
        return e;
    e = inode_get(inum, &p->ip);
    if (e == 0)
        e = inode_load(p->ip);
    if (e) {
        inode_free(inum);
        return e;
    }
    e = fill(p->ip, node, p->dir->inum);
    if (e == 0)
        e = set_name(p, inum, node->type == T_DIR); // commit point
    if (e)
        set_links(p->ip, 0);
    return e;
}

static int create(struct place *p, const struct node *node)
{
    if (p->slash && node->type != T_DIR)
        return node->type == T_FILE ? -EISDIR : -ENOENT;
    if (node->type == T_DIR && p->dir->d.nlink >= LINK_MAX)
        return -EMLINK;
    int e = journal_begin(CREATE_BLOCKS);
    if (e)
        return e;
    e = make(p, node);
    journal_end();
    return e;
}

// Something of type met is there where a file of type wanted was to be made: will it do?
static int accept(int met, int wanted, int flags)
{
    if (flags & PATH_ENTRY)
        return -EEXIST;
    if (met == wanted || (met == T_DEVICE && wanted == T_FILE))
        return 0;
    if (met == T_DIR && wanted == T_FILE)
        return -EISDIR;
    return met == T_SYMLINK ? -ELOOP : -EEXIST;
}

int path_create(struct inode *cwd, const char *path, const struct node *node, int flags,
                struct inode **out)
{
    struct place p;
    sleeplock_lock(&names_lock);
    int e = path_walk(cwd, path, flags | PATH_NEW, &p);
    if (e == 0)
        e = p.ip ? accept(p.ip->d.type, node->type, flags) : create(&p, node);
    sleeplock_unlock(&names_lock);
    if (e == 0) {
        *out = p.ip;
        p.ip = 0;
    }
    place_put(&p);
    return e;
}

// May the name at p be changed? 0; ...; -EIO in a damaged image.
static int check_name(const struct place *p)
{
    if (!p->dir)
        return -EBUSY; // the root
    if (is_dots(p->name))
        return -EINVAL;
    if (!p->ip)
        return 0;
    if (p->ip->d.nlink == 0 || p->ip->inum == ROOTINO || p->ip == p->dir)
        return -EIO;
    return p->ip->d.type == T_DIR && p->dir->d.nlink < 2 ? -EIO : 0;
}

// May what p names lose this name?
static int check_empty(const struct place *p)
{
    if (p->ip->d.type != T_DIR)
        return 0;
    inode_lock(p->ip);
    int e = dir_check_empty(p->ip);
    inode_unlock(p->ip);
    return e;
}

static int unlink(struct place *p, struct place *)
{
    int e = check_name(p);
    if (e == 0)
        e = p->ip ? check_empty(p) : -ENOENT;
    if (e == 0)
        e = journal_begin(UNLINK_BLOCKS);
    if (e)
        return e;
    set_name(p, 0, -(p->ip->d.type == T_DIR));
    drop_link(p);
    journal_end();
    return 0;
}

static int link(struct place *from, struct place *to)
{
    if (!from->ip)
        return -ENOENT;
    if (from->ip->d.type == T_DIR)
        return -EPERM;
    if (!to->dir || to->ip)
        return -EEXIST;
    const uint32 links = from->ip->d.nlink;
    if (to->slash || links == 0)
        return links ? -ENOENT : -EIO;
    if (links >= LINK_MAX)
        return -EMLINK;
    int e = journal_begin(LINK_BLOCKS);
    if (e)
        return e;
    e = set_name(to, from->ip->inum, 0); // commit point
    if (e == 0)
        set_links(from->ip, links + 1);
    journal_end();
    return e;
}

// True (1) if directory a is d or lies above it; 0; -E....
static int is_above(const struct inode *a, struct inode *d)
{
    int e = 0;
    inode_dup(d);
    // A damaged image may have a cycle: no way is longer than there are inodes.
    for (uint32 n = 0; e == 0 && d != a && d != root_inode; n++) {
        struct inode *up;
        e = n > superblock.ninodes ? -EIO : path_lookup(d, "..", 0, &up);
        if (e == 0) {
            inode_put(d);
            d = up;
        }
    }
    inode_put(d);
    return e ? e : d == a;
}

// Do the types and the tree allow it?
static int check_rename(const struct place *from, const struct place *to)
{
    const bool directory = from->ip->d.type == T_DIR;
    if (!directory)
        return to->slash ? -ENOTDIR : to->ip && to->ip->d.type == T_DIR ? -EISDIR : 0;
    if (to->ip && to->ip->d.type != T_DIR)
        return -ENOTDIR;
    int above = is_above(from->ip, to->dir);
    if (above)
        return above < 0 ? above : -EINVAL;
    if (to->ip)
        return check_empty(to);
    return from->dir != to->dir && to->dir->d.nlink >= LINK_MAX ? -EMLINK : 0;
}

// Changes the names. up: the entry ".." of what is moved, if that is a directory.
static int move(const struct place *from, const struct place *to, const struct place *up)
{
    const int subdirs = from->ip->d.type == T_DIR;
    int e = journal_begin(RENAME_BLOCKS);
    if (e)
        return e;
    e = set_name(to, from->ip->inum, to->ip ? 0 : subdirs); // commit point
    if (e == 0) {
        set_name(from, 0, -subdirs);
        if (subdirs)
            set_name(up, to->dir->inum, 0);
        if (to->ip)
            drop_link(to);
    }
    journal_end();
    return e;
}

static int rename(struct place *from, struct place *to)
{
    struct place up = {0};
    int e = check_name(from);
    if (e == 0)
        e = check_name(to);
    if (e == 0 && !from->ip)
        e = -ENOENT;
    if (e || from->ip == to->ip) // two names of one file: nothing to do
        return e;
    e = check_rename(from, to);
    if (e == 0 && from->ip->d.type == T_DIR)
        e = path_walk(from->ip, "..", PATH_ENTRY, &up);
    if (e == 0)
        e = move(from, to, &up);
    place_put(&up);
    return e;
}

// Does change() to two paths, or to one (new is 0).
static int change_names(struct inode *cwd, const char *old, const char *new,
                        int (*change)(struct place *from, struct place *to))
{
    struct place from, to = {0};
    sleeplock_lock(&names_lock);
    int e = path_walk(cwd, old, PATH_ENTRY | PATH_NEW, &from);
    if (e == 0 && new)
        e = path_walk(cwd, new, PATH_ENTRY | PATH_NEW, &to);
    if (e == 0)
        e = change(&from, &to);
    sleeplock_unlock(&names_lock);
    place_put(&from);
    place_put(&to);
    return e;
}

int path_unlink(struct inode *cwd, const char *path) { return change_names(cwd, path, 0, unlink); }

int path_link(struct inode *cwd, const char *old, const char *new)
{
    return change_names(cwd, old, new, link);
}

int path_rename(struct inode *cwd, const char *old, const char *new)
{
    return change_names(cwd, old, new, rename);
}
