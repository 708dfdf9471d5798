// Paths: from a string to an inode, name by name, through symbolic links.
//
// A walk locks one inode at a time and gets the next one while it has the directory's lock, so
// that an inode found under a name cannot be freed before it is got; it never locks a directory
// while it holds an entry of it, so "a/b" and ".." cannot wait for each other.
#include "kernel/errno.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/dir.h"
#include "kernel/fs/walk.h"
#include "kernel/lib/string.h"
#include "kernel/param.h"

struct walk {
    struct place *place; // place->ip is the inode reached so far
    const char *rest;    // of the path; in buf after the first symbolic link
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
    w->rest = s + n;
    return n > 0;
}

static bool is_last(const struct walk *w)
{
    const char *s = w->rest;
    while (*s == '/')
        s++;
    return *s == 0;
}

int path_step(struct inode *dir, const char *name, struct inode **out)
{
    struct dir_slot slot;
    int e = inode_lock(dir);
    if (e)
        return e;
    e = dir_check(dir);
    if (e == 0 && name[0] == '.' && name[1] == 0) {
        *out = inode_dup(dir);
    } else if (e == 0) {
        e = dir_find(dir, name, &slot);
        if (e == 0)
            e = inode_get(slot.inum, out);
    }
    inode_unlock(dir);
    return e;
}

int inode_type(struct inode *ip)
{
    int type = inode_lock(ip);
    if (type == 0) {
        type = ip->d.type;
        inode_unlock(ip);
    }
    return type;
}

static void move_to(struct walk *w, struct inode *ip)
{
    inode_put(w->place->ip);
    w->place->ip = ip;
}

// Puts the target of link in front of the rest.
static int splice(struct walk *w, struct inode *link)
{
    int e = inode_lock(link);
    if (e)
        return e;
    size_t n = link->d.size, rest = strlen(w->rest);
    if (n + rest >= sizeof w->buf) {
        e = -ENAMETOOLONG;
    } else {
        memmove(w->buf + n, w->rest, rest + 1);
        int64 r = inode_read(link, w->buf, 0, n);
        e = r < 0 ? r : 0;
    }
    inode_unlock(link);
    w->rest = w->buf;
    // A target is neither empty nor holds a 0: that is a damaged image.
    return e ? e : n == 0 || strnlen(w->buf, n) < n ? -EIO : 0;
}

static int follow(struct walk *w, struct inode *link)
{
    struct inode *root;
    if (++w->links > SYMLINK_DEPTH)
        return -ELOOP;
    int e = splice(w, link);
    if (e || w->buf[0] != '/')
        return e;
    e = inode_get(ROOTINO, &root);
    if (e == 0)
        move_to(w, root);
    return e;
}

// Goes on to the entry ip (taking it over). 1 if it was a link that was followed; 0; -E....
static int enter(struct walk *w, struct inode *ip, bool follow_link)
{
    int type = inode_type(ip);
    int e = 0;
    if (type < 0)
        e = type;
    else if (type == T_SYMLINK && (follow_link || w->place->slash))
        e = follow(w, ip);
    else if (w->place->slash && type != T_DIR)
        e = -ENOTDIR;
    else {
        move_to(w, ip);
        return 0;
    }
    inode_put(ip);
    return e ? e : 1;
}

static int walk(struct walk *w, int flags)
{
    for (;;) {
        struct inode *ip;
        int e = next_name(w);
        if (e <= 0)
            return e;
        bool last = is_last(w);
        if (last && (flags & WALK_PARENT)) {
            w->place->at_parent = true;
            return 0;
        }
        e = path_step(w->place->ip, w->place->name, &ip);
        if (e == -ENOENT && last && (flags & WALK_CREATE)) {
            w->place->at_parent = true;
            return 0;
        }
        if (e)
            return e;
        e = enter(w, ip, !last || !(flags & WALK_NOFOLLOW));
        if (e < 0 || (e == 0 && last))
            return e;
    }
}

int path_walk(struct inode *cwd, const char *path, int flags, struct place *place)
{
    struct walk w = {.place = place, .rest = path};
    if (path[0] == 0)
        return -ENOENT;
    place->at_parent = place->slash = false;
    place->name[0] = 0;
    int e = 0;
    if (path[0] == '/')
        e = inode_get(ROOTINO, &place->ip);
    else
        place->ip = inode_dup(cwd);
    if (e)
        return e;
    e = walk(&w, flags);
    if (e)
        inode_put(place->ip);
    return e;
}

int path_lookup(struct inode *cwd, const char *path, int flags, struct inode **out)
{
    struct place p;
    int e = path_walk(cwd, path, flags & PATH_NOFOLLOW, &p);
    if (e == 0)
        *out = p.ip;
    return e;
}

int path_parent(struct inode *cwd, const char *path, struct inode **dir, char name[DIRSIZ + 1])
{
    struct place p;
    int e = path_walk(cwd, path, WALK_PARENT, &p);
    if (e)
        return e;
    if (!p.at_parent) {
        inode_put(p.ip);
        return -EEXIST;
    }
    strlcpy(name, p.name, DIRSIZ + 1);
    *dir = p.ip;
    return 0;
}

static int pin(struct pins *p, int e, struct block *b)
{
    if (e == 0 && b)
        p->block[p->n++] = b;
    return e;
}

int pins_inode(struct pins *p, struct inode *ip)
{
    struct block *b = 0;
    int e = inode_pin(ip, &b);
    return pin(p, e, b);
}

int pins_data(struct pins *p, struct inode *ip, uint64 offset)
{
    struct block *b = 0;
    int e = inode_block(ip, offset, &b);
    return pin(p, e, b);
}

void pins_put(struct pins *p)
{
    while (p->n > 0)
        cache_put(p->block[--p->n]);
}
