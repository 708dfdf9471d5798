// find path [name] [-exec command [argument...]]: prints the path of each file that has that name,
// among path itself and everything below it; without a name it prints all paths. With -exec it does
// not print the path, but runs the command with the path as its last argument. A symbolic link is
// found, but not followed.
// Exit status: 0; 1: a directory could not be read, or a command failed; 127: the command could not
// be run, and find has ended there.
//
// find reads a directory to its end and closes it before it visits anything below. So the depth
// does not depend on how many files a process may have open, and a command may change the
// directory. Only the length of a path is limited (MAXPATH).
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

#define USAGE "find path [name] [-exec command [argument...]]"

static const char *wanted; // a name; NULL: all files
static char **command;     // of -exec; NULL: print
static char **path_slot;   // the place of the path in command

struct names {
    char (*name)[DIRSIZ + 1];
    int count, room;
};

static int add_name(struct names *list, const char *name)
{
    if (list->count == list->room) {
        int room = list->room ? list->room * 2 : 8;
        void *more = realloc(list->name, room * sizeof(*list->name));
        if (more == NULL)
            return -1;
        list->name = more;
        list->room = room;
    }
    strcpy(list->name[list->count++], name);
    return 0;
}

// Adds all names of a directory to the list. Returns 0, or -1 (errno).
static int read_names(const char *dir, struct names *list)
{
    char name[DIRSIZ + 1];
    int more = 1;
    int fd = open(dir, O_RDONLY | O_NOFOLLOW);
    if (fd < 0)
        return -1;

    while (more > 0) {
        more = next_name(fd, name);
        if (more > 0 && add_name(list, name) < 0)
            more = -1;
    }
    close(fd);
    return more;
}

static int is_directory(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    if (fd < 0)
        return 0;
    int is = fstat(fd, &st) == 0 && st.type == T_DIR;
    close(fd);
    return is;
}

// Prints the path of a file that was found, or runs the command on it. Returns 1 if that failed.
static int found(char *path)
{
    if (command == NULL)
        return printf("%s\n", path) < 0;

    *path_slot = path;
    int status = run_command(command);
    if (status == NOT_RUN)
        exit(NOT_RUN);
    return status != 0;
}

// Visits path, and everything below it if it is a directory. Returns 1 if something went wrong.
static int visit(char *path)
{
    struct names list = {0};
    int status = 0, descend = is_directory(path);

    // The directory before its entries. The command may remove it.
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

// Keeps the command of -exec, with room for the path and the NULL behind it.
static void set_command(int argc, char **argv)
{
    command = calloc(argc + 2, sizeof(*command));
    if (command == NULL)
        fail("find");
    memmove(command, argv, argc * sizeof(*command));
    path_slot = command + argc;
}

int main(int argc, char **argv)
{
    struct stat st;
    int i = 2;

    // path, then a name, then -exec and the command.
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
