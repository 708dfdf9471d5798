// cp from to: copies a file; into to, if that is a directory.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/util.h"

static char buf[65536];

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
    int n;
    refuse_option(argv[1], "cp from to");
    if (argc != 3)
        usage("cp from to");
    const char *to = argv[2];
    int from = open(argv[1], O_RDONLY);
    if (from < 0)
        fail("cp: cannot open %s", argv[1]);
    check_source(from, argv[1], &from_st);
    int exists = stat(to, &to_st) == 0;
    if (exists && to_st.type == T_DIR) {
        if (join_path(inside, to, last_name(argv[1])) < 0)
            fail("cp: %s", to);
        to = inside;
        exists = stat(to, &to_st) == 0;
    }
    if (exists && to_st.type == T_FILE && to_st.ino == from_st.ino) {
        fprintf(2, "cp: %s and %s are the same file\n", argv[1], to);
        return 1;
    }
    int fd = open(to, O_WRONLY | O_CREATE | O_TRUNC);
    if (fd < 0)
        fail("cp: cannot open %s", to);
    while ((n = read(from, buf, sizeof(buf))) > 0)
        if (write_all(fd, buf, n) < 0)
            fail("cp: cannot write %s", to);
    if (n < 0)
        fail("cp: cannot read %s", argv[1]);
    return 0;
}
