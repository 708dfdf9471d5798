// Paths: from a string to an inode, name by name, through symbolic links; and the way from a
// directory up to the root.
//
// A walk locks one inode at a time. It gets the next one while it has the directory's lock, so that
// an inode found under a name cannot be freed before it is got.
#include "kernel/fs/path.h"

#include "kernel/errno.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/mount.h"
#include "kernel/param.h"

struct sleeplock names_lock = SLEEPLOCK_INIT("names", NAMES);

struct walk {
    struct place *place; // place->ip is the inode reached so far
    const char *rest;    // of the path; in buf after the first symbolic link
    bool last;           // the rest has no more names
    uint links;          // symbolic links followed
    char buf[MAXPATH];
};

// Cuts the next name off the rest, to place->name. 1; 0 at the end of the path; -ENAMETOOLONG.
static int next_name(struct walk *w)
{
    const char *s = w->rest;
    uint n = 0;

    while (*s == '/')
        s++;
    for (; s[n] && s[n] != '/'; n++) {
        if (n == DIRSIZ)
            return -ENAMETOOLONG;
        w->place->name[n] = s[n];
    }
    w->place->name[n] = 0;
    w->place->slash = s[n] == '/';

    // Slashes at the end are no name.
    s += n;
    w->rest = s;
    while (*s == '/')
        s++;
    w->last = *s == 0;
    return n > 0;
}

// => p->dir locked. Finds the entry p->name and gets its inode. p->ip stays NULL if there is none.
static int get_entry(struct place *p)
{
    int err = dir_find(p->dir, p->name, &p->entry);
    if (err == -ENOENT)
        return 0;
    if (err)
        return err;
    return inode_get(p->entry.dirent->inum, &p->ip);
}

// Goes from the directory p->ip to its entry p->name. p->ip is NULL if there is no such name.
static int enter_name(struct place *p)
{
    struct inode *dir = p->ip;
    int err = 0;

    inode_put(p->dir);
    cache_put(p->entry.block);
    p->dir = dir;
    p->entry.block = NULL;
    p->ip = NULL;

    inode_lock(dir);
    if (dir->d.type != T_DIR)
        err = -ENOTDIR;
    else if (dir->d.nlink == 0)
        err = -ENOENT; // the directory was removed
    else
        err = get_entry(p);
    inode_unlock(dir);

    if (err || p->ip == NULL)
        return err;
    return inode_load(p->ip);
}

// Puts the target of the link p->ip in front of the rest, and goes back to where it begins.
static int follow_link(struct walk *w)
{
    struct place *p = w->place;
    int64 got = -ENAMETOOLONG;
    if (++w->links > SYMLINK_DEPTH)
        return -ELOOP;

    // Target and rest must fit into buf together. The rest may lie in buf already.
    inode_lock(p->ip);
    size_t n = p->ip->d.size, rest = strlen(w->rest);
    if (n + rest < sizeof w->buf) {
        memmove(w->buf + n, w->rest, rest + 1);
        got = inode_read(p->ip, w->buf, 0, n);
    }
    inode_unlock(p->ip);
    if (got < 0)
        return got;
    if (n == 0 || strnlen(w->buf, n) < n)
        return -EIO; // a target is neither empty nor holds a 0: the image is damaged
    w->rest = w->buf;

    // From the link's directory, or from the root.
    inode_put(p->ip);
    p->ip = p->dir;
    p->dir = NULL;
    if (w->buf[0] == '/') {
        inode_put(p->ip);
        p->ip = inode_dup(root_inode);
    }
    return 0;
}

int path_walk(struct inode *cwd, const char *path, int flags, struct place *p)
{
    struct walk w; // buf is large: not cleared
    w.place = p;
    w.rest = path;
    w.links = 0;
    p->dir = NULL;
    p->entry.block = NULL;
    p->ip = inode_dup(path[0] == '/' ? root_inode : cwd);
    if (path[0] == 0)
        return -ENOENT;

    for (;;) {
        // 1. The next name. At the end of the path p->ip is the result.
        int err = next_name(&w);
        if (err <= 0)
            return err;

        // 2. Its inode.
        err = enter_name(p);
        if (err)
            return err;
        if (p->ip == NULL && w.last && flags & PATH_NEW)
            return 0;
        if (p->ip == NULL)
            return -ENOENT;

        // 3. A symbolic link is followed, unless it is the last name and itself is wanted.
        bool itself = w.last && (flags & PATH_ENTRY || (flags & PATH_NOFOLLOW && !p->slash));
        if (p->ip->d.type == T_SYMLINK && !itself)
            err = follow_link(&w);
        else if (p->slash && p->ip->d.type != T_DIR)
            err = -ENOTDIR;
        else if (w.last)
            return 0;
        if (err)
            return err;
    }
}

void place_put(struct place *p)
{
    cache_put(p->entry.block);
    inode_put(p->dir);
    inode_put(p->ip);
}

int path_lookup(struct inode *cwd, const char *path, int flags, struct inode **out)
{
    struct place p;
    int err = path_walk(cwd, path, flags, &p);
    if (err == 0 && flags & PATH_DIRECTORY && p.ip->d.type != T_DIR)
        err = -ENOTDIR;
    if (err == 0) {
        *out = p.ip;
        p.ip = NULL; // the place's use of it is the caller's now
    }
    place_put(&p);
    return err;
}

// Puts "/name" of directory *d before the text at *start, and goes up: *d becomes its parent.
static int prepend_name(struct inode **d, char *buf, size_t *start)
{
    struct dir_entry entry;
    struct inode *parent = NULL;
    int err = path_lookup(*d, "..", 0, &parent);
    if (err)
        return err;

    // A directory does not know its name: its parent does.
    inode_lock(parent);
    err = dir_find_inode(parent, (*d)->inum, &entry);
    inode_unlock(parent);
    inode_put(*d);
    *d = parent;
    if (err)
        return err;

    size_t n = strnlen(entry.dirent->name, DIRSIZ);
    if (n < *start) {
        *start -= n;
        memcpy(buf + *start, entry.dirent->name, n);
        buf[--*start] = '/';
    } else {
        err = -ERANGE;
    }
    cache_put(entry.block);
    return err;
}

int64 path_of_directory(struct inode *dir, char *buf, size_t size)
{
    int err = 0;
    size_t start = size;
    if (size < 2)
        return -ERANGE;
    buf[--start] = 0;

    // The path grows from its end, while no name can change.
    sleeplock_lock(&names_lock);
    inode_dup(dir);
    while (err == 0 && dir->inum != ROOTINO)
        err = prepend_name(&dir, buf, &start);
    sleeplock_unlock(&names_lock);
    inode_put(dir);
    if (err)
        return err;

    if (buf[start] == 0)
        buf[--start] = '/'; // the root
    memmove(buf, buf + start, size - start);
    return size - start - 1;
}
