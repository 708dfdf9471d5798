// Several names of one file; many processes that make, remove and look up names at the same time.
// Symbolic links are in links_symbolic.c.
#include "user/tests/usertests/names.h"

static void linktest(void)
{
    make_file("a", "text");
    WORKS(link("a", "b"));
    expect(inode_of("b") == inode_of("a"), "both are one file");
    expect_node("a", T_FILE, 2);
    WORKS(unlink("a"));
    expect_none("a");
    expect_text("b", "text");
    expect_node("b", T_FILE, 1);
    FAILS(link("b", "b"), EEXIST);
    FAILS(link("a", "c"), ENOENT);
    FAILS(link(".", "c"), EPERM);
    WORKS(unlink("b"));
    FAILS(link("b", "a"), ENOENT);
    expect(count_names(".") == 0, "nothing is left");
}

static void link_errors(void)
{
    make_file("f", "");
    WORKS(mkdir("d"));
    FAILS(link("d", "e"), EPERM);
    FAILS(link("/", "e"), EPERM);
    FAILS(link("d/..", "e"), EPERM);
    FAILS(link("f", "d"), EEXIST);
    FAILS(link("f", "d/"), EEXIST);
    FAILS(link("f", "."), EEXIST);
    FAILS(link("f", "/"), EEXIST);
    FAILS(link("f", "d/none/x"), ENOENT);
    FAILS(link("f", "f/x"), ENOTDIR);
    expect_node("f", T_FILE, 1);
    expect_node("d", T_DIR, 1);
    WORKS(unlink("d"));
    WORKS(unlink("f"));
}

// What is written through one name is read through the other, in another directory.
static void link_shares_text(void)
{
    WORKS(mkdir("d"));
    make_file("f", "old text");
    WORKS(link("f", "d/g"));
    int fd = open("d/g", O_RDWR);
    expect(fd >= 0 && write(fd, "new", 3) == 3 && close(fd) == 0, "write through d/g");
    expect_text("f", "new text");
    fd = open("f", O_WRONLY | O_TRUNC);
    expect(fd >= 0 && close(fd) == 0 && look_at("d/g").size == 0, "cut through f");
    for (int i = 0; i < 20; i++)
        WORKS(link("f", numbered("d/", i)));
    expect_node("d/7", T_FILE, 22);
    for (int i = 0; i < 20; i++)
        WORKS(unlink(numbered("d/", i)));
    expect_node("f", T_FILE, 2);
    WORKS(unlink("d/g"));
    WORKS(unlink("d"));
    WORKS(unlink("f"));
}

static void unlinkread(void)
{
    char buf[64];
    struct stat st;
    make_file("f", "hello");
    int fd = open("f", O_RDWR);
    WORKS(unlink("f"));
    expect_none("f");
    make_file("f", "another"); // of the same name: another file
    expect(fstat(fd, &st) == 0 && st.nlink == 0 && st.size == 5 && st.ino != inode_of("f"),
           "it is there, nameless");
    expect(read(fd, buf, sizeof(buf)) == 5 && memcmp(buf, "hello", 5) == 0, "its text is there");
    expect(write(fd, " world", 6) == 6 && lseek(fd, 0, SEEK_SET) == 0, "and can be added to");
    expect(read(fd, buf, sizeof(buf)) == 11 && memcmp(buf, "hello world", 11) == 0,
           "and read back");
    close(fd);
    expect_text("f", "another");
    WORKS(unlink("f"));
}

// One of several processes that do the same to a few names: whatever they meet, each call works or
// tells of what another one did.
static int meddle(int id)
{
    srand(id * 97 + 1);
    for (int i = 0; i < 1000; i++) {
        char *name = numbered(id % 2 ? "a/" : "b/", rand() % 3);
        char *other = numbered(rand() % 2 ? "a/" : "b/", rand() % 3);
        int r = 0;
        switch (rand() % 5) {
        case 0:
            r = open(name, O_CREATE | O_RDWR);
            expect(r < 0 || close(r) == 0, "close");
            break;
        case 1:
            r = unlink(name);
            break;
        case 2:
            r = link("cat", name);
            break;
        case 3:
            r = rename(name, other);
            break;
        case 4:
            r = link(name, other);
        }
        expect(r >= 0 || errno == ENOENT || errno == EEXIST, "ENOENT or EEXIST in %s", name);
    }
    return 0;
}

static int remove_all(const char *dir, uint inode)
{
    int n = 0;
    for (int i = 0; i < 3; i++) {
        int fd = open(numbered(dir, i), O_RDONLY);
        n += fd >= 0 && inode_of(numbered(dir, i)) == inode;
        close(fd);
    }
    for (int i = 0; i < 3; i++)
        unlink(numbered(dir, i));
    return n;
}

// labs 18.
static void linkunlink(void)
{
    WORKS(mkdir("a"));
    WORKS(mkdir("b"));
    make_file("cat", "cat");
    expect(together(4, meddle) == 0, "all calls do what they may");
    int links = look_at("cat").nlink, n = remove_all("a/", inode_of("cat"));
    n += remove_all("b/", inode_of("cat"));
    expect(links == 1 + n, "%d names for %d links", 1 + n, links);
    expect_node("cat", T_FILE, 1);
    expect_text("cat", "cat");
    WORKS(unlink("a"));
    WORKS(unlink("b"));
    WORKS(unlink("cat"));
}

// A process that makes and removes a tree of its own name; another walks through it.
static void build_and_raze(void)
{
    for (int i = 0; i < 60; i++) {
        WORKS(mkdir("t"));
        WORKS(mkdir("t/u"));
        make_file("t/u/f", "leaf");
        WORKS(rename("t/u", "t/v"));
        WORKS(unlink("t/v/f"));
        WORKS(unlink("t/v"));
        WORKS(unlink("t"));
    }
    exit(0);
}

static void walk_about(void)
{
    char cwd[MAXPATH];
    for (int i = 0; i < 120; i++) {
        int fd = open(i % 2 ? "t/u/f" : "t/v/../u", O_RDONLY);
        expect(fd >= 0 || errno == ENOENT, "ENOENT");
        close(fd);
        if (chdir("t/u") == 0) {
            expect(getcwd(cwd, sizeof(cwd)) == cwd || errno == ENOENT, "a path, or ENOENT");
            expect(chdir("..") == 0 || errno == ENOENT, ".., or ENOENT");
            WORKS(chdir(test_directory));
        }
    }
    exit(0);
}

static void walk_while_razed(void)
{
    if (must_fork() == 0)
        build_and_raze();
    for (int i = 0; i < 2; i++)
        if (must_fork() == 0)
            walk_about();
    expect_children(3);
    expect(count_names(".") == 0, "nothing is left");
}

// known 13. The names are spread over directories, so that looking them up stays quick.
#define PER_DIR 128

static char *link_name(int i)
{
    static char name[DIRSIZ];
    snprintf(name, sizeof(name), "%d/%d", i / PER_DIR, i % PER_DIR);
    return name;
}

static void link_count_limit(void)
{
    struct stat st;
    int n;
    make_file("file", "");
    for (n = 0; n < LINK_MAX - 1; n++) {
        if (n % PER_DIR == 0)
            WORKS(mkdir(numbered("", n / PER_DIR)));
        expect(link("file", link_name(n)) == 0, "link number %d", n + 2);
    }
    FAILS(link("file", "more"), EMLINK);
    st = look_at("file");
    expect(st.nlink == LINK_MAX, "%d links, not %d", LINK_MAX, st.nlink);
    expect_none("more");
    WORKS(rename("file", link_name(0)));
    WORKS(rename(link_name(1), "more")); // moving a name adds no link
    expect_node("more", T_FILE, LINK_MAX);
    WORKS(rename("more", link_name(1)));
    while (n-- > 0) {
        expect(unlink(link_name(n)) == 0, "unlink %s", link_name(n));
        if (n % PER_DIR == 0)
            WORKS(unlink(numbered("", n / PER_DIR)));
    }
    expect_node("file", T_FILE, 1);
    WORKS(unlink("file"));
}

const struct test links_tests[] = {
    TEST(linktest, 0, "xv6",
         "a file with two names; links to itself, to nothing and to a directory fail"),
    TEST(linkunlink, 0, "xv6, labs 18",
         "4 processes create, link, rename and unlink a few names: links stay true"),
    TEST(unlinkread, 0, "xv6", "an open file without a name is read and written"),
    TEST(link_errors, 0, "", "link's errors, each exactly, add no link"),
    TEST(link_shares_text, 0, "", "what is written through one name is read through all"),
    TEST(walk_while_razed, 0, "labs 18",
         "paths are followed while the directories on them come, move and go"),
    TEST(link_count_limit, SLOW, "known 13", "LINK_MAX names of a file, and EMLINK for one more"),
    TEST(symlinktest, 0, "", "a symbolic link leads to its target, whatever that is at the moment"),
    TEST(symlink_text, 0, "",
         "readlink gives the target exactly, cut at the buffer's size, without a 0"),
    TEST(symlink_loop, 0, "", "links that lead to each other are ELOOP in every call"),
    TEST(symlink_depth, 0, "labs 27",
         "a path may lead through SYMLINK_DEPTH links and not one more"),
    TEST(symlink_dangling, 0, "", "O_CREATE through a dangling link makes its target"),
    TEST(symlink_relative, 0, "",
         "a relative target begins at the link's directory, an absolute one at the root"),
    TEST(symlink_inside_path, 0, "",
         "links in the middle of a path are followed, also by calls that change names"),
    TEST(symlink_to_directory, 0, "", "chdir, .. and getcwd through a link to a directory"),
    TEST(symlink_too_long, 0, "",
         "the longest target; a path that grows too long on the way is ENAMETOOLONG"),
    TEST(symlink_errors, 0, "", "symlink's and readlink's errors, each exactly"),
    TEST(symlink_slash, 0, "", "a slash behind a link demands that it leads to a directory"),
    TEST(symlink_nofollow, 0, "", "O_NOFOLLOW opens the link itself, to be read only"),
    TEST(symlink_itself_changes, 0, "", "unlink, rename and link mean the link itself"),
    TEST(symlink_inodes, ALONE, "", "links hold no inode in core, nor does following them"),
    TEST(symlink_concurrent, 0, "labs 18",
         "a link that is replaced again and again leads to one target or the other"),
    END_OF_TESTS,
};
