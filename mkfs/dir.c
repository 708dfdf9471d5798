// Directories and paths. See the header.
#include "mkfs/dir.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX (4 * MAXPATH) // of a path while symbolic links are replaced in it

// Where an entry stands: a block of the image and its number there.
struct place {
    uint32 block, i;
};

static struct disk_dirent *entry_edit(struct image *image, struct place place)
{
    return (struct disk_dirent *)image_edit(image, place.block) + place.i;
}

void dirent_name(const struct disk_dirent *entry, char name[DIRSIZ + 1])
{
    memcpy(name, entry->name, DIRSIZ);
    name[DIRSIZ] = 0;
}

enum fs_error name_check(const char *name)
{
    if (strlen(name) > DIRSIZ)
        return FS_NAME_TOO_LONG;
    if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return FS_BAD_NAME;
    return FS_OK;
}

// Finds block number index of a directory. *block: the block of the image; *count: how many entries
// it has.
static enum fs_error entries_at(struct image *image, uint32 dir, uint64 index, uint32 *block,
                                uint32 *count)
{
    const struct dinode *inode = inode_at(image, dir);
    uint64 rest = inode->size / sizeof(struct disk_dirent) - index * DIRENTS_PER_BLOCK;

    *count = rest < DIRENTS_PER_BLOCK ? (uint32)rest : (uint32)DIRENTS_PER_BLOCK;
    enum fs_error err = file_block(image, dir, index, block);
    return !err && *block == 0 ? FS_DAMAGED : err;
}

static uint64 blocks_of_entries(const struct image *image, uint32 dir)
{
    return div_up(inode_at(image, dir)->size / sizeof(struct disk_dirent), DIRENTS_PER_BLOCK);
}

static enum fs_error check_directory(const struct image *image, uint32 dir)
{
    const struct dinode *inode = inode_at(image, dir);

    if (inode->type != T_DIR)
        return FS_NOT_DIRECTORY;
    return inode->size > FILE_SIZE_MAX ? FS_DAMAGED : FS_OK;
}

enum fs_error dir_each(struct image *image, uint32 dir, dir_visit_t visit, void *arg)
{
    enum fs_error err = check_directory(image, dir);
    uint64 blocks = blocks_of_entries(image, dir);

    for (uint64 index = 0; !err && index < blocks; index++) {
        uint32 block, count;
        err = entries_at(image, dir, index, &block, &count);
        if (err)
            return err;
        const struct disk_dirent *entries = image_block(image, block);
        for (uint32 i = 0; i < count; i++)
            if (entries[i].inum != 0 && !visit(&entries[i], arg))
                return FS_OK;
    }
    return err;
}

// Looks for the name; *unused becomes the place of a free entry, if any was met on the way.
static enum fs_error find_entry(struct image *image, uint32 dir, const char *name,
                                struct place *found, struct place *unused)
{
    enum fs_error err = check_directory(image, dir);
    uint64 blocks = blocks_of_entries(image, dir);

    *unused = (struct place){0, 0};
    for (uint64 index = 0; !err && index < blocks; index++) {
        uint32 block, count;
        err = entries_at(image, dir, index, &block, &count);
        if (err)
            return err;
        const struct disk_dirent *entries = image_block(image, block);
        for (uint32 i = 0; i < count; i++) {
            *found = (struct place){block, i};
            if (entries[i].inum == 0)
                *unused = *found;
            else if (strncmp(entries[i].name, name, DIRSIZ) == 0)
                return FS_OK;
        }
    }
    return err ? err : FS_NOT_FOUND;
}

enum fs_error dir_lookup(struct image *image, uint32 dir, const char *name, uint32 *inum)
{
    struct place found, unused;

    if (strlen(name) > DIRSIZ)
        return FS_NAME_TOO_LONG;
    enum fs_error err = find_entry(image, dir, name, &found, &unused);
    if (err)
        return err;
    const struct disk_dirent *entries = image_block(image, found.block);
    *inum = entries[found.i].inum;
    if (*inum >= image->sb.ninodes || inode_at(image, *inum)->type == 0)
        return FS_DAMAGED;
    return FS_OK;
}

static enum fs_error append_entry(struct image *image, uint32 dir, const char *name, uint32 inum)
{
    struct disk_dirent entry = {.inum = (ushort)inum};
    uint64 size = inode_at(image, dir)->size;

    memcpy(entry.name, name, strlen(name));
    return file_write(image, dir, size - size % sizeof(entry), &entry, sizeof(entry));
}

enum fs_error dir_add(struct image *image, uint32 dir, const char *name, uint32 inum)
{
    struct place found, unused;
    enum fs_error err = name_check(name);

    if (err)
        return err;
    err = find_entry(image, dir, name, &found, &unused);
    if (err != FS_NOT_FOUND)
        return err ? err : FS_EXISTS;
    if (!unused.block)
        return append_entry(image, dir, name, inum);
    struct disk_dirent *entry = entry_edit(image, unused);
    *entry = (struct disk_dirent){.inum = (ushort)inum};
    memcpy(entry->name, name, strlen(name));
    return FS_OK;
}

enum fs_error make_node(struct image *image, uint32 dir, const char *name, int type, uint32 *inum)
{
    enum fs_error err = inode_alloc(image, type, inum);

    return err ? err : dir_add(image, dir, name, *inum);
}

// Enters "." and "..", the first entries of a directory.
static enum fs_error add_dots(struct image *image, uint32 dir, uint32 parent)
{
    enum fs_error err = append_entry(image, dir, ".", dir);

    return err ? err : append_entry(image, dir, "..", parent);
}

enum fs_error root_make(struct image *image)
{
    uint32 inum;
    enum fs_error err = inode_alloc(image, T_DIR, &inum);

    return err ? err : add_dots(image, inum, inum);
}

enum fs_error make_directory(struct image *image, uint32 dir, const char *name, uint32 *inum)
{
    if (inode_at(image, dir)->nlink >= LINK_MAX)
        return FS_TOO_MANY_LINKS;
    enum fs_error err = make_node(image, dir, name, T_DIR, inum);
    if (!err)
        err = add_dots(image, *inum, dir);
    if (!err)
        inode_edit(image, dir)->nlink++;
    return err;
}

static bool is_dots(const struct disk_dirent *entry, void *arg)
{
    char name[DIRSIZ + 1];

    dirent_name(entry, name);
    *(bool *)arg = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    return *(bool *)arg;
}

static enum fs_error check_removable(struct image *image, uint32 dir, uint32 inum)
{
    bool empty = true;
    const struct dinode *inode = inode_at(image, inum);

    if (inum == ROOTINO || inum == dir || inode->nlink == 0)
        return FS_DAMAGED;
    if (inode->type != T_DIR)
        return FS_OK;
    if (inode_at(image, dir)->nlink < 2)
        return FS_DAMAGED;
    enum fs_error err = dir_each(image, inum, is_dots, &empty);
    if (err)
        return err;
    return empty ? FS_OK : FS_NOT_EMPTY;
}

enum fs_error remove_name(struct image *image, uint32 dir, const char *name)
{
    uint32 inum;
    struct place found, unused;
    enum fs_error err = name_check(name);

    if (!err)
        err = dir_lookup(image, dir, name, &inum);
    if (!err)
        err = check_removable(image, dir, inum);
    if (err)
        return err;
    find_entry(image, dir, name, &found, &unused);
    memset(entry_edit(image, found), 0, sizeof(struct disk_dirent));
    if (inode_at(image, inum)->type == T_DIR)
        inode_edit(image, dir)->nlink--;
    else if (--inode_edit(image, inum)->nlink > 0)
        return FS_OK;
    return inode_free(image, inum);
}

// Takes the first name off the path, with the slashes behind it: *path then points to what follows.
static enum fs_error next_name(const char **path, char name[DIRSIZ + 1])
{
    const char *p = *path + strspn(*path, "/");
    size_t length = strcspn(p, "/");

    if (length > DIRSIZ)
        return FS_NAME_TOO_LONG;
    memcpy(name, p, length);
    name[length] = 0;
    p += length;
    *path = p + strspn(p, "/");
    return FS_OK;
}

// Puts the target of a symbolic link before the rest of the path, in text; an absolute target
// makes *dir the root.
static enum fs_error expand_link(struct image *image, uint32 link, char *text, const char *rest,
                                 uint32 *dir)
{
    char target[MAXPATH], joined[TEXT_MAX];
    size_t n;
    enum fs_error err = file_read(image, link, 0, target, sizeof(target) - 1, &n);

    if (err)
        return err;
    target[n] = 0;
    if (n == 0 || inode_at(image, link)->size != n)
        return FS_DAMAGED;
    if (snprintf(joined, sizeof(joined), "%s/%s", target, rest) >= TEXT_MAX)
        return FS_NAME_TOO_LONG;
    strcpy(text, joined);
    if (target[0] == '/')
        *dir = ROOTINO;
    return FS_OK;
}

enum fs_error path_find(struct image *image, const char *path, enum follow follow, uint32 *inum)
{
    char text[TEXT_MAX], name[DIRSIZ + 1];
    const char *rest = text;
    uint32 next;
    int links = 0;

    if (snprintf(text, sizeof(text), "%s", path) >= TEXT_MAX)
        return FS_NAME_TOO_LONG;
    *inum = ROOTINO;
    while (*rest) {
        enum fs_error err = next_name(&rest, name);
        if (!err && *name)
            err = dir_lookup(image, *inum, name, &next);
        if (err)
            return err;
        if (!*name)
            break;
        if (inode_at(image, next)->type != T_SYMLINK || (!*rest && follow == NO_FOLLOW)) {
            *inum = next;
            continue;
        }
        links++;
        err = FS_LOOP;
        if (links <= SYMLINK_DEPTH)
            err = expand_link(image, next, text, rest, inum);
        if (err)
            return err;
        rest = text;
    }
    return inode_at(image, *inum)->type ? FS_OK : FS_DAMAGED;
}

enum fs_error path_parent(struct image *image, const char *path, uint32 *dir, char name[DIRSIZ + 1])
{
    size_t end = strlen(path);
    char parent[TEXT_MAX];

    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    if (end - start > DIRSIZ || start >= TEXT_MAX)
        return FS_NAME_TOO_LONG;
    memcpy(name, path + start, end - start);
    name[end - start] = 0;
    memcpy(parent, path, start);
    parent[start] = 0;
    enum fs_error err = path_find(image, parent, FOLLOW, dir);
    return !err && inode_at(image, *dir)->type != T_DIR ? FS_NOT_DIRECTORY : err;
}
