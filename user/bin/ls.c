// ls [path...]: prints a line for each file: its name, type, inode number and size. For a directory
// it prints a line for each entry. Types: 1 directory, 2 file, 3 device, 4 symbolic link.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

#define NAME_WIDTH 14

static void print_entry(const char *name, const struct stat *st)
{
    printf("%-*s %d %u %lu\n", NAME_WIDTH, name, st->type, st->ino, st->size);
}

// stat that does not follow a symbolic link.
static int stat_entry(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    if (fd < 0)
        return -1;
    int result = fstat(fd, st);
    close(fd);
    return result;
}

// Prints all entries, also "." and "..", in the order of the directory. Returns 1 if something went
// wrong.
static int list_directory(int fd, const char *dir)
{
    struct dirent entry;
    struct stat st;
    char name[DIRSIZ + 1], path[MAXPATH];
    int status = 0;

    for (;;) {
        int n = read(fd, &entry, sizeof(entry));
        if (n < 0) {
            complain("ls: cannot read %s", dir);
            return 1;
        }
        if (n != sizeof(entry))
            return status;
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
}

// Lists what path names. Returns 1 if something went wrong.
static int list(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        // A symbolic link that leads nowhere is still an entry.
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
