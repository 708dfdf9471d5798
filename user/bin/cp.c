// cp from to: copies a file. If `to` is a directory, the copy goes into it.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

static char buf[65536];

// Ends the program if the source is a directory.
static void check_source(int fd, const char *name, struct stat *st)
{
    if (fstat(fd, st) < 0)
        fail("cp: cannot stat %s", name);
    if (st->type == T_DIR) {
        errno = EISDIR;
        fail("cp: cannot copy %s", name);
    }
}

int main(int argc, char **argv)
{
    struct stat from_st, to_st;
    char inside[MAXPATH];

    refuse_option(argv[1], "cp from to");
    if (argc != 3)
        usage("cp from to");

    const char *to = argv[2];
    int from = open(argv[1], O_RDONLY);
    if (from < 0)
        fail("cp: cannot open %s", argv[1]);
    check_source(from, argv[1], &from_st);

    // Into a directory: the copy has the name of the source.
    int exists = stat(to, &to_st) == 0;
    if (exists && to_st.type == T_DIR) {
        if (join_path(inside, to, last_name(argv[1])) < 0)
            fail("cp: %s", to);
        to = inside;
        exists = stat(to, &to_st) == 0;
    }

    // Opening the copy empties it: it must not be the source itself.
    if (exists && to_st.type == T_FILE && to_st.ino == from_st.ino) {
        fprintf(2, "cp: %s and %s are the same file\n", argv[1], to);
        return 1;
    }

    int fd = open(to, O_WRONLY | O_CREATE | O_TRUNC);
    if (fd < 0)
        fail("cp: cannot open %s", to);
    for (;;) {
        int n = read(from, buf, sizeof(buf));
        if (n == 0)
            return 0;
        if (n < 0)
            fail("cp: cannot read %s", argv[1]);
        if (write_all(fd, buf, n) < 0)
            fail("cp: cannot write %s", to);
    }
}
