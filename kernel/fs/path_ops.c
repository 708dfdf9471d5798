// Operations on names: create, link, unlink, rename (path_ops.h).
//
// One operation at a time has names_lock: what it has found and checked is still so when it changes
// it. It locks one inode after the other. Each operation is one transaction. What can fail comes
// before the commit point, which is the first name that is set; entries and inodes that change
// after it are pinned, so that to change them cannot fail. Inodes are put when all is over, so that
// the space of one that loses its last link is free again when the operation returns.
#include "kernel/fs/path_ops.h"

#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/mount.h"

// The most blocks that one operation changes: an entry in the directory and the directory's inode,
// the new inode, its first block and that block's bit; for a rename the new and the old entry,
// "..", both directories and what is replaced.
#define CREATE_BLOCKS (DIR_ENTER_BLOCKS + 1 + 1 + 2)
#define LINK_BLOCKS   (DIR_ENTER_BLOCKS + 1)
#define UNLINK_BLOCKS 3
#define RENAME_BLOCKS (DIR_ENTER_BLOCKS + 1 + 1 + 2 + 1)

// --- Steps of a change, each in a transaction ---

static void set_links(struct inode *ip, uint32 n)
{
    inode_lock(ip);
    ip->d.nlink = n;
    inode_update(ip);
    inode_unlock(ip);
}

// => dir locked. dir has that many subdirectories more: each has a ".." that counts as a link.
static void add_subdirs(struct inode *dir, int more)
{
    if (more == 0)
        return;
    dir->d.nlink += more;
    inode_update(dir);
}

// Makes the name at p lead to inode inum; subdirs: how many subdirectories more p->dir then has.
// Only a new name can fail.
static int set_name(const struct place *p, uint32 inum, int subdirs)
{
    int err = 0;

    inode_lock(p->dir);
    if (p->entry.block != NULL)
        dir_set(&p->entry, inum);
    else
        err = dir_enter(p->dir, p->name, inum);
    if (err == 0)
        add_subdirs(p->dir, subdirs);
    inode_unlock(p->dir);
    return err;
}

static void remove_name(const struct place *p)
{
    inode_lock(p->dir);
    dir_set(&p->entry, 0);
    if (p->ip->d.type == T_DIR)
        add_subdirs(p->dir, -1);
    inode_unlock(p->dir);
}

// The inode p->ip has lost its name at p. A directory has no other one, so it has no links now.
static void drop_link(const struct place *p)
{
    bool is_dir = p->ip->d.type == T_DIR;
    set_links(p->ip, is_dir ? 0 : p->ip->d.nlink - 1);
}

// --- create ---

// Fills the new inode ip with what it holds before its first name leads to it.
static int fill_inode(struct inode *ip, const struct node *node, uint32 parent)
{
    int64 err = 0;

    inode_lock(ip);
    ip->d.major = node->major;
    ip->d.minor = node->minor;
    if (node->type == T_DIR) {
        err = dir_enter(ip, ".", ip->inum);
        if (err == 0)
            err = dir_enter(ip, "..", parent);
    } else if (node->type == T_SYMLINK) {
        err = inode_write(ip, node->target, 0, strlen(node->target)); // or how many bytes
    }
    ip->d.nlink = 1;
    inode_update(ip);
    inode_unlock(ip);
    return err < 0 ? err : 0;
}

// In a transaction: makes the inode p->ip and enters it at p. After an error it has no links: its
// last put frees it.
static int make_inode(struct place *p, const struct node *node)
{
    uint32 inum;
    int err = inode_alloc(node->type, &inum);
    if (err)
        return err;
    err = inode_get(inum, &p->ip);
    if (err == 0)
        err = inode_load(p->ip);
    if (err) {
        inode_free(inum);
        return err;
    }

    err = fill_inode(p->ip, node, p->dir->inum);
    if (err == 0)
        err = set_name(p, inum, node->type == T_DIR ? 1 : 0); // commit point
    if (err)
        set_links(p->ip, 0);
    return err;
}

static int create_at(struct place *p, const struct node *node)
{
    if (p->slash && node->type != T_DIR)
        return node->type == T_FILE ? -EISDIR : -ENOENT;
    if (node->type == T_DIR && p->dir->d.nlink >= LINK_MAX)
        return -EMLINK;
    int err = journal_begin(CREATE_BLOCKS);
    if (err)
        return err;
    err = make_inode(p, node);
    journal_end();
    return err;
}

// A file of type met is there, where one of type wanted was to be made: will it do?
static int check_existing(int met, int wanted, int flags)
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
    int err = path_walk(cwd, path, flags | PATH_NEW, &p);
    if (err == 0 && p.ip != NULL)
        err = check_existing(p.ip->d.type, node->type, flags);
    else if (err == 0)
        err = create_at(&p, node);
    sleeplock_unlock(&names_lock);

    if (err == 0) {
        *out = p.ip;
        p.ip = NULL; // the place's use of it is the caller's now
    }
    place_put(&p);
    return err;
}

// --- Checks ---

// May the name at p be set or removed? 0; -EBUSY; -EINVAL; -EIO: the image is damaged.
static int check_name(const struct place *p)
{
    if (p->dir == NULL)
        return -EBUSY; // the root
    if (is_dots(p->name))
        return -EINVAL;
    if (p->ip == NULL)
        return 0;

    // A name leads to an inode with links, and not to the root or to its own directory. A directory
    // with a subdirectory has two links at least.
    if (p->ip->d.nlink == 0 || p->ip->inum == ROOTINO || p->ip == p->dir)
        return -EIO;
    if (p->ip->d.type == T_DIR && p->dir->d.nlink < 2)
        return -EIO;
    return 0;
}

// 0: what p names is no directory, or an empty one; -ENOTEMPTY; others of dir_check_empty.
static int check_empty(const struct place *p)
{
    if (p->ip->d.type != T_DIR)
        return 0;
    inode_lock(p->ip);
    int err = dir_check_empty(p->ip);
    inode_unlock(p->ip);
    return err;
}

// 0: directory a neither is d nor lies above it; -EINVAL: it is or does; others of path_lookup.
static int check_not_above(const struct inode *a, struct inode *d)
{
    int err = 0;

    // Up from d to the root. A damaged image may have a cycle: no way is longer than there are
    // inodes.
    inode_dup(d);
    for (uint32 n = 0; err == 0 && d != a && d != root_inode; n++) {
        struct inode *parent;
        if (n > superblock.ninodes)
            err = -EIO;
        else
            err = path_lookup(d, "..", 0, &parent);
        if (err == 0) {
            inode_put(d);
            d = parent;
        }
    }
    if (err == 0 && d == a)
        err = -EINVAL;
    inode_put(d);
    return err;
}

// --- unlink and link ---

static int unlink_at(struct place *p, struct place *)
{
    int err = check_name(p);
    if (err == 0 && p->ip == NULL)
        err = -ENOENT;
    if (err == 0)
        err = check_empty(p);
    if (err == 0)
        err = journal_begin(UNLINK_BLOCKS);
    if (err)
        return err;

    remove_name(p); // commit point
    drop_link(p);
    journal_end();
    return 0;
}

static int link_at(struct place *from, struct place *to)
{
    if (from->ip == NULL)
        return -ENOENT;
    if (from->ip->d.type == T_DIR)
        return -EPERM;
    if (to->dir == NULL || to->ip != NULL)
        return -EEXIST;
    const uint32 links = from->ip->d.nlink;
    if (links == 0)
        return -EIO; // it has a name: the image is damaged
    if (to->slash)
        return -ENOENT;
    if (links >= LINK_MAX)
        return -EMLINK;

    int err = journal_begin(LINK_BLOCKS);
    if (err)
        return err;
    err = set_name(to, from->ip->inum, 0); // commit point
    if (err == 0)
        set_links(from->ip, links + 1);
    journal_end();
    return err;
}

// --- rename ---

// Do the types and the tree allow it? Both names have passed check_name.
static int check_rename(const struct place *from, const struct place *to)
{
    const bool is_dir = from->ip->d.type == T_DIR;
    const bool onto_dir = to->ip != NULL && to->ip->d.type == T_DIR;

    // A file.
    if (!is_dir && to->slash)
        return -ENOTDIR;
    if (!is_dir && onto_dir)
        return -EISDIR;
    if (!is_dir)
        return 0;

    // A directory: it must not come to lie below itself.
    if (to->ip != NULL && !onto_dir)
        return -ENOTDIR;
    int err = check_not_above(from->ip, to->dir);
    if (err)
        return err;
    if (onto_dir)
        return check_empty(to);
    if (from->dir != to->dir && to->dir->d.nlink >= LINK_MAX)
        return -EMLINK;
    return 0;
}

// Changes the names. parent: the entry ".." of what is moved, if that is a directory.
static int move_name(const struct place *from, const struct place *to, const struct place *parent)
{
    const bool is_dir = from->ip->d.type == T_DIR;
    int err = journal_begin(RENAME_BLOCKS);
    if (err)
        return err;

    // The new name comes first: it may fail. A directory that is replaced by another leaves the
    // number of subdirectories as it is.
    err = set_name(to, from->ip->inum, is_dir && to->ip == NULL ? 1 : 0); // commit point
    if (err == 0) {
        remove_name(from);
        if (is_dir)
            set_name(parent, to->dir->inum, 0);
        if (to->ip != NULL)
            drop_link(to);
    }
    journal_end();
    return err;
}

static int rename_at(struct place *from, struct place *to)
{
    struct place parent = {0};
    int err = check_name(from);
    if (err == 0)
        err = check_name(to);
    if (err == 0 && from->ip == NULL)
        err = -ENOENT;
    if (err || from->ip == to->ip)
        return err; // or two names of one file: nothing to do

    err = check_rename(from, to);
    if (err == 0 && from->ip->d.type == T_DIR)
        err = path_walk(from->ip, "..", PATH_ENTRY, &parent);
    if (err == 0)
        err = move_name(from, to, &parent);
    place_put(&parent);
    return err;
}

// --- All of them: walk, change, put ---

// Does change() to two paths, or to one (new is NULL).
static int change_names(struct inode *cwd, const char *old, const char *new,
                        int (*change)(struct place *from, struct place *to))
{
    struct place from, to = {0};

    sleeplock_lock(&names_lock);
    int err = path_walk(cwd, old, PATH_ENTRY | PATH_NEW, &from);
    if (err == 0 && new != NULL)
        err = path_walk(cwd, new, PATH_ENTRY | PATH_NEW, &to);
    if (err == 0)
        err = change(&from, &to);
    sleeplock_unlock(&names_lock);

    place_put(&from);
    place_put(&to);
    return err;
}

int path_unlink(struct inode *cwd, const char *path)
{
    return change_names(cwd, path, NULL, unlink_at);
}

int path_link(struct inode *cwd, const char *old, const char *new)
{
    return change_names(cwd, old, new, link_at);
}

int path_rename(struct inode *cwd, const char *old, const char *new)
{
    return change_names(cwd, old, new, rename_at);
}
