// Operations on names: create, link, unlink, symbolic link. Each is one transaction, in which the
// directory is locked before the entry. What can fail comes before the commit point; blocks that
// change after it are pinned first. Inodes are put when the transaction is over, so that the
// space of one that loses its last link is back when the operation returns.
#include "kernel/errno.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/dir.h"
#include "kernel/fs/walk.h"
#include "kernel/lib/string.h"
#include "kernel/param.h"

// The most that one operation changes: an entry in the directory and the directory's inode, the
// new inode, its first block and that block's bit.
#define CREATE_BLOCKS (DIR_ENTER_BLOCKS + 1 + 1 + 2)
#define LINK_BLOCKS   (DIR_ENTER_BLOCKS + 1)
#define UNLINK_BLOCKS 3

// What is to be created.
struct node {
    int type;
    int major, minor;   // T_DEVICE
    const char *target; // T_SYMLINK
};

// Where a new name would go in dir: 0; -EEXIST; ...
static int dir_find_free(struct inode *dir, const char *name, struct dir_slot *slot)
{
    int e = dir_check(dir);
    if (e)
        return e;
    e = dir_find(dir, name, slot);
    return e == -ENOENT ? 0 : e ? e : -EEXIST;
}

// Fills the new inode ip, locked, with what it holds before its first link is seen.
static int node_fill(struct inode *ip, const struct node *node, struct inode *dir)
{
    ip->d.major = node->major;
    ip->d.minor = node->minor;
    ip->d.nlink = 1;
    if (node->type == T_DIR)
        return dir_init(ip, dir->inum);
    if (node->type == T_SYMLINK) {
        int64 r = inode_write(ip, node->target, 0, strlen(node->target));
        return r < 0 ? r : 0; // all or nothing: it lies in one block
    }
    return inode_update(ip);
}

// Makes the inode ip, new and locked, and enters it in dir at offset. After an error it has no
// link, and its last put frees it.
static int node_enter(struct inode *ip, const struct node *node, struct inode *dir, uint64 offset,
                      const char *name)
{
    struct pins pins = {.n = 0};
    int e = pins_inode(&pins, ip);
    if (e == 0)
        e = pins_inode(&pins, dir);
    if (e == 0)
        e = node_fill(ip, node, dir);
    if (e == 0)
        e = dir_enter(dir, offset, name, ip->inum); // commit point
    if (e) {
        ip->d.nlink = 0;
        inode_update(ip);
    } else if (node->type == T_DIR) {
        dir->d.nlink++; // its ".."
        inode_update(dir);
    }
    pins_put(&pins);
    return e;
}

// A new inode, one user, not locked, no link.
static int node_alloc(int type, struct inode **out)
{
    uint32 inum;
    int e = inode_alloc(type, &inum);
    if (e)
        return e;
    e = inode_get(inum, out);
    if (e)
        inode_free(inum);
    return e;
}

// => dir locked, inside a transaction. *out has one user, also after some errors (then it has no
// link), or is 0.
static int create_locked(struct inode *dir, const char *name, const struct node *node,
                         struct inode **out)
{
    struct dir_slot slot;
    int e = dir_find_free(dir, name, &slot);
    if (e)
        return e;
    if (node->type == T_DIR && dir->d.nlink >= LINK_MAX)
        return -EMLINK;
    e = node_alloc(node->type, out);
    if (e)
        return e;
    e = inode_lock(*out);
    if (e)
        return e;
    e = node_enter(*out, node, dir, slot.offset, name);
    inode_unlock(*out);
    return e;
}

static int create_at(struct inode *dir, const char *name, const struct node *node,
                     struct inode **out)
{
    *out = 0;
    int e = fs_begin(CREATE_BLOCKS);
    if (e)
        return e;
    e = inode_lock(dir);
    if (e == 0) {
        e = create_locked(dir, name, node, out);
        inode_unlock(dir);
    }
    fs_end();
    if (e && *out)
        inode_put(*out);
    return e;
}

// An existing ip (taken over) is met where a file of that type was to be made: 0, *out = ip.
static int accept_existing(struct inode *ip, int wanted, bool excl, struct inode **out)
{
    int type = inode_type(ip), e = 0;
    if (type < 0)
        e = type;
    else if (excl)
        e = -EEXIST;
    else if (type == T_DIR && wanted == T_FILE)
        e = -EISDIR;
    else if (type != wanted && !(wanted == T_FILE && type == T_DEVICE))
        e = type == T_SYMLINK ? -ELOOP : -EEXIST;
    if (e)
        inode_put(ip);
    else
        *out = ip;
    return e;
}

static int create_node(struct inode *cwd, const char *path, const struct node *node, bool excl,
                       struct inode **out)
{
    int e;
    do {
        struct place p;
        e = path_walk(cwd, path, excl ? WALK_CREATE | WALK_NOFOLLOW : WALK_CREATE, &p);
        if (e)
            return e;
        if (!p.at_parent)
            return accept_existing(p.ip, node->type, excl, out);
        if (p.slash && node->type != T_DIR)
            e = node->type == T_FILE ? -EISDIR : -ENOENT;
        else
            e = create_at(p.ip, p.name, node, out);
        inode_put(p.ip);
    } while (e == -EEXIST && !excl); // somebody was first: take that one
    return e;
}

int path_create(struct inode *cwd, const char *path, int type, int major, int minor, bool excl,
                struct inode **out)
{
    struct node node = {.type = type, .major = major, .minor = minor};
    return create_node(cwd, path, &node, excl, out);
}

int path_symlink(struct inode *cwd, const char *target, const char *path)
{
    struct node node = {.type = T_SYMLINK, .target = target};
    struct inode *ip;
    size_t n = strlen(target);
    if (n == 0 || n >= MAXPATH)
        return n ? -ENAMETOOLONG : -ENOENT;
    int e = create_node(cwd, path, &node, true, &ip);
    if (e == 0)
        inode_put(ip);
    return e;
}

// => dir locked, inside a transaction; ip is no directory.
static int link_locked(struct inode *dir, const char *name, struct inode *ip)
{
    struct dir_slot slot;
    struct pins pins = {.n = 0};
    int e = dir_find_free(dir, name, &slot);
    if (e)
        return e;
    e = inode_lock(ip);
    if (e)
        return e;
    if (ip->d.nlink == 0)
        e = -ENOENT; // removed meanwhile
    else if (ip->d.nlink >= LINK_MAX)
        e = -EMLINK;
    else
        e = pins_inode(&pins, ip);
    if (e == 0)
        e = dir_enter(dir, slot.offset, name, ip->inum); // commit point
    if (e == 0) {
        ip->d.nlink++;
        inode_update(ip);
    }
    pins_put(&pins);
    inode_unlock(ip);
    return e;
}

static int link_at(struct inode *dir, const char *name, struct inode *ip)
{
    int e = fs_begin(LINK_BLOCKS);
    if (e)
        return e;
    e = inode_lock(dir);
    if (e == 0) {
        e = link_locked(dir, name, ip);
        inode_unlock(dir);
    }
    fs_end();
    return e;
}

int path_link(struct inode *cwd, const char *old, const char *new)
{
    struct inode *ip;
    struct place p;
    int e = path_lookup(cwd, old, PATH_NOFOLLOW, &ip);
    if (e)
        return e;
    int type = inode_type(ip);
    e = type < 0 ? type : type == T_DIR ? -EPERM : 0;
    if (e == 0)
        e = path_walk(cwd, new, WALK_PARENT, &p);
    if (e == 0) {
        if (!p.at_parent)
            e = -EEXIST;
        else if (p.slash)
            e = -ENOENT;
        else
            e = link_at(p.ip, p.name, ip);
        inode_put(p.ip);
    }
    inode_put(ip);
    return e;
}

// => dir and ip locked, inside a transaction: takes ip's name at offset away.
static int remove_entry(struct inode *dir, uint64 offset, struct inode *ip)
{
    struct pins pins = {.n = 0};
    int e = pins_inode(&pins, ip);
    if (e == 0)
        e = pins_inode(&pins, dir);
    if (e == 0)
        e = dir_clear(dir, offset); // commit point
    if (e == 0 && ip->d.type == T_DIR) {
        ip->d.nlink = 0;
        dir->d.nlink--; // the ".." of ip
        inode_update(dir);
    } else if (e == 0) {
        ip->d.nlink--;
    }
    if (e == 0)
        inode_update(ip);
    pins_put(&pins);
    return e;
}

// => dir locked, inside a transaction. *out: as create_locked.
static int unlink_locked(struct inode *dir, const struct place *p, struct inode **out)
{
    struct dir_slot slot;
    int e = dir_check(dir);
    if (e == 0)
        e = dir_find(dir, p->name, &slot);
    if (e == 0)
        e = slot.inum == ROOTINO || slot.inum == dir->inum ? -EIO : inode_get(slot.inum, out);
    if (e)
        return e;
    e = inode_lock(*out);
    if (e)
        return e;
    if ((*out)->d.type == T_DIR)
        e = dir->d.nlink < 2 ? -EIO : dir_check_empty(*out);
    else if (p->slash)
        e = -ENOTDIR;
    if (e == 0)
        e = (*out)->d.nlink == 0 ? -EIO : remove_entry(dir, slot.offset, *out);
    inode_unlock(*out);
    return e;
}

static int unlink_at(struct place *p)
{
    struct inode *ip = 0;
    if (!p->at_parent)
        return -EBUSY; // the root
    if (strcmp(p->name, ".") == 0 || strcmp(p->name, "..") == 0)
        return -EINVAL;
    int e = fs_begin(UNLINK_BLOCKS);
    if (e)
        return e;
    e = inode_lock(p->ip);
    if (e == 0) {
        e = unlink_locked(p->ip, p, &ip);
        inode_unlock(p->ip);
    }
    fs_end();
    if (ip)
        inode_put(ip);
    return e;
}

int path_unlink(struct inode *cwd, const char *path)
{
    struct place p;
    int e = path_walk(cwd, path, WALK_PARENT, &p);
    if (e)
        return e;
    e = unlink_at(&p);
    inode_put(p.ip);
    return e;
}
