// Symbolic links: what they hold, where they lead, and which calls do not follow the link.
#include "user/tests/usertests/names.h"

void symlinktest(void)
{
    WORKS(symlink("f", "s"));
    expect_node("s", T_SYMLINK, 1);
    FAILS(open("s", O_RDONLY), ENOENT);
    make_file("f", "first");
    expect_text("s", "first");
    int fd = open("s", O_WRONLY | O_TRUNC);
    expect(fd >= 0 && write(fd, "through", 7) == 7 && close(fd) == 0, "write through the link");
    expect_text("f", "through");
    WORKS(unlink("f"));
    FAILS(open("s", O_RDONLY), ENOENT);
    make_file("f", "second"); // another file
    expect_text("s", "second");
    WORKS(unlink("f"));
    WORKS(unlink("s"));
}

void symlink_text(void)
{
    char buf[32];
    static const char target[] = "some/where else";
    const int n = sizeof(target) - 1;
    WORKS(symlink(target, "s"));
    expect(look_at("s").size == (uint64)n, "its size is the target's");
    memset(buf, '#', sizeof(buf));
    expect(readlink("s", buf, sizeof(buf)) == n && memcmp(buf, target, n) == 0 && buf[n] == '#',
           "the whole target");
    memset(buf, '#', sizeof(buf));
    expect(readlink("s", buf, n) == n && memcmp(buf, target, n) == 0 && buf[n] == '#',
           "a buffer that just fits");
    memset(buf, '#', sizeof(buf));
    expect(readlink("s", buf, 4) == 4 && memcmp(buf, "some#", 5) == 0, "cut at 4 bytes");
    WORKS(unlink("s"));
}

void symlink_loop(void)
{
    char buf[8];
    make_file("f", "");
    WORKS(symlink("b", "a"));
    WORKS(symlink("a", "b"));
    WORKS(symlink("self", "self"));
    FAILS(open("a", O_RDONLY), ELOOP);
    FAILS(open("self", O_RDWR), ELOOP);
    FAILS(open("a", O_CREATE | O_RDWR), ELOOP);
    FAILS(open("a/x", O_CREATE | O_RDWR), ELOOP);
    FAILS(chdir("b"), ELOOP);
    FAILS(mkdir("a/x"), ELOOP);
    FAILS(unlink("a/x"), ELOOP);
    FAILS(link("f", "self/x"), ELOOP);
    FAILS(rename("self/x", "x"), ELOOP);
    FAILS(exec("a", (char *[]){"a", 0}), ELOOP);
    expect(readlink("self", buf, sizeof(buf)) == 4, "the link itself can be read");
    WORKS(unlink("a"));
    WORKS(unlink("b"));
    WORKS(unlink("self"));
    WORKS(unlink("f"));
}

// s1 leads to s0, which is a file, s2 to s1 ...; and d1, which leads to ".", is gone through again
// and again.
void symlink_depth(void)
{
    make_file("s0", "end");
    for (int i = 1; i <= SYMLINK_DEPTH + 1; i++)
        WORKS(symlink(numbered("s", i - 1), numbered("s", i)));
    expect_text(numbered("s", SYMLINK_DEPTH), "end");
    FAILS(open(numbered("s", SYMLINK_DEPTH + 1), O_RDONLY), ELOOP);
    WORKS(symlink(".", "d"));
    char path[MAXPATH] = "s0";
    for (int i = 1; i <= SYMLINK_DEPTH + 1; i++) {
        memmove(path + 2, path, strlen(path) + 1);
        memmove(path, "d/", 2);
        if (i <= SYMLINK_DEPTH)
            expect_text(path, "end");
    }
    FAILS(open(path, O_RDONLY), ELOOP);
    for (int i = 0; i <= SYMLINK_DEPTH + 1; i++)
        WORKS(unlink(numbered("s", i)));
    WORKS(unlink("d"));
}

void symlink_dangling(void)
{
    WORKS(mkdir("d"));
    WORKS(symlink("d/new", "s"));
    WORKS(symlink("none/new", "t"));
    int fd = open("s", O_CREATE | O_RDWR);
    expect(fd >= 0 && write(fd, "made", 4) == 4 && close(fd) == 0, "the target is made");
    expect_text("d/new", "made");
    expect_node("s", T_SYMLINK, 1);
    FAILS(open("t", O_CREATE | O_RDWR), ENOENT);
    WORKS(unlink("d/new"));
    FAILS(mkdir("s"), EEXIST);
    FAILS(mknod("s", 1, 0), EEXIST);
    FAILS(symlink("x", "s"), EEXIST);
    FAILS(link("t", "s"), EEXIST);
    expect(count_names("d") == 0, "only open makes what a link names");
    WORKS(unlink("s"));
    WORKS(unlink("t"));
    WORKS(unlink("d"));
}

void symlink_relative(void)
{
    char path[MAXPATH];
    WORKS(mkdir("d"));
    make_file("f", "outer");
    make_file("d/f", "inner");
    WORKS(symlink("f", "d/s"));
    WORKS(symlink("../f", "d/t"));
    WORKS(symlink("d/s", "u"));
    snprintf(path, sizeof(path), "%s/f", test_directory);
    WORKS(symlink(path, "d/a"));
    expect_text("d/s", "inner");
    expect_text("d/t", "outer");
    expect_text("u", "inner"); // each in its own directory
    expect_text("d/a", "outer");
    WORKS(chdir("d"));
    expect_text("../u", "inner");
    WORKS(chdir(".."));
    WORKS(rename("d/s", "s")); // its directory is another now
    expect_text("s", "outer");
    WORKS(unlink("s"));
    WORKS(unlink("u"));
    WORKS(unlink("d/t"));
    WORKS(unlink("d/a"));
    WORKS(unlink("d/f"));
    WORKS(unlink("d"));
    WORKS(unlink("f"));
}

void symlink_inside_path(void)
{
    WORKS(mkdir("d"));
    WORKS(mkdir("d/e"));
    WORKS(symlink("d", "s"));
    WORKS(symlink("e", "d/t"));
    make_file("s/t/f", "deep");
    expect_text("d/e/f", "deep");
    expect_text("s/t/../t/./f", "deep");
    expect_text("s//t//f", "deep");
    WORKS(link("s/t/f", "s/g"));
    expect_node("d/g", T_FILE, 2);
    WORKS(rename("s/g", "s/t/g"));
    WORKS(unlink("d/e/g"));
    WORKS(mkdir("s/t/h"));
    WORKS(unlink("d/e/h"));
    WORKS(symlink("x", "s/l"));
    WORKS(unlink("d/l"));
    FAILS(open("s/t/f/x", O_RDONLY), ENOTDIR);
    WORKS(unlink("s/t/f"));
    WORKS(unlink("d/t"));
    WORKS(unlink("d/e"));
    WORKS(unlink("s"));
    WORKS(unlink("d"));
}

void symlink_to_directory(void)
{
    char cwd[MAXPATH], wanted[MAXPATH];
    WORKS(mkdir("d"));
    WORKS(mkdir("d/e"));
    WORKS(symlink("d/e", "s"));
    WORKS(chdir("s"));
    snprintf(wanted, sizeof(wanted), "%s/d/e", test_directory);
    expect(getcwd(cwd, sizeof(cwd)) == cwd && strcmp(cwd, wanted) == 0, "%s, not %s", wanted, cwd);
    expect(inode_of("..") == inode_of("../../d"), ".. is the directory's, not the link's");
    WORKS(chdir(test_directory));
    expect(inode_of("s/..") == inode_of("d") && inode_of("s/.") == inode_of("d/e"),
           "the same in a path");
    FAILS(open("s", O_RDWR), EISDIR);
    expect(count_names("s") == 0, "the directory can be read through it");
    WORKS(unlink("d/e"));
    FAILS(chdir("s"), ENOENT);
    WORKS(unlink("d"));
    WORKS(unlink("s"));
}

void symlink_too_long(void)
{
    static char buf[MAXPATH];
    char *target = path_of(MAXPATH - 1, "f");
    make_file("f", "far");
    WORKS(symlink(target, "s"));
    expect(readlink("s", buf, sizeof(buf)) == MAXPATH - 1 && memcmp(buf, target, MAXPATH - 1) == 0,
           "the whole target");
    expect_text("s", "far");
    WORKS(unlink("s"));
    WORKS(symlink(path_of(MAXPATH - 3, "."), "s")); // and behind it "/f"
    expect_text("s/f", "far");
    FAILS(open("s//f", O_RDONLY), ENAMETOOLONG);
    WORKS(unlink("s"));
    WORKS(symlink(name_of(DIRSIZ + 1, 'x'), "s"));
    FAILS(open("s", O_RDONLY), ENAMETOOLONG);
    WORKS(unlink("s"));
    WORKS(unlink("f"));
}

void symlink_errors(void)
{
    char buf[8];
    make_file("f", "");
    WORKS(mkdir("d"));
    WORKS(symlink("target", "s"));
    FAILS(symlink("", "x"), ENOENT);
    FAILS(symlink("x", "f"), EEXIST);
    FAILS(symlink("x", "d"), EEXIST);
    FAILS(symlink("x", "s"), EEXIST);
    FAILS(symlink("x", "."), EEXIST);
    FAILS(readlink("f", buf, sizeof(buf)), EINVAL);
    FAILS(readlink("d", buf, sizeof(buf)), EINVAL);
    FAILS(readlink("/", buf, sizeof(buf)), EINVAL);
    FAILS(readlink("none", buf, sizeof(buf)), ENOENT);
    FAILS(readlink("s", buf, 0), EINVAL);
    FAILS(readlink("s", buf, -1), EINVAL);
    FAILS(readlink("s", (char *)4, 8), EFAULT);
    expect(count_names(".") == 3 && readlink("s", buf, 8) == 6, "nothing has changed");
    WORKS(unlink("s"));
    WORKS(unlink("d"));
    WORKS(unlink("f"));
}

void symlink_slash(void)
{
    char buf[8];
    WORKS(mkdir("d"));
    make_file("f", "text");
    WORKS(symlink("d", "s"));
    WORKS(symlink("f", "t"));
    expect(inode_of("s/") == inode_of("d") && inode_of("s") != inode_of("d"),
           "s/ is the directory");
    FAILS(open("t/", O_RDONLY), ENOTDIR);
    FAILS(open("t/", O_RDONLY | O_NOFOLLOW), ENOTDIR);
    FAILS(open("t/.", O_RDONLY), ENOTDIR);
    FAILS(readlink("s/", buf, sizeof(buf)), EINVAL);
    FAILS(unlink("s/"), ENOTDIR); // no call removes the directory behind a link
    FAILS(mkdir("s/"), ENOTDIR);  // entries are meant themselves, with or without a slash
    WORKS(unlink("s"));
    WORKS(unlink("t"));
    WORKS(unlink("f"));
    WORKS(unlink("d"));
}

void symlink_nofollow(void)
{
    char buf[16];
    struct stat st;
    make_file("f", "text");
    WORKS(symlink("f", "s"));
    WORKS(symlink(".", "d"));
    int fd = open("s", O_RDONLY | O_NOFOLLOW);
    expect(fd >= 0 && fstat(fd, &st) == 0 && st.type == T_SYMLINK && st.size == 1, "the link");
    expect(read(fd, buf, sizeof(buf)) == 1 && buf[0] == 'f', "reads as its target");
    FAILS(write(fd, "x", 1), EBADF);
    close(fd);
    FAILS(open("s", O_WRONLY | O_NOFOLLOW), ELOOP);
    FAILS(open("s", O_RDWR | O_NOFOLLOW), ELOOP);
    FAILS(open("s", O_RDONLY | O_TRUNC | O_NOFOLLOW), ELOOP);
    FAILS(open("s", O_RDWR | O_CREATE | O_NOFOLLOW), ELOOP);
    fd = open("d/f", O_RDWR | O_NOFOLLOW); // only the last name counts
    expect(fd >= 0 && fstat(fd, &st) == 0 && st.type == T_FILE, "the file behind d");
    close(fd);
    expect_text("s", "text");
    WORKS(unlink("d"));
    WORKS(unlink("s"));
    WORKS(unlink("f"));
}

void symlink_itself_changes(void)
{
    char buf[8];
    make_file("f", "text");
    WORKS(symlink("f", "s"));
    WORKS(link("s", "t")); // another name of the link
    expect(inode_of("t") == inode_of("s"), "t is the link too");
    expect_node("t", T_SYMLINK, 2);
    expect_node("f", T_FILE, 1);
    WORKS(rename("s", "u"));
    expect_node("u", T_SYMLINK, 2);
    make_file("g", "other");
    WORKS(rename("g", "u")); // replaces the link, not what it leads to
    expect_text("u", "other");
    expect_text("f", "text");
    expect_node("t", T_SYMLINK, 1);
    WORKS(unlink("t"));
    expect_text("f", "text");
    WORKS(symlink("u", "s"));
    WORKS(rename("s", "f")); // and the other way round
    expect(readlink("f", buf, sizeof(buf)) == 1 && buf[0] == 'u', "f is the link now");
    WORKS(unlink("f"));
    WORKS(unlink("u"));
}

static uint64 inodes_in_core(void)
{
    struct sysinfo s;
    WORKS(sysinfo(&s));
    return s.inodes;
}

void symlink_inodes(void)
{
    const int n = 300;
    uint64 before = inodes_in_core();
    make_file("f", "text");
    for (int i = 0; i < n; i++) {
        WORKS(symlink(i % 2 ? "f" : "none", numbered("s", i)));
        expect(open(numbered("s", i), O_RDONLY | O_CREATE | O_EXCL) == -1 && errno == EEXIST,
               "EEXIST");
        int fd = open(numbered("s", i), O_RDONLY);
        expect(i % 2 ? fd >= 0 && close(fd) == 0 : fd == -1, "every second one leads somewhere");
    }
    uint64 after = inodes_in_core();
    expect(after == before, "%lu inodes in core, not %lu", before, after);
    for (int i = 0; i < n; i++)
        WORKS(unlink(numbered("s", i)));
    WORKS(unlink("f"));
}

static void follow_always(void)
{
    char buf[8];
    for (int i = 0; i < 200; i++) {
        int fd = open("s", O_RDONLY);
        expect(fd >= 0 && read(fd, buf, sizeof(buf)) == 3, "the link leads to a file");
        expect(memcmp(buf, "one", 3) == 0 || memcmp(buf, "two", 3) == 0, "one of both");
        close(fd);
        int n = readlink("s", buf, sizeof(buf));
        expect((n == 1 && buf[0] == 'f') || (n == 3 && memcmp(buf, "./g", 3) == 0),
               "a whole target");
    }
    exit(0);
}

void symlink_concurrent(void)
{
    make_file("f", "one");
    make_file("g", "two");
    WORKS(symlink("f", "s"));
    for (int i = 0; i < 2; i++)
        if (must_fork() == 0)
            follow_always();
    for (int i = 0; i < 150; i++) {
        WORKS(symlink(i % 2 ? "f" : "./g", "new"));
        WORKS(rename("new", "s"));
    }
    expect_children(2);
    WORKS(unlink("s"));
    WORKS(unlink("f"));
    WORKS(unlink("g"));
}
