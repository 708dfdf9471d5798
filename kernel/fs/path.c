// Paths: from a string to an inode, name by name, through symbolic links; and the way from a
// directory up to the root.
//
// A walk locks one inode at a time and gets the next one while it has the directory's lock, so
// that an inode found under a name cannot be freed before it is got.
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

// Cuts the next name off the rest: 1; 0 at the end; -ENAMETOOLONG.
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
    w->rest = s += n;
    while (*s == '/')
        s++;
    w->last = *s == 0;
    return n > 0;
}

// Goes from the directory p->ip to its entry p->name.
static int step(struct place *p)
{
    struct inode *dir = p->ip;
    inode_put(p->dir);
    cache_put(p->slot.block);
    p->dir = dir;
    p->slot.block = 0;
    p->ip = 0;
    int e = 0;
    inode_lock(dir);
    if (dir->d.type != T_DIR)
        e = -ENOTDIR;
    else if (dir->d.nlink == 0)
        e = -ENOENT; // it was removed
    else if ((e = dir_find(dir, p->name, &p->slot)) == 0)
        e = inode_get(p->slot.entry->inum, &p->ip);
    else if (e == -ENOENT)
        e = 0;
    inode_unlock(dir);
    return e || !p->ip ? e : inode_load(p->ip);
}

// Puts the target of the link p->ip in front of the rest, and goes back to where it begins.
static int follow(struct walk *w)
{
    struct place *p = w->place;
    if (++w->links > SYMLINK_DEPTH)
        return -ELOOP;
    int64 e = -ENAMETOOLONG;
    inode_lock(p->ip);
    size_t n = p->ip->d.size, rest = strlen(w->rest);
    if (n + rest < sizeof w->buf) {
        memmove(w->buf + n, w->rest, rest + 1);
        e = inode_read(p->ip, w->buf, 0, n);
    }
    inode_unlock(p->ip);
    if (e < 0)
        return e;
    if (n == 0 || strnlen(w->buf, n) < n)
        return -EIO; // a target is neither empty nor holds a 0: that is a damaged image
    w->rest = w->buf;
    inode_put(p->ip);
    p->ip = p->dir;
    p->dir = 0;
    if (w->buf[0] == '/') {
        inode_put(p->ip);
        p->ip = inode_dup(root_inode);
    }
    return 0;
}

int path_walk(struct inode *cwd, const char *path, int flags, struct place *p)
{
    struct walk w;
    w.place = p;
    w.rest = path;
    w.links = 0;
    p->dir = 0;
    p->slot.block = 0;
    p->ip = inode_dup(path[0] == '/' ? root_inode : cwd);
    if (path[0] == 0)
        return -ENOENT;
    for (;;) {
        int e = next_name(&w);
        if (e <= 0)
            return e;
        e = step(p);
        if (e)
            return e;
        if (!p->ip)
            return w.last && flags & PATH_NEW ? 0 : -ENOENT;
        bool itself = w.last && (flags & PATH_ENTRY || (flags & PATH_NOFOLLOW && !p->slash));
        if (p->ip->d.type == T_SYMLINK && !itself)
            e = follow(&w);
        else if (p->slash && p->ip->d.type != T_DIR)
            e = -ENOTDIR;
        else if (w.last)
            return 0;
        if (e)
            return e;
    }
}

void place_put(struct place *p)
{
    cache_put(p->slot.block);
    inode_put(p->dir);
    inode_put(p->ip);
}

int path_lookup(struct inode *cwd, const char *path, int flags, struct inode **out)
{
    struct place p;
    int e = path_walk(cwd, path, flags, &p);
    if (e == 0 && flags & PATH_DIRECTORY && p.ip->d.type != T_DIR)
        e = -ENOTDIR;
    if (e == 0) {
        *out = p.ip;
        p.ip = 0;
    }
    place_put(&p);
    return e;
}

// Puts "/name" of directory d before the text at *start, and goes up: *d is replaced.
static int prepend_name(struct inode **d, char *buf, size_t *start)
{
    struct dir_slot slot;
    struct inode *up = 0;
    int e = path_lookup(*d, "..", 0, &up);
    if (e)
        return e;
    inode_lock(up);
    e = dir_find_inode(up, (*d)->inum, &slot);
    inode_unlock(up);
    inode_put(*d);
    *d = up;
    if (e)
        return e;
    size_t n = strnlen(slot.entry->name, DIRSIZ);
    if (n < *start) {
        *start -= n;
        memcpy(buf + *start, slot.entry->name, n);
        buf[--*start] = '/';
    } else {
        e = -ERANGE;
    }
    cache_put(slot.block);
    return e;
}

int64 path_of_directory(struct inode *dir, char *buf, size_t size)
{
    int e = 0;
    size_t start = size;
    if (size < 2)
        return -ERANGE;
    buf[--start] = 0;
    sleeplock_lock(&names_lock);
    inode_dup(dir);
    while (e == 0 && dir->inum != ROOTINO)
        e = prepend_name(&dir, buf, &start);
    sleeplock_unlock(&names_lock);
    inode_put(dir);
    if (e)
        return e;
    if (buf[start] == 0)
        buf[--start] = '/';
    memmove(buf, buf + start, size - start);
    return size - start - 1;
}
