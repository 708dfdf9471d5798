// What a file system holds, as a list. See the header.
#include "tests/crash/tree.h"

#include "kernel/stat.h"
#include "tests/crash/walk.h"
#include "tests/crash/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIFFERENCES_MAX 6 // that are told

struct tree_item *tree_add(struct tree *tree, const char *path)
{
    if (tree->n == TREE_MAX)
        world_fail("more than %d names", TREE_MAX);
    struct tree_item *item = &tree->item[tree->n++];
    memset(item, 0, sizeof(*item)); // it is hashed as bytes
    snprintf(item->path, sizeof(item->path), "%s", path);
    return item;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct tree_item *)a)->path, ((const struct tree_item *)b)->path);
}

void tree_finish(struct tree *tree)
{
    uint64 inode[TREE_MAX];

    qsort(tree->item, tree->n, sizeof(tree->item[0]), by_path);
    tree->hash = tree->n;
    for (uint i = 0; i < tree->n; i++)
        inode[i] = tree->item[i].inode;
    for (uint i = 0; i < tree->n; i++) {
        uint first = 0;
        while (inode[first] != inode[i])
            first++;
        tree->item[i].inode = first;
        tree->hash ^= walk_content(tree->hash + i, &tree->item[i], sizeof(tree->item[i]));
    }
}

static void add_entry(const struct walk_entry *entry, void *arg)
{
    if (entry->error)
        world_fail("%s cannot be read: error %d", entry->path, entry->error);
    struct tree_item *item = tree_add(arg, entry->path);
    item->type = entry->type;
    item->nlink = entry->nlink;
    item->size = entry->type == T_DIR ? 0 : entry->size;
    item->content = entry->content;
    item->inode = entry->inum;
}

void tree_of_kernel(struct tree *tree)
{
    tree->n = 0;
    walk_tree(add_entry, tree);
    tree_finish(tree);
}

// The next pair of items of two trees, by path: one of them is 0 if only the other tree has that
// path.
struct pair {
    const struct tree_item *a, *b;
};

static bool next_pair(const struct tree *a, const struct tree *b, uint *i, uint *k,
                      struct pair *pair)
{
    int order = 0;
    if (*i == a->n && *k == b->n)
        return false;
    if (*i == a->n)
        order = 1;
    else if (*k == b->n)
        order = -1;
    else
        order = by_path(&a->item[*i], &b->item[*k]);
    pair->a = order <= 0 ? &a->item[(*i)++] : 0;
    pair->b = order >= 0 ? &b->item[(*k)++] : 0;
    return true;
}

static bool pair_differs(const struct pair *p)
{
    return !p->a || !p->b || p->a->type != p->b->type || p->a->nlink != p->b->nlink ||
           p->a->size != p->b->size || p->a->content != p->b->content;
}

uint tree_distance(const struct tree *a, const struct tree *b)
{
    uint i = 0, k = 0, distance = 0;
    struct pair p;
    while (next_pair(a, b, &i, &k, &p))
        if (pair_differs(&p))
            distance++;
    return distance;
}

static void describe(const struct tree_item *item, char *text, size_t size)
{
    if (item)
        snprintf(text, size, "type %d, %u links, %lu bytes, content %08lx", item->type, item->nlink,
                 item->size, item->content >> 32);
    else
        snprintf(text, size, "not there");
}

void tree_differences(const struct tree *want, const struct tree *got, char *text, size_t size)
{
    uint i = 0, k = 0, told = 0;
    struct pair p;
    size_t at = 0;
    text[0] = 0;
    while (told < DIFFERENCES_MAX && next_pair(want, got, &i, &k, &p)) {
        char a[100], b[100];
        if (!pair_differs(&p))
            continue;
        describe(p.a, a, sizeof(a));
        describe(p.b, b, sizeof(b));
        at += snprintf(text + at, size - at, "    %s: %s, should be: %s\n",
                       p.a ? p.a->path : p.b->path, b, a);
        if (at >= size)
            return;
        told++;
    }
    if (told == 0)
        snprintf(text, size, "    other files are one file under two names\n");
}
