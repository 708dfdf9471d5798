// The whole tree of the mounted file system, read with the kernel's own functions. See the header.
#include "tests/crash/walk.h"

#include "kernel/errno.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/dir.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/path.h"
#include "kernel/lib/string.h"

#include <stdio.h>

#define DEPTH_MAX 40 // of directories

struct walk_call {
    void (*visit)(const struct walk_entry *entry, void *arg);
    void *arg;
    // of a directory: a damaged image may have a cycle, or several names for one
    bool reached[NINODES_MAX];
};

uint64 walk_content(uint64 block, const void *bytes, size_t n)
{
    static const uint64 factor = 0x9e3779b97f4a7c15UL;
    const char *p = bytes;
    uint64 any = 0, hash = (block + 1) * factor, word;
    for (; n > 0; n -= min_u64(n, sizeof(word)), p += sizeof(word)) {
        word = 0;
        memcpy(&word, p, min_u64(n, sizeof(word)));
        any |= word;
        hash = (hash ^ word) * factor;
        hash ^= hash >> 29;
    }
    return any ? hash : 0;
}

static int read_content(struct inode *ip, uint64 *content)
{
    for (uint64 off = 0; off < ip->d.size; off += BSIZE) {
        struct block *b;
        int e = inode_block(ip, off, &b);
        if (e)
            return e;
        if (b)
            *content += walk_content(off / BSIZE, block_data(b), min_u64(BSIZE, ip->d.size - off));
        cache_put(b);
    }
    return 0;
}

static int look(struct inode *ip, struct walk_entry *entry)
{
    int e = 0;
    inode_lock(ip);
    entry->inum = ip->inum;
    entry->type = ip->d.type;
    entry->nlink = ip->d.nlink;
    entry->size = ip->d.size;
    if (ip->d.type == T_FILE || ip->d.type == T_SYMLINK)
        e = read_content(ip, &entry->content);
    inode_unlock(ip);
    return e;
}

// True if name leads from dir to the inode of that number.
static bool leads_to(struct inode *dir, const char *name, uint32 inum)
{
    struct inode *ip;
    if (path_lookup(dir, name, 0, &ip) != 0)
        return false;
    bool right = ip->inum == inum;
    inode_put(ip);
    return right;
}

static void walk_directory(struct walk_call *call, struct inode *dir, const char *path, uint depth);

// Visits what name of dir leads to. up: dir's number.
static void walk_name(struct walk_call *call, struct inode *dir, const char *dir_path,
                      const char *name, uint depth)
{
    char path[WALK_PATH];
    struct walk_entry entry = {.path = path};
    struct inode *ip = 0;
    snprintf(path, sizeof(path), "%s/%s", dir_path[1] ? dir_path : "", name);
    entry.error = path_lookup(dir, name, PATH_NOFOLLOW, &ip);
    if (entry.error == 0)
        entry.error = look(ip, &entry);
    bool directory = entry.error == 0 && entry.type == T_DIR;
    if (directory && !(leads_to(ip, ".", ip->inum) && leads_to(ip, "..", dir->inum)))
        entry.error = WALK_DOTS;
    call->visit(&entry, call->arg);
    if (directory && depth < DEPTH_MAX)
        walk_directory(call, ip, path, depth + 1);
    inode_put(ip);
}

static void walk_directory(struct walk_call *call, struct inode *dir, const char *path, uint depth)
{
    struct dirent entry;
    if (call->reached[dir->inum])
        return;
    call->reached[dir->inum] = true;
    for (uint64 off = 0;; off += sizeof(entry)) {
        char name[DIRSIZ + 1] = {0};
        inode_lock(dir);
        int64 n = inode_read(dir, &entry, off, sizeof(entry));
        inode_unlock(dir);
        if (n < 0) {
            struct walk_entry failed = {.path = path, .inum = dir->inum, .type = T_DIR, .error = n};
            call->visit(&failed, call->arg);
        }
        if (n < (int64)sizeof(entry))
            return;
        memcpy(name, entry.name, DIRSIZ);
        if (entry.inum != 0 && !is_dots(name))
            walk_name(call, dir, path, name, depth);
    }
}

void walk_tree(void (*visit)(const struct walk_entry *entry, void *arg), void *arg)
{
    struct walk_call call = {.visit = visit, .arg = arg};
    struct walk_entry root = {.path = "/"};
    root.error = look(root_inode, &root);
    if (!leads_to(root_inode, ".", ROOTINO) || !leads_to(root_inode, "..", ROOTINO))
        root.error = WALK_DOTS;
    visit(&root, arg);
    walk_directory(&call, root_inode, "/", 0);
}
