// rm [-r] file...: removes files and empty directories. -r: removes directories with all that is in
// them.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

static int remove_tree(const char *path);

// Removes everything in a directory. After each removal it reads the directory from the beginning
// again, because its entries may have moved.
static int remove_entries(const char *dir)
{
    char name[DIRSIZ + 1], path[MAXPATH];

    for (;;) {
        int fd = open(dir, O_RDONLY | O_NOFOLLOW);
        if (fd < 0)
            return -1;

        int more = next_name(fd, name);
        close(fd);
        if (more <= 0)
            return more;

        if (join_path(path, dir, name) < 0 || remove_tree(path) < 0)
            return -1;
    }
}

// Removes a file, or a directory with everything in it. Returns 0, or -1 (errno).
static int remove_tree(const char *path)
{
    struct stat st;

    if (unlink(path) == 0)
        return 0;

    // Only a directory that is not empty can be helped. Else errno is that of unlink.
    int err = errno;
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    int is_dir = fd >= 0 && fstat(fd, &st) == 0 && st.type == T_DIR;
    if (fd >= 0)
        close(fd);
    errno = err;
    if (!is_dir || err != ENOTEMPTY)
        return -1;

    if (remove_entries(path) < 0)
        return -1;
    return unlink(path);
}

int main(int argc, char **argv)
{
    int recursive = argc > 1 && strcmp(argv[1], "-r") == 0;
    int first = recursive ? 2 : 1;
    int status = 0;

    if (!recursive)
        refuse_option(argv[1], "rm [-r] file...");
    if (argc <= first)
        usage("rm [-r] file...");

    for (int i = first; i < argc; i++) {
        int result = recursive ? remove_tree(argv[i]) : unlink(argv[i]);
        if (result < 0) {
            complain("rm: cannot remove %s", argv[i]);
            status = 1;
        }
    }
    return status;
}
