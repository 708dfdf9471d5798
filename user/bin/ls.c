// ls [path...]: for each file a line with its name, type, inode number and size; for a directory
// a line for each of its entries. Types: 1 directory, 2 file, 3 device, 4 symbolic link.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

#define NAME_WIDTH 14

static void print_entry(const char *name, const struct stat *st)
{
    printf("%-*s %d %u %lu\n", NAME_WIDTH, name, st->type, st->ino, st->size);
}

// What path names, symbolic links not followed.
static int stat_entry(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    if (fd < 0)
        return -1;
    int result = fstat(fd, st);
    close(fd);
    return result;
}

// All entries, "." and ".." included, in the directory's order.
static int list_directory(int fd, const char *dir)
{
    struct dirent entry;
    struct stat st;
    char name[DIRSIZ + 1], path[MAXPATH];
    int status = 0, n;
    while ((n = read(fd, &entry, sizeof(entry))) == sizeof(entry)) {
        if (entry.inum == 0)
            continue;
        memmove(name, entry.name, DIRSIZ);
        name[DIRSIZ] = 0;
        if (join_path(path, dir, name) < 0 || stat_entry(path, &st) < 0) {
            complain("ls: cannot stat %s/%s", dir, name);
            status = 1;
            continue;
        }
        print_entry(name, &st);
    }
    if (n < 0)
        complain("ls: cannot read %s", dir);
    return n < 0 ? 1 : status;
}

static int list(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0) { // a dangling symbolic link is still an entry
        if (stat_entry(path, &st) == 0 && st.type == T_SYMLINK) {
            print_entry(last_name(path), &st);
            return 0;
        }
        complain("ls: cannot open %s", path);
        return 1;
    }
    int status = 0;
    if (fstat(fd, &st) < 0) {
        complain("ls: cannot stat %s", path);
        status = 1;
    } else if (st.type == T_DIR) {
        status = list_directory(fd, path);
    } else {
        print_entry(last_name(path), &st);
    }
    close(fd);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0;
    refuse_option(argv[1], "ls [path...]");
    if (argc < 2)
        return list(".");
    for (int i = 1; i < argc; i++)
        status |= list(argv[i]);
    return status;
}
