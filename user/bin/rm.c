// rm [-r] file...: removes files and empty directories; -r: directories with all they hold.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

static int remove_tree(const char *path);

// Removes what a directory holds. After each removal the directory is read from its beginning
// again, since its entries may have moved.
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

static int remove_tree(const char *path)
{
    struct stat st;
    if (unlink(path) == 0)
        return 0;
    int error = errno;
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    int is_dir = fd >= 0 && fstat(fd, &st) == 0 && st.type == T_DIR;
    if (fd >= 0)
        close(fd);
    errno = error;
    if (!is_dir || error != ENOTEMPTY)
        return -1;
    return remove_entries(path) < 0 ? -1 : unlink(path);
}

int main(int argc, char **argv)
{
    int recursive = argc > 1 && strcmp(argv[1], "-r") == 0;
    int status = 0;
    if (!recursive)
        refuse_option(argv[1], "rm [-r] file...");
    if (argc < 2 + recursive)
        usage("rm [-r] file...");
    for (int i = 1 + recursive; i < argc; i++) {
        if ((recursive ? remove_tree(argv[i]) : unlink(argv[i])) < 0) {
            complain("rm: cannot remove %s", argv[i]);
            status = 1;
        }
    }
    return status;
}
