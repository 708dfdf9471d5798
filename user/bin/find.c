// find path [name] [-exec command [argument...]]: prints the path of each file below path (path
// itself included) that has that name, or of all. With -exec it runs the command with the path as
// its last argument instead. Symbolic links are found and not followed.
// Exit status: 0; 1 if a directory could not be read or a command failed; 127 if the command could
// not be run: no more is tried then.
//
// A directory is read to its end and closed before anything below it is visited: so the depth is
// not bounded by the open files that a process may have, and commands may change what they are
// shown. What bounds it is MAXPATH.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

#define USAGE "find path [name] [-exec command [argument...]]"

static const char *wanted; // a name, or 0: all
static char **command;     // 0: print
static char **path_slot;   // where in command the path goes

struct names {
    char (*name)[DIRSIZ + 1];
    int count, room;
};

static int add_name(struct names *list, const char *name)
{
    if (list->count == list->room) {
        int room = list->room ? list->room * 2 : 8;
        void *more = realloc(list->name, room * sizeof(*list->name));
        if (more == 0)
            return -1;
        list->name = more;
        list->room = room;
    }
    strcpy(list->name[list->count++], name);
    return 0;
}

// The names in a directory. 0, or -1 (errno).
static int read_names(const char *dir, struct names *list)
{
    char name[DIRSIZ + 1];
    int more = -1, fd = open(dir, O_RDONLY | O_NOFOLLOW);
    if (fd < 0)
        return -1;
    while ((more = next_name(fd, name)) > 0 && add_name(list, name) == 0)
        ;
    close(fd);
    return more == 0 ? 0 : -1;
}

static int is_directory(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    int is = fd >= 0 && fstat(fd, &st) == 0 && st.type == T_DIR;
    if (fd >= 0)
        close(fd);
    return is;
}

// Prints it or runs the command on it.
static int found(char *path)
{
    if (command == 0)
        return printf("%s\n", path) < 0;
    *path_slot = path;
    int status = run_command(command);
    if (status == NOT_RUN)
        exit(NOT_RUN);
    return status != 0;
}

// Visits path, and if it is a directory all below it. Returns 1 if something went wrong.
static int visit(char *path)
{
    struct names list = {0};
    int status = 0, descend = is_directory(path);
    if (wanted == 0 || strcmp(last_name(path), wanted) == 0)
        status |= found(path);
    if (descend && read_names(path, &list) < 0) {
        complain("find: cannot read %s", path);
        status = 1;
    }
    for (int i = 0; i < list.count; i++) {
        char below[MAXPATH];
        if (join_path(below, path, list.name[i]) < 0) {
            complain("find: %s/%s", path, list.name[i]);
            status = 1;
            continue;
        }
        status |= visit(below);
    }
    free(list.name);
    return status;
}

static void set_command(int argc, char **argv)
{
    command = calloc(argc + 2, sizeof(*command));
    if (command == 0)
        fail("find");
    memmove(command, argv, argc * sizeof(*command));
    path_slot = command + argc;
}

int main(int argc, char **argv)
{
    struct stat st;
    int i = 2;
    if (argc < 2 || argv[1][0] == '-')
        usage(USAGE);
    if (i < argc && argv[i][0] != '-')
        wanted = argv[i++];
    if (i + 1 < argc && strcmp(argv[i], "-exec") == 0) {
        set_command(argc - i - 1, argv + i + 1);
        i = argc;
    }
    if (i < argc)
        usage(USAGE);
    if (stat(argv[1], &st) < 0)
        fail("find: cannot open %s", argv[1]);
    return visit(argv[1]);
}
