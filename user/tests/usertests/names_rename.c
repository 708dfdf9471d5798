// rename: what may replace what, what moves with a directory, and what others see meanwhile.
#include "user/tests/usertests/names.h"

void rename_moves_file(void)
{
    char c;
    WORKS(mkdir("d"));
    make_file("f", "text");
    uint inode = inode_of("f");
    int fd = open("f", O_RDONLY);
    WORKS(rename("f", "d/g"));
    expect_none("f");
    expect_text("d/g", "text");
    expect(inode_of("d/g") == inode && read(fd, &c, 1) == 1 && c == 't', "it is the same file");
    expect_node("d/g", T_FILE, 1);
    close(fd);
    WORKS(rename("d/g", "d/h"));
    WORKS(rename("d/h", "f"));
    expect(count_names("d") == 0 && count_names(".") == 2, "each old name has gone");
    WORKS(unlink("f"));
    WORKS(unlink("d"));
}

// The file that was replaced stays for processes that have it open.
void rename_replaces_file(void)
{
    char buf[8];
    struct stat st;
    make_file("a", "first");
    make_file("b", "second");
    uint a = inode_of("a");
    int fd = open("b", O_RDONLY);
    WORKS(rename("a", "b"));
    expect_none("a");
    expect_text("b", "first");
    expect(inode_of("b") == a && count_names(".") == 1, "b is what a was");
    expect(fstat(fd, &st) == 0 && st.nlink == 0, "the old b has no name");
    expect(read(fd, buf, sizeof(buf)) == 6 && memcmp(buf, "second", 6) == 0, "and its text");
    close(fd);
    make_file("c", "");
    WORKS(link("c", "e"));
    WORKS(rename("b", "c"));
    expect_node("e", T_FILE, 1); // one link less
    WORKS(unlink("c"));
    WORKS(unlink("e"));
}

void rename_same_file(void)
{
    make_file("a", "text");
    WORKS(link("a", "b"));
    WORKS(rename("a", "b")); // two names of one file: both stay
    expect_node("a", T_FILE, 2);
    WORKS(rename("a", "a"));
    WORKS(rename("a", "./a"));
    expect_node("b", T_FILE, 2);
    WORKS(mkdir("d"));
    WORKS(rename("d", "d"));
    WORKS(rename("d/", "./d"));
    expect_node("d", T_DIR, 1);
    expect_node(".", T_DIR, 2);
    expect(count_names(".") == 3, "all are still there");
    WORKS(unlink("d"));
    WORKS(unlink("a"));
    WORKS(unlink("b"));
}

void rename_replaces_directory(void)
{
    struct stat st;
    WORKS(mkdir("a"));
    make_file("a/f", "inside");
    WORKS(mkdir("b"));
    uint a = inode_of("a");
    int fd = open("b", O_RDONLY);
    WORKS(rename("a", "b"));
    expect_none("a");
    expect(inode_of("b") == a && count_names(".") == 1, "b is what a was");
    expect_text("b/f", "inside");
    expect_node(".", T_DIR, 2);
    expect_node("b", T_DIR, 1);
    expect(fstat(fd, &st) == 0 && st.nlink == 0 && st.ino != a, "the old b has no name");
    close(fd);
    WORKS(unlink("b/f"));
    WORKS(unlink("b"));
    expect_node(".", T_DIR, 1);
}

void rename_not_empty(void)
{
    WORKS(mkdir("a"));
    WORKS(mkdir("b"));
    make_file("b/f", "stays");
    FAILS(rename("a", "b"), ENOTEMPTY);
    WORKS(mkdir("b/c"));
    FAILS(rename("b/c", "b"), ENOTEMPTY); // onto what it lies in
    expect_text("b/f", "stays");
    expect_node("a", T_DIR, 1);
    expect_node("b", T_DIR, 2);
    WORKS(unlink("b/c"));
    WORKS(unlink("b/f"));
    WORKS(unlink("b"));
    WORKS(unlink("a"));
}

void rename_types(void)
{
    make_file("f", "file");
    WORKS(mkdir("d"));
    WORKS(symlink("d", "s"));
    FAILS(rename("f", "d"), EISDIR);
    FAILS(rename("s", "d"), EISDIR);
    FAILS(rename("d", "f"), ENOTDIR);
    FAILS(rename("d", "s"), ENOTDIR); // s itself is meant
    FAILS(rename("f", "new/"), ENOTDIR);
    FAILS(rename("f/x", "y"), ENOTDIR);
    FAILS(rename("d", "f/x"), ENOTDIR);
    expect_text("f", "file");
    expect(count_names(".") == 3, "nothing has changed");
    WORKS(unlink("s"));
    WORKS(unlink("d"));
    WORKS(unlink("f"));
}

void rename_below_itself(void)
{
    WORKS(mkdir("d"));
    WORKS(mkdir("d/e"));
    WORKS(mkdir("d/e/f"));
    WORKS(symlink("d/e", "s"));
    FAILS(rename("d", "d/x"), EINVAL);
    FAILS(rename("d", "d/e/f/x"), EINVAL);
    FAILS(rename("d", "d/e"), EINVAL);
    FAILS(rename("d", "s/x"), EINVAL);
    WORKS(chdir("d/e/f"));
    FAILS(rename("../../../d", "x"), EINVAL);
    FAILS(rename("../../e", "../x"), EINVAL);
    WORKS(rename("../../e", "../../ee")); // beside it
    WORKS(chdir(test_directory));
    WORKS(unlink("d/ee/f"));
    WORKS(unlink("d/ee"));
    WORKS(unlink("d"));
    WORKS(unlink("s"));
}

// A directory that moves takes its ".." along, and the links of both parents change.
void rename_moves_directory(void)
{
    WORKS(mkdir("a"));
    WORKS(mkdir("b"));
    WORKS(mkdir("a/d"));
    make_file("a/d/f", "inside");
    expect_node("a", T_DIR, 2);
    WORKS(rename("a/d", "b/e"));
    expect(inode_of("b/e/..") == inode_of("b"), ".. is the new parent");
    expect_node("a", T_DIR, 1);
    expect_node("b", T_DIR, 2);
    WORKS(unlink("a"));
    expect_text("b/e/../e/f", "inside");
    WORKS(mkdir("a"));
    WORKS(mkdir("a/x"));
    WORKS(rename("b/e", "a/x")); // over an empty one
    expect(inode_of("a/x/..") == inode_of("a"), ".. is the new parent");
    expect_node("a", T_DIR, 2);
    expect_node("b", T_DIR, 1);
    WORKS(rename("a/x", "a/y")); // within its parent
    expect_node("a", T_DIR, 2);
    WORKS(unlink("a/y/f"));
    WORKS(unlink("a/y"));
    WORKS(unlink("a"));
    WORKS(unlink("b"));
}

void rename_dots(void)
{
    WORKS(mkdir("d"));
    FAILS(rename(".", "e"), EINVAL);
    FAILS(rename("d/.", "e"), EINVAL);
    FAILS(rename("d/..", "e"), EINVAL);
    FAILS(rename("d", "."), EINVAL);
    FAILS(rename("d", "d/.."), EINVAL);
    FAILS(rename("/", "e"), EBUSY);
    FAILS(rename("d", "/"), EBUSY);
    expect(count_names(".") == 1, "nothing has changed");
    WORKS(unlink("d"));
}

void rename_missing(void)
{
    make_file("f", "text");
    FAILS(rename("none", "f"), ENOENT);
    FAILS(rename("none", "none"), ENOENT);
    FAILS(rename("none/x", "g"), ENOENT);
    FAILS(rename("f", "none/x"), ENOENT);
    expect_text("f", "text");
    WORKS(unlink("f"));
}

// Into a directory whose block is full, so that it grows.
void rename_full_block(void)
{
    const int full = BSIZE / sizeof(struct dirent) - 2;
    WORKS(mkdir("d"));
    make_file("f", "");
    for (int i = 0; i < full; i++)
        WORKS(link("f", numbered("d/", i)));
    expect(look_at("d").size == BSIZE, "the block is full");
    WORKS(rename("f", "d/f"));
    expect(look_at("d").size == BSIZE + sizeof(struct dirent), "the directory has grown");
    WORKS(rename("d/f", "f"));
    WORKS(rename("d/0", "d/f0")); // the new record comes before the old one goes
    expect(count_names("d") == full, "%d names", full);
    expect_node("d/f0", T_FILE, full + 1);
    WORKS(unlink("d/f0"));
    for (int i = 1; i < full; i++)
        WORKS(unlink(numbered("d/", i)));
    WORKS(unlink("d"));
    WORKS(unlink("f"));
}

#define ROUNDS 150

static void look_always(void)
{
    char buf[8];
    for (int i = 0; i < 2 * ROUNDS; i++) {
        int fd = open("name", O_RDONLY);
        expect(fd >= 0, "the name is there at every moment");
        int n = read(fd, buf, sizeof(buf));
        expect((n == 3 && memcmp(buf, "odd", 3) == 0) || (n == 4 && memcmp(buf, "even", 4) == 0),
               "one whole text");
        close(fd);
    }
    exit(0);
}

void rename_is_atomic(void)
{
    make_file("name", "odd");
    if (must_fork() == 0)
        look_always();
    for (int i = 0; i < ROUNDS; i++) {
        make_file("new", i % 2 ? "odd" : "even");
        WORKS(rename("new", "name"));
    }
    expect_children(1);
    expect_text("name", "odd");
    WORKS(unlink("name"));
}

static int carry(int id)
{
    static const char *const ways[][2] = {{"a/x", "b/x"}, {"b/y", "a/y"}, {"a/d", "b/d"}};
    const char *from = ways[id][0], *to = ways[id][1];
    for (int i = 0; i < ROUNDS; i++) {
        WORKS(rename(from, to));
        WORKS(rename(to, from));
    }
    return 0;
}

// labs 18: two directories at once, each way: no deadlock, and no name is lost.
void rename_crossing(void)
{
    WORKS(mkdir("a"));
    WORKS(mkdir("b"));
    make_file("a/x", "x");
    make_file("b/y", "y");
    WORKS(mkdir("a/d"));
    expect(together(3, carry) == 0, "all is carried");
    expect_text("a/x", "x");
    expect_text("b/y", "y");
    expect(inode_of("a/d/..") == inode_of("a"), ".. of what was carried");
    expect_node("a", T_DIR, 2);
    expect_node("b", T_DIR, 1);
    WORKS(unlink("a/d"));
    WORKS(unlink("a/x"));
    WORKS(unlink("b/y"));
    WORKS(unlink("a"));
    WORKS(unlink("b"));
}

// Puts a directory into its sister, if that has not gone into it first: that it may not do.
static int swallow(int id)
{
    const char *from = id ? "a" : "b", *to = id ? "b/a" : "a/b";
    for (int i = 0; i < 10 * ROUNDS; i++) {
        if (rename(from, to) == 0)
            WORKS(rename(to, from));
        else
            expect(errno == ENOENT || errno == EINVAL, "ENOENT or EINVAL");
    }
    return 0;
}

void rename_directories_crossing(void)
{
    WORKS(mkdir("a"));
    WORKS(mkdir("b"));
    expect(together(2, swallow) == 0, "none is lost");
    expect(inode_of("a/..") == inode_of(".") && inode_of("b/..") == inode_of("."),
           "both are where they were");
    expect_node(".", T_DIR, 3);
    WORKS(unlink("a"));
    WORKS(unlink("b"));
}
