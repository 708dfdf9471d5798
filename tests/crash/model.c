// The model of a file system. See the header.
#include "tests/crash/model.h"

#include "kernel/fs/path.h"
#include "kernel/stat.h"
#include "tests/crash/walk.h"
#include "tests/crash/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must_alloc(void *old, size_t n)
{
    void *p = realloc(old, n);
    if (!p)
        abort();
    return p;
}

struct model *model_new(void)
{
    struct model *m = calloc(1, sizeof(*m));
    if (!m)
        abort();
    m->node[0].type = T_DIR;
    return m;
}

static void empty_node(struct model_node *n)
{
    for (uint i = 0; i < n->nblocks; i++)
        free(n->block[i].bytes);
    free(n->block);
    *n = (struct model_node){0};
}

void model_free(struct model *m)
{
    for (int i = 0; m && i < MODEL_NODES; i++)
        empty_node(&m->node[i]);
    free(m);
}

struct model_name *model_find(struct model *m, int dir, const char *name)
{
    for (struct model_name *n = m->name; n < &m->name[MODEL_NAMES]; n++)
        if (n->used && n->dir == dir && strcmp(n->name, name) == 0)
            return n;
    return 0;
}

struct model_name *model_pick(struct model *m, int type)
{
    struct model_name *found = 0;
    uint seen = 0;
    for (struct model_name *n = m->name; n < &m->name[MODEL_NAMES]; n++)
        if (n->used && (type == 0 || m->node[n->node].type == type) && world_random(++seen) == 0)
            found = n;
    return found;
}

// The name of a directory, 0 for the root.
static struct model_name *name_of(struct model *m, int dir)
{
    for (struct model_name *n = m->name; n < &m->name[MODEL_NAMES]; n++)
        if (n->used && n->node == dir)
            return n;
    return 0;
}

int model_depth(struct model *m, int dir)
{
    struct model_name *n = dir ? name_of(m, dir) : 0;
    return n ? model_depth(m, n->dir) + 1 : 0;
}

int model_height(struct model *m, int node)
{
    int height = 0;
    for (struct model_name *n = m->name; n < &m->name[MODEL_NAMES]; n++)
        if (n->used && n->dir == node)
            height = max_u64(height, 1 + model_height(m, n->node));
    return height;
}

int model_pick_dir(struct model *m, int depth)
{
    int found = 0;
    uint seen = 1;
    for (struct model_name *n = m->name; n < &m->name[MODEL_NAMES]; n++)
        if (n->used && m->node[n->node].type == T_DIR && model_depth(m, n->node) <= depth &&
            world_random(++seen) == 0)
            found = n->node;
    return found;
}

void model_path(struct model *m, int dir, const char *name, char *path, size_t size)
{
    struct model_name *n = dir ? name_of(m, dir) : 0;
    char above[TREE_PATH] = "";
    if (n)
        model_path(m, n->dir, n->name, above, sizeof(above));
    snprintf(path, size, "%s/%s", above, name);
}

static void add_name(struct model *m, int dir, const char *name, int node)
{
    struct model_name *n = m->name;
    if (model_find(m, dir, name))
        world_fail("the kernel made a name that is there: %s", name);
    while (n < &m->name[MODEL_NAMES] && n->used)
        n++;
    if (n == &m->name[MODEL_NAMES])
        world_fail("the model has too few names");
    *n = (struct model_name){.used = true, .dir = dir, .node = node};
    snprintf(n->name, sizeof(n->name), "%s", name);
    m->node[node].nlink++;
}

// Node i is no longer used if nothing leads to it.
static void end_node(struct model *m, int i)
{
    if (m->node[i].nlink == 0 && m->node[i].opens == 0)
        empty_node(&m->node[i]);
}

int model_make(struct model *m, int dir, const char *name, int type, const char *target)
{
    int i = 1;
    while (i < MODEL_NODES && m->node[i].type != 0)
        i++;
    if (i == MODEL_NODES)
        world_fail("the model has too few nodes");
    m->node[i].type = type;
    add_name(m, dir, name, i);
    if (target)
        model_write(m, i, 0, target, strlen(target));
    return i;
}

void model_link(struct model *m, int dir, const char *name, int node)
{
    add_name(m, dir, name, node);
}

void model_unlink(struct model *m, struct model_name *name)
{
    int node = name->node;
    for (struct model_name *n = m->name; n < &m->name[MODEL_NAMES]; n++)
        if (n->used && n->dir == node)
            world_fail("the kernel removed a directory that is not empty: %s", name->name);
    name->used = false;
    m->node[node].nlink--;
    end_node(m, node);
}

void model_rename(struct model *m, struct model_name *from, int dir, const char *name)
{
    struct model_name *to = model_find(m, dir, name);
    if (to && to->node == from->node)
        return;
    if (to)
        model_unlink(m, to);
    from->dir = dir;
    snprintf(from->name, sizeof(from->name), "%s", name);
}

static struct model_block *find_block(struct model_node *n, uint64 index)
{
    for (uint i = 0; i < n->nblocks; i++)
        if (n->block[i].index == index)
            return &n->block[i];
    return 0;
}

static uint8 *get_block(struct model_node *n, uint64 index)
{
    struct model_block *b = find_block(n, index);
    if (b)
        return b->bytes;
    n->block = must_alloc(n->block, (n->nblocks + 1) * sizeof(*n->block));
    b = &n->block[n->nblocks++];
    b->index = index;
    b->bytes = must_alloc(0, BSIZE);
    memset(b->bytes, 0, BSIZE);
    return b->bytes;
}

void model_write(struct model *m, int node, uint64 off, const void *bytes, size_t n)
{
    struct model_node *f = &m->node[node];
    const char *from = bytes;
    f->changed = true;
    f->size = max_u64(f->size, off + n);
    while (n > 0) {
        size_t at = off % BSIZE, part = min_u64(BSIZE - at, n);
        memcpy(get_block(f, off / BSIZE) + at, from, part);
        from += part;
        off += part;
        n -= part;
    }
}

void model_truncate(struct model *m, int node, uint64 size)
{
    struct model_node *f = &m->node[node];
    f->changed = true;
    for (uint i = 0; i < f->nblocks; i++) {
        uint64 begins = f->block[i].index * BSIZE;
        uint64 stays = size > begins ? min_u64(size - begins, BSIZE) : 0;
        memset(f->block[i].bytes + stays, 0, BSIZE - stays);
    }
    f->size = size;
}

void model_open(struct model *m, int node) { m->node[node].opens++; }

void model_close(struct model *m, int node)
{
    m->node[node].opens--;
    end_node(m, node);
}

static uint64 content_of(struct model_node *f)
{
    if (f->changed) {
        f->content = 0;
        for (uint i = 0; i < f->nblocks; i++) {
            uint64 begins = f->block[i].index * BSIZE;
            if (begins < f->size)
                f->content += walk_content(f->block[i].index, f->block[i].bytes,
                                           min_u64(BSIZE, f->size - begins));
        }
        f->changed = false;
    }
    return f->content;
}

static uint32 links_of(struct model *m, int node)
{
    uint32 links = 1;
    if (m->node[node].type != T_DIR)
        return m->node[node].nlink;
    for (struct model_name *n = m->name; n < &m->name[MODEL_NAMES]; n++)
        if (n->used && n->dir == node && m->node[n->node].type == T_DIR)
            links++;
    return links;
}

static void add_item(struct model *m, struct tree *tree, const char *path, int node)
{
    struct model_node *f = &m->node[node];
    struct tree_item *item = tree_add(tree, path);
    item->type = f->type;
    item->nlink = links_of(m, node);
    item->inode = node;
    if (f->type == T_DIR)
        return;
    item->size = f->size;
    item->content = content_of(f);
}

void model_tree(struct model *m, struct tree *tree)
{
    char path[TREE_PATH];
    tree->n = 0;
    add_item(m, tree, "/", 0);
    for (struct model_name *n = m->name; n < &m->name[MODEL_NAMES]; n++) {
        if (!n->used)
            continue;
        model_path(m, n->dir, n->name, path, sizeof(path));
        add_item(m, tree, path, n->node);
    }
    tree_finish(tree);
}

// --- The model of what the kernel has mounted ---

struct loading {
    struct model *m;
    int node_of[65536]; // by inode number; 0: not met yet
};

static void load_content(struct model *m, int node, uint32 inum)
{
    struct inode *ip;
    uint8 bytes[BSIZE];
    if (inode_get(inum, &ip) != 0 || inode_load(ip) != 0)
        world_fail("inode %u cannot be read", inum);
    uint64 size = ip->d.size;
    for (uint64 off = 0; off < size; off += BSIZE) {
        inode_lock(ip);
        int64 n = inode_read(ip, bytes, off, BSIZE);
        inode_unlock(ip);
        if (n <= 0)
            world_fail("inode %u cannot be read: error %ld", inum, n);
        if (walk_content(off / BSIZE, bytes, n) != 0)
            model_write(m, node, off, bytes, n);
    }
    inode_put(ip);
    m->node[node].size = size;
}

static void load_entry(const struct walk_entry *entry, void *arg)
{
    struct loading *l = arg;
    struct model *m = l->m;
    const char *name = strrchr(entry->path, '/') + 1;
    int dir = 0;
    if (*name == 0)
        return;                                          // the root
    for (const char *at = entry->path + 1; at < name;) { // down to its directory
        char part[MODEL_NAME];
        const char *end = strchr(at, '/');
        snprintf(part, sizeof(part), "%.*s", (int)(end - at), at);
        dir = model_find(m, dir, part)->node;
        at = end + 1;
    }
    if (l->node_of[entry->inum]) {
        model_link(m, dir, name, l->node_of[entry->inum]);
        return;
    }
    int node = model_make(m, dir, name, entry->type, 0);
    l->node_of[entry->inum] = node;
    if (entry->type != T_DIR)
        load_content(m, node, entry->inum);
}

struct model *model_of_kernel(void)
{
    struct loading *l = calloc(1, sizeof(*l));
    if (!l)
        abort();
    struct model *m = l->m = model_new();
    walk_tree(load_entry, l);
    free(l);
    return m;
}
