// Files of the host, copied into an image. See the header.
#include "mkfs/copyin.h"

#include "mkfs/diag.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (16 * BSIZE)

static void copy_tree(struct image *image, const char *from, const char *to, const struct stat *st,
                      enum existing existing);

static void check(enum fs_error err, const char *from, const char *to)
{
    if (err == FS_NAME_TOO_LONG)
        fail("%s: cannot become %s: %s (at most %d bytes)", from, to, fs_strerror(err), DIRSIZ);
    if (err)
        fail("%s: cannot become %s: %s", from, to, fs_strerror(err));
}

// The two names joined by a slash; the caller frees it.
static char *join(const char *directory, const char *name)
{
    size_t n = strlen(directory);
    size_t size = n + strlen(name) + 2;
    char *path = must_calloc(size, 1);
    const char *slash = n > 0 && directory[n - 1] == '/' ? "" : "/";

    snprintf(path, size, "%s%s%s", directory, slash, name);
    return path;
}

uint32 make_directories(struct image *image, const char *path)
{
    uint32 parent, inum;
    char name[DIRSIZ + 1];
    enum fs_error err = path_find(image, path, FOLLOW, &inum);

    if (err == FS_NOT_FOUND) {
        char *above = must_calloc(strlen(path) + 1, 1);
        size_t end = strlen(path);
        while (end > 0 && path[end - 1] == '/')
            end--;
        while (end > 0 && path[end - 1] != '/')
            end--;
        memcpy(above, path, end);
        make_directories(image, above);
        free(above);
        err = path_parent(image, path, &parent, name);
        if (!err)
            err = make_directory(image, parent, name, &inum);
    } else if (!err && inode_at(image, inum)->type != T_DIR) {
        err = FS_NOT_DIRECTORY;
    }
    if (err)
        fail("%s: cannot be made: %s", path, fs_strerror(err));
    return inum;
}

// The inode for the file to, new and empty.
static uint32 make_target(struct image *image, const char *from, const char *to, int type,
                          enum existing existing)
{
    uint32 dir, inum;
    char name[DIRSIZ + 1];

    check(path_parent(image, to, &dir, name), from, to);
    enum fs_error err = dir_lookup(image, dir, name, &inum);
    if (!err && existing == REPLACE_EXISTING && inode_at(image, inum)->type != T_DIR)
        check(remove_name(image, dir, name), from, to);
    check(make_node(image, dir, name, type, &inum), from, to);
    return inum;
}

static void append(struct image *image, uint32 inum, const void *data, size_t n, const char *from,
                   const char *to)
{
    check(file_write(image, inum, inode_at(image, inum)->size, data, n), from, to);
}

// As read, but stops short only at the end of the file.
static size_t read_chunk(int fd, char *to, size_t n, const char *name)
{
    size_t done = 0;

    while (done < n) {
        ssize_t got = read(fd, to + done, n - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail("%s: %s", name, strerror(errno));
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return done;
}

static void copy_file(struct image *image, const char *from, const char *to, const struct stat *st,
                      enum existing existing)
{
    static char data[CHUNK];

    if ((uint64)st->st_size > FILE_SIZE_MAX)
        fail("%s: cannot become %s: %s (%llu bytes; at most %llu)", from, to,
             fs_strerror(FS_TOO_LARGE), (unsigned long long)st->st_size,
             (unsigned long long)FILE_SIZE_MAX);
    int fd = open(from, O_RDONLY);
    if (fd < 0)
        fail("%s: %s", from, strerror(errno));
    uint32 inum = make_target(image, from, to, T_FILE, existing);
    size_t n;
    do {
        n = read_chunk(fd, data, sizeof(data), from);
        append(image, inum, data, n, from, to);
    } while (n == sizeof(data));
    close(fd);
}

static void copy_link(struct image *image, const char *from, const char *to, enum existing existing)
{
    char target[MAXPATH];
    ssize_t n = readlink(from, target, sizeof(target));

    if (n < 0)
        fail("%s: %s", from, strerror(errno));
    if (n == 0 || n >= MAXPATH)
        fail("%s: the symbolic link's target is too long (at most %d bytes)", from, MAXPATH - 1);
    append(image, make_target(image, from, to, T_SYMLINK, existing), target, (size_t)n, from, to);
}

static int skip_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

// Not alphasort, whose order depends on the user's language.
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void copy_directory(struct image *image, const char *from, const char *to,
                           enum existing existing)
{
    struct dirent **entries;
    int n = scandir(from, &entries, skip_dots, by_name);

    if (n < 0)
        fail("%s: %s", from, strerror(errno));
    make_directories(image, to);
    for (int i = 0; i < n; i++) {
        struct stat st;
        char *from_path = join(from, entries[i]->d_name);
        char *to_path = join(to, entries[i]->d_name);
        if (lstat(from_path, &st) < 0)
            fail("%s: %s", from_path, strerror(errno));
        check(name_check(entries[i]->d_name), from_path, to_path);
        copy_tree(image, from_path, to_path, &st, existing);
        free(from_path);
        free(to_path);
        free(entries[i]);
    }
    free(entries);
}

static void copy_tree(struct image *image, const char *from, const char *to, const struct stat *st,
                      enum existing existing)
{
    if (S_ISREG(st->st_mode))
        copy_file(image, from, to, st, existing);
    else if (S_ISDIR(st->st_mode))
        copy_directory(image, from, to, existing);
    else if (S_ISLNK(st->st_mode))
        copy_link(image, from, to, existing);
    else
        fail("%s: neither a file nor a directory nor a symbolic link", from);
}

void copy_in(struct image *image, const char *from, const char *to, enum existing existing)
{
    struct stat st;

    if (stat(from, &st) < 0)
        fail("%s: %s", from, strerror(errno));
    copy_tree(image, from, to, &st, existing);
}
