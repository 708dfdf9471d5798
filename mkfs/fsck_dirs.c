// fsck: directories, walked from the root, and what they say about link counts.
#include "mkfs/diag.h"
#include "mkfs/fsck.h"
#include "mkfs/volume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The walk: directories that were reached, the first done of which have been checked.
struct walk {
    struct fsck *fsck;
    uint32 *queue;
    uint32 count, done;
};

// The entries of one directory that have names of their own.
struct names {
    const struct disk_dirent **entries;
    size_t count, room;
};

static void add_name(struct names *names, const struct disk_dirent *entry)
{
    if (names->count == names->room) {
        names->room = 2 * names->room + 64;
        names->entries = realloc(names->entries, names->room * sizeof(*names->entries));
        if (!names->entries)
            fail("out of memory");
    }
    names->entries[names->count++] = entry;
}

static int by_name(const void *a, const void *b)
{
    const struct disk_dirent *const *left = a, *const *right = b;

    return memcmp((*left)->name, (*right)->name, DIRSIZ);
}

// A name in a form that can be printed.
static const char *printable(const struct disk_dirent *entry)
{
    static char text[DIRSIZ + 1];

    memcpy(text, entry->name, DIRSIZ);
    for (char *p = text; *p; p++)
        if (*p < ' ' || *p == 0x7f)
            *p = '?';
    return text;
}

static void check_unique(struct fsck *fsck, uint32 dir, struct names *names)
{
    if (names->count > 1)
        qsort(names->entries, names->count, sizeof(*names->entries), by_name);
    for (size_t i = 1; i < names->count; i++)
        if (by_name(&names->entries[i - 1], &names->entries[i]) == 0)
            inode_problem(fsck, dir, "has the name \"%s\" twice", printable(names->entries[i]));
    free(names->entries);
}

static bool is_name(const struct disk_dirent *entry, const char *name)
{
    return strncmp(entry->name, name, DIRSIZ) == 0;
}

static void check_name(struct fsck *fsck, uint32 dir, const struct disk_dirent *entry)
{
    const char *end = memchr(entry->name, 0, DIRSIZ);
    const char *limit = entry->name + DIRSIZ;

    if (!entry->name[0])
        inode_problem(fsck, dir, "has an entry without a name (for inode %u)", entry->inum);
    if (memchr(entry->name, '/', end ? (size_t)(end - entry->name) : DIRSIZ))
        inode_problem(fsck, dir, "has a name with a slash: \"%s\"", printable(entry));
    for (; end && end < limit; end++) {
        if (*end) {
            inode_problem(fsck, dir, "\"%s\": the name is not filled up with zeroes",
                          printable(entry));
            return;
        }
    }
}

// Looks at a sub-directory that dir names by entry.
static void reach_directory(struct walk *walk, uint32 dir, const struct disk_dirent *entry)
{
    struct fsck *fsck = walk->fsck;
    struct finding *found = &fsck->found[entry->inum];
    char first[INODE_NAME_SIZE];

    if (found->reached) {
        inode_name(fsck, entry->inum, first, sizeof(first));
        inode_problem(fsck, dir, "\"%s\" is a second name of the directory %s", printable(entry),
                      first);
        return;
    }
    found->reached = true;
    walk->queue[walk->count++] = entry->inum;
}

static void check_entry(struct walk *walk, uint32 dir, const struct disk_dirent *entry)
{
    struct fsck *fsck = walk->fsck;

    check_name(fsck, dir, entry);
    if (entry->inum >= fsck->image.sb.ninodes) {
        inode_problem(fsck, dir, "\"%s\" names inode %u, which does not exist", printable(entry),
                      entry->inum);
        return;
    }
    int type = inode_at(&fsck->image, entry->inum)->type;
    if (type == 0) {
        inode_problem(fsck, dir, "\"%s\" names inode %u, which is free", printable(entry),
                      entry->inum);
        return;
    }
    struct finding *found = &fsck->found[entry->inum];
    if (type == T_DIR) {
        fsck->found[dir].subdirs++;
        reach_directory(walk, dir, entry);
    }
    found->links++;
    if (!found->entry) {
        found->entry = entry;
        found->parent = dir;
    }
}

// The first two entries must be "." for the directory itself and ".." for its parent.
static void check_dots(struct fsck *fsck, uint32 dir, const struct disk_dirent *entry,
                       uint64 number)
{
    const char *name = number == 0 ? "." : "..";
    uint32 inum = number == 0 || dir == ROOTINO ? dir : fsck->found[dir].parent;

    if (!is_name(entry, name) || entry->inum == 0)
        inode_problem(fsck, dir, "entry %u is not \"%s\"", (uint)number, name);
    else
        check_name(fsck, dir, entry);
    if (is_name(entry, name) && entry->inum != 0 && entry->inum != inum)
        inode_problem(fsck, dir, "\"%s\" names inode %u, must name %u", name, entry->inum, inum);
}

static void check_entries(struct walk *walk, uint32 dir, const struct disk_dirent *entries,
                          uint64 number, uint64 end, struct names *names)
{
    for (; number < end; number++, entries++) {
        if (number < 2) {
            check_dots(walk->fsck, dir, entries, number);
            continue;
        }
        if (entries->inum == 0)
            continue;
        if (is_name(entries, ".") || is_name(entries, "..")) {
            inode_problem(walk->fsck, dir, "has a second \"%s\"", printable(entries));
            continue;
        }
        add_name(names, entries);
        check_entry(walk, dir, entries);
    }
}

// The entries of a directory, a block at a time, up to the first block that cannot be read.
static void check_directory(struct walk *walk, uint32 dir)
{
    struct fsck *fsck = walk->fsck;
    uint64 size = inode_at(&fsck->image, dir)->size;
    uint64 total = size / sizeof(struct disk_dirent);
    struct names names = {0};

    if (size % sizeof(struct disk_dirent) != 0 || total < 2)
        inode_problem(fsck, dir, "a directory of %llu bytes", (unsigned long long)size);
    for (uint64 number = 0, end; number < total; number = end) {
        uint64 index = number / DIRENTS_PER_BLOCK;
        uint32 block;
        enum fs_error err = file_block(&fsck->image, dir, index, &block);
        if (err || block == 0) {
            inode_problem(fsck, dir, "block %llu of the directory %s", (unsigned long long)index,
                          err ? "cannot be read" : "is a hole");
            break;
        }
        end = number + DIRENTS_PER_BLOCK < total ? number + DIRENTS_PER_BLOCK : total;
        check_entries(walk, dir, image_block(&fsck->image, block), number, end, &names);
    }
    check_unique(fsck, dir, &names);
}

void check_directories(struct fsck *fsck)
{
    struct walk walk = {.fsck = fsck};

    if (inode_at(&fsck->image, ROOTINO)->type != T_DIR) {
        inode_problem(fsck, ROOTINO, "the root is not a directory");
        return;
    }
    walk.queue = must_calloc(fsck->image.sb.ninodes, sizeof(*walk.queue));
    walk.queue[walk.count++] = ROOTINO;
    fsck->found[ROOTINO].reached = true;
    while (walk.done < walk.count)
        check_directory(&walk, walk.queue[walk.done++]);
    free(walk.queue);
}

static void report_orphan(struct fsck *fsck, uint32 inum)
{
    fsck->orphans++;
    if (fsck->no_orphans)
        inode_problem(fsck, inum, "orphan");
    else if (!fsck->quiet)
        printf("inode %u: orphan (will be reclaimed at mount)\n", inum);
}

void check_links(struct fsck *fsck)
{
    if (!fsck->found[ROOTINO].reached)
        return; // nothing is known
    for (uint32 inum = ROOTINO; inum < fsck->image.sb.ninodes; inum++) {
        const struct dinode *inode = inode_at(&fsck->image, inum);
        const struct finding *found = &fsck->found[inum];
        uint32 nlink = inode->type == T_DIR ? 1 + found->subdirs : found->links;
        if (inode->type == 0)
            continue;
        if (is_orphan(fsck, inum) && inum != ROOTINO)
            report_orphan(fsck, inum);
        else if (inum != ROOTINO && found->links == 0)
            inode_problem(fsck, inum, "is named by no directory that can be reached");
        else if (inode->nlink != nlink)
            inode_problem(fsck, inum, "link count is %u, must be %u", inode->nlink, nlink);
    }
}
