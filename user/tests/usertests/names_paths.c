// From a path to a file: slashes, dots, missing parts, the longest names and paths, and the
// current directory.
#include "user/tests/usertests/names.h"

void path_slashes(void)
{
    WORKS(mkdir("d"));
    make_file("d/f", "f");
    uint d = inode_of("d"), f = inode_of("d/f");
    static const char *const directory[] = {"d/",  "d//",  "./d",    ".//d/",
                                            "d/.", "d/./", "d/../d", "d/./../d/.//"};
    for (uint i = 0; i < sizeof(directory) / sizeof(directory[0]); i++)
        expect(inode_of(directory[i]) == d, "%s is d", directory[i]);
    static const char *const file[] = {"d/f",     "d//f", "./d/f", "d/./f", ".././path_slashes/d/f",
                                       "d/../d/f"};
    for (uint i = 0; i < sizeof(file) / sizeof(file[0]); i++)
        expect(inode_of(file[i]) == f, "%s is d/f", file[i]);
    WORKS(unlink(".//d///f"));
    WORKS(unlink("d//"));
}

void path_root(void)
{
    static const char *const root[] = {
        "/", "//", "/.", "/..", "/../..", "/./../", "/usertests.d/.."};
    for (uint i = 0; i < sizeof(root) / sizeof(root[0]); i++)
        expect(inode_of(root[i]) == ROOTINO, "%s is the root", root[i]);
    WORKS(chdir("/.."));
    char cwd[MAXPATH];
    expect(getcwd(cwd, sizeof(cwd)) == cwd && strcmp(cwd, "/") == 0, "the root is /, not %s", cwd);
}

void path_empty(void)
{
    char buf[8];
    make_file("f", "");
    FAILS(open("", O_RDONLY), ENOENT);
    FAILS(open("", O_CREATE | O_RDWR), ENOENT);
    FAILS(mkdir(""), ENOENT);
    FAILS(mknod("", 1, 0), ENOENT);
    FAILS(unlink(""), ENOENT);
    FAILS(chdir(""), ENOENT);
    FAILS(link("", "g"), ENOENT);
    FAILS(link("f", ""), ENOENT);
    FAILS(rename("", "g"), ENOENT);
    FAILS(rename("f", ""), ENOENT);
    FAILS(symlink("", "g"), ENOENT);
    FAILS(symlink("f", ""), ENOENT);
    FAILS(readlink("", buf, sizeof(buf)), ENOENT);
    FAILS(exec("", (char *[]){"x", 0}), ENOENT);
    expect(count_names(".") == 1, "f alone is there");
    WORKS(unlink("f"));
}

void path_missing(void)
{
    char buf[8];
    make_file("f", "");
    FAILS(open("no/x", O_RDONLY), ENOENT);
    FAILS(open("no/x", O_CREATE | O_RDWR), ENOENT);
    FAILS(open("no/", O_RDONLY), ENOENT);
    FAILS(open("no/../f", O_RDONLY), ENOENT);
    FAILS(mkdir("no/x"), ENOENT);
    FAILS(mknod("no/x", 1, 0), ENOENT);
    FAILS(unlink("no"), ENOENT);
    FAILS(unlink("no/x"), ENOENT);
    FAILS(chdir("no"), ENOENT);
    FAILS(link("no", "x"), ENOENT);
    FAILS(link("no/x", "x"), ENOENT);
    FAILS(link("f", "no/x"), ENOENT);
    FAILS(symlink("f", "no/x"), ENOENT);
    FAILS(readlink("no", buf, sizeof(buf)), ENOENT);
    FAILS(exec("no", (char *[]){"x", 0}), ENOENT);
    WORKS(unlink("f"));
}

void trailing_slash(void)
{
    char buf[8];
    make_file("f", "f");
    WORKS(symlink("f", "s"));
    FAILS(open("f/", O_RDONLY), ENOTDIR);
    FAILS(open("f/.", O_RDONLY), ENOTDIR);
    FAILS(open("s/", O_RDONLY), ENOTDIR);
    FAILS(unlink("f/"), ENOTDIR);
    FAILS(unlink("s/"), ENOTDIR);
    FAILS(link("f/", "g"), ENOTDIR);
    FAILS(rename("f/", "g"), ENOTDIR);
    FAILS(rename("f", "g/"), ENOTDIR);
    FAILS(chdir("f/"), ENOTDIR);
    FAILS(exec("f/", (char *[]){"f", 0}), ENOTDIR);
    FAILS(readlink("s/", buf, sizeof(buf)), ENOTDIR);
    FAILS(open("f/", O_CREATE | O_RDWR), ENOTDIR);
    FAILS(open("new/", O_CREATE | O_RDWR), EISDIR);
    FAILS(link("f", "new/"), ENOENT);
    FAILS(symlink("f", "new/"), ENOENT);
    FAILS(mknod("new/", 1, 0), ENOENT);
    expect(count_names(".") == 2, "f and s alone are there");
    WORKS(mkdir("new/"));
    WORKS(rename("new/", "newer//"));
    WORKS(unlink("newer/"));
    WORKS(unlink("s"));
    WORKS(unlink("f"));
}

// With the 0 that ends it a path has MAXPATH bytes at most.
void path_longest(void)
{
    char buf[8];
    const int max = MAXPATH - 1;
    int fd = open(path_of(max, "f"), O_CREATE | O_EXCL | O_RDWR);
    expect(fd >= 0 && close(fd) == 0 && inode_of(path_of(max, "f")) == inode_of("f"),
           "a path of %d bytes works", max);
    WORKS(rename(path_of(max, "f"), path_of(max, "g")));
    WORKS(unlink(path_of(max, "g")));
    FAILS(open(path_of(max + 1, "f"), O_CREATE | O_RDWR), ENAMETOOLONG);
    FAILS(mkdir(path_of(max + 1, "f")), ENAMETOOLONG);
    FAILS(mknod(path_of(max + 1, "f"), 1, 0), ENAMETOOLONG);
    FAILS(unlink(path_of(max + 1, "f")), ENAMETOOLONG);
    FAILS(chdir(path_of(max + 1, ".")), ENAMETOOLONG);
    FAILS(link(path_of(max + 1, "f"), "g"), ENAMETOOLONG);
    FAILS(link("g", path_of(max + 1, "f")), ENAMETOOLONG);
    FAILS(rename(path_of(max + 1, "f"), "g"), ENAMETOOLONG);
    FAILS(rename("g", path_of(max + 1, "f")), ENAMETOOLONG);
    FAILS(symlink(path_of(max + 1, "f"), "g"), ENAMETOOLONG);
    FAILS(symlink("f", path_of(max + 1, "g")), ENAMETOOLONG);
    FAILS(readlink(path_of(max + 1, "g"), buf, sizeof(buf)), ENAMETOOLONG);
    FAILS(exec(path_of(max + 1, "f"), (char *[]){"f", 0}), ENAMETOOLONG);
}

void name_longest(void)
{
    char last[DIRSIZ + 1];
    const char *first = name_of(DIRSIZ, 'n'), *dir = name_of(DIRSIZ, 'd'),
               *more = name_of(DIRSIZ + 1, 'n');
    strcpy(last, first);
    last[DIRSIZ - 1] = 'm';
    make_file(first, "first");
    make_file(last, "last");
    expect_text(first, "first"); // all bytes count
    last[DIRSIZ - 1] = 0;
    expect_none(last);
    last[DIRSIZ - 1] = 'm';
    WORKS(mkdir(dir));
    WORKS(chdir(dir));
    WORKS(chdir(".."));
    FAILS(open(more, O_RDONLY), ENAMETOOLONG);
    FAILS(open(more, O_CREATE | O_RDWR), ENAMETOOLONG);
    FAILS(mkdir(more), ENAMETOOLONG);
    FAILS(mknod(more, 1, 0), ENAMETOOLONG);
    FAILS(unlink(more), ENAMETOOLONG);
    FAILS(chdir(more), ENAMETOOLONG);
    FAILS(link(first, more), ENAMETOOLONG);
    FAILS(rename(first, more), ENAMETOOLONG);
    FAILS(symlink(first, more), ENAMETOOLONG);
    WORKS(unlink(first));
    WORKS(unlink(last));
    WORKS(unlink(dir));
    expect(count_names(".") == 0, "nothing else was made");
}

void name_inside_path(void)
{
    char path[MAXPATH];
    const char *dir = name_of(DIRSIZ, 'd'), *more = name_of(DIRSIZ + 1, 'd');
    WORKS(mkdir(dir));
    snprintf(path, sizeof(path), "%s/%s", dir, name_of(DIRSIZ, 'f'));
    make_file(path, "below");
    expect_text(path, "below");
    WORKS(unlink(path));
    snprintf(path, sizeof(path), "%s/f", more);
    FAILS(open(path, O_RDONLY), ENAMETOOLONG);
    FAILS(open(path, O_CREATE | O_RDWR), ENAMETOOLONG);
    snprintf(path, sizeof(path), "%s/../none", dir);
    FAILS(open(path, O_RDONLY), ENOENT);
    WORKS(unlink(dir));
}

// Each byte but 0 and '/' is a name.
void name_bytes(void)
{
    char name[2] = {0, 0};
    for (int c = 1; c < 256; c++) {
        name[0] = c;
        if (c == '.')
            continue;
        int fd = open(name, O_CREATE | O_EXCL | O_RDWR);
        expect(c == '/' ? fd == -1 : fd >= 0, "creating a file called by the byte %d", c);
        close(fd);
    }
    expect(count_names(".") == 253, "253 names, not %d", count_names("."));
    for (int c = 1; c < 256; c++) {
        name[0] = c;
        if (c != '.' && c != '/')
            expect(unlink(name) == 0, "removing the file called by the byte %d", c);
    }
}

void chdir_errors(void)
{
    char cwd[MAXPATH];
    make_file("f", "");
    FAILS(chdir("f"), ENOTDIR);
    FAILS(chdir("/console"), ENOTDIR);
    FAILS(chdir("none"), ENOENT);
    FAILS(chdir("f/.."), ENOTDIR);
    expect(getcwd(cwd, sizeof(cwd)) == cwd && strcmp(cwd, test_directory) == 0,
           "the current directory stays");
    WORKS(unlink("f"));
}

void cwd_of_child(void)
{
    WORKS(mkdir("a"));
    WORKS(mkdir("a/b"));
    WORKS(chdir("a"));
    if (must_fork() == 0) {
        WORKS(chdir("b")); // so it began in a
        make_file("f", "child");
        exit(0);
    }
    expect_children(1);
    expect_text("b/f", "child");
    WORKS(unlink("b/f"));
    WORKS(unlink("b"));
    WORKS(chdir(".."));
    WORKS(unlink("a"));
}

void getcwd_sizes(void)
{
    char cwd[MAXPATH];
    int n = strlen(test_directory);
    memset(cwd, '#', sizeof(cwd));
    expect(getcwd(cwd, n + 1) == cwd && strcmp(cwd, test_directory) == 0 && cwd[n + 1] == '#',
           "a buffer that fits");
    memset(cwd, '#', sizeof(cwd));
    expect(getcwd(cwd, n) == 0 && errno == ERANGE && cwd[0] == '#', "a byte less is too small");
    expect(getcwd(cwd, 1) == 0 && errno == ERANGE, "one byte is too small");
    expect(getcwd(cwd, 0) == 0 && errno == EINVAL, "a size of 0 is an error");
    expect(getcwd(cwd, -1) == 0 && errno == EINVAL, "a negative size is an error");
    expect(getcwd((char *)4, MAXPATH) == 0 && errno == EFAULT, "a bad address is an error");
    WORKS(chdir("/"));
    expect(getcwd(cwd, 2) == cwd && strcmp(cwd, "/") == 0, "two bytes hold /");
}

void getcwd_renamed(void)
{
    char cwd[MAXPATH], wanted[MAXPATH];
    WORKS(mkdir("a"));
    WORKS(mkdir("a/b"));
    WORKS(mkdir("c"));
    WORKS(chdir("a/b"));
    WORKS(rename("../../a", "../../c/z")); // above the current directory
    snprintf(wanted, sizeof(wanted), "%s/c/z/b", test_directory);
    expect(getcwd(cwd, sizeof(cwd)) == cwd && strcmp(cwd, wanted) == 0, "%s, not %s", wanted, cwd);
    WORKS(rename("../b", "../../y")); // the current directory itself
    snprintf(wanted, sizeof(wanted), "%s/c/y", test_directory);
    expect(getcwd(cwd, sizeof(cwd)) == cwd && strcmp(cwd, wanted) == 0, "%s, not %s", wanted, cwd);
    WORKS(unlink("../z"));
    WORKS(unlink("../y"));
    WORKS(chdir(test_directory));
    WORKS(unlink("c"));
}

// Deeper than any path can say, and than getcwd's limit of a page.
void getcwd_deep(void)
{
    static char cwd[2 * PGSIZE];
    const int levels = PGSIZE / (DIRSIZ + 1) + 1;
    uint inode[80];
    int length = strlen(test_directory);
    for (int i = 0; i < levels; i++) {
        WORKS(mkdir(name_of(DIRSIZ, 'd')));
        inode[i] = inode_of(".");
        WORKS(chdir(name_of(DIRSIZ, 'd')));
        length += DIRSIZ + 1;
        if (length < PGSIZE)
            expect(getcwd(cwd, sizeof(cwd)) == cwd && (int)strlen(cwd) == length,
                   "%d bytes at level %d", length, i);
        else
            expect(getcwd(cwd, sizeof(cwd)) == 0 && errno == ERANGE, "ERANGE at %d bytes", length);
    }
    for (int i = levels - 1; i >= 0; i--) {
        WORKS(chdir(".."));
        expect(inode_of(".") == inode[i], ".. leads to level %d", i);
        WORKS(unlink(name_of(DIRSIZ, 'd')));
    }
}
