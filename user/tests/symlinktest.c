// symlinktest: symbolic links, by what a program sees of them. Each part runs in a child, in a
// directory of its own, which is removed afterwards; nothing may stay in use.
//
//     symlinks              what links hold and where they lead; cycles, chains, missing targets;
//                           which calls mean the link itself
//     concurrent symlinks   processes that make, follow and remove the same links at once
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/test.h"

#define FOLDER "/symlinktest.d"

#define WORKS(call) expect((call) >= 0, "%s", #call " works")
#define FAILS(call, error)                                                                         \
    expect((errno = 0, (call) == -1 && errno == (error)), "%s", #call " fails with " #error)

static void put_text(const char *path, const char *text)
{
    int fd = open(path, O_CREATE | O_WRONLY | O_TRUNC);
    expect(fd >= 0 && write_all(fd, text, strlen(text)) == 0 && close(fd) == 0, "%s can be written",
           path);
}

static void expect_text(const char *path, const char *text)
{
    char buf[32];
    int n = strlen(text), fd = open(path, O_RDONLY);
    expect(fd >= 0, "open %s", path);
    expect(read_all(fd, buf, sizeof(buf)) == n && memcmp(buf, text, n) == 0, "`%s' in %s", text,
           path);
    close(fd);
}

// What stands at path itself.
static struct stat look_at(const char *path)
{
    struct stat st = {0};
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    expect(fd >= 0 && fstat(fd, &st) == 0, "open of %s itself", path);
    close(fd);
    return st;
}

static void expect_link(const char *path, const char *target)
{
    char buf[MAXPATH];
    int n = strlen(target);
    expect(look_at(path).type == T_SYMLINK, "%s is a symbolic link", path);
    expect(readlink(path, buf, sizeof(buf)) == n && memcmp(buf, target, n) == 0, "%s holds `%s'",
           path, target);
}

static char *numbered(const char *prefix, int n)
{
    static char names[2][MAXPATH];
    static int next;
    char *name = names[next++ % 2];
    snprintf(name, MAXPATH, "%s%d", prefix, n);
    return name;
}

static void leads_to_a_file(void)
{
    WORKS(symlink("f", "s"));
    expect_link("s", "f");
    FAILS(open("s", O_RDONLY), ENOENT);
    put_text("f", "first");
    expect_text("s", "first");
    put_text("s", "written through");
    expect_text("f", "written through");
    expect_link("s", "f");
    WORKS(unlink("f"));
    FAILS(open("s", O_RDONLY), ENOENT);
    put_text("f", "second");
    expect_text("s", "second"); // whatever has the name now
    FAILS(symlink("g", "s"), EEXIST);
    FAILS(symlink("g", "f"), EEXIST);
    expect_link("s", "f");
    expect_text("f", "second");
}

// Without O_NOFOLLOW a link can only be removed, renamed and linked to as itself.
static void stands_for_itself(void)
{
    put_text("f", "text");
    WORKS(symlink("f", "s"));
    FAILS(open("s", O_WRONLY | O_NOFOLLOW), ELOOP);
    expect(look_at("f").type == T_FILE, "O_NOFOLLOW opens what is no link");
    WORKS(link("s", "t"));
    expect(look_at("t").ino == look_at("s").ino, "t is another name of the link");
    expect(look_at("f").nlink == 1 && look_at("s").nlink == 2,
           "the link has two names, the file one");
    WORKS(unlink("s"));
    expect_text("t", "text");
    WORKS(unlink("f"));
    expect_link("t", "f");
    WORKS(unlink("t")); // it leads nowhere
    FAILS(open("t", O_RDONLY | O_NOFOLLOW), ENOENT);
}

static void leads_through_directories(void)
{
    WORKS(mkdir("d"));
    put_text("f", "outer");
    put_text("d/f", "inner");
    WORKS(symlink("f", "d/s"));
    WORKS(symlink("../f", "d/up"));
    WORKS(symlink(FOLDER "/f", "d/far"));
    WORKS(symlink("d/s", "s"));
    WORKS(symlink("d", "dir"));
    expect_text("d/s", "inner"); // from where the link is, not from where the program is
    expect_text("d/up", "outer");
    expect_text("d/far", "outer");
    expect_text("s", "inner");
    expect_text("dir/up", "outer");
    WORKS(chdir("dir"));
    expect_text("s", "inner");
    WORKS(chdir(FOLDER));
    WORKS(symlink("/README", "readme"));
    struct stat st;
    expect(stat("readme", &st) == 0 && st.ino == look_at("/README").ino,
           "the link to /README leads there");
}

static void goes_round(void)
{
    WORKS(symlink("b", "a"));
    WORKS(symlink("c", "b"));
    WORKS(symlink("a", "c"));
    WORKS(symlink("self", "self"));
    FAILS(open("a", O_RDONLY), ELOOP);
    FAILS(open("c", O_RDWR), ELOOP);
    FAILS(open("self", O_RDONLY), ELOOP);
    FAILS(open("self", O_RDWR | O_CREATE), ELOOP);
    FAILS(chdir("a"), ELOOP);
    FAILS(mkdir("self/d"), ELOOP);
    expect_link("self", "self");
}

static void goes_far(void)
{
    const int n = SYMLINK_DEPTH;
    WORKS(symlink("end", "l1"));
    for (int i = 2; i <= n + 1; i++)
        WORKS(symlink(numbered("l", i - 1), numbered("l", i)));
    FAILS(open(numbered("l", n), O_RDONLY), ENOENT);
    put_text("end", "far away");
    for (int i = 1; i <= n; i++)
        expect_text(numbered("l", i), "far away");
    FAILS(open(numbered("l", n + 1), O_RDONLY), ELOOP);
}

static uint64 inodes_in_core(void)
{
    struct sysinfo s;
    WORKS(sysinfo(&s));
    return s.inodes;
}

// More links than descriptors, and each has been followed: none may stay in core for that.
static void there_are_many(void)
{
    const int n = 600;
    put_text("f", "many");
    uint64 before = inodes_in_core();
    for (int i = 0; i < n; i++)
        WORKS(symlink(i % 2 ? "f" : "none", numbered("s", i)));
    for (int i = 0; i < n; i++) {
        if (i % 2)
            expect_text(numbered("s", i), "many");
        else
            FAILS(open(numbered("s", i), O_RDONLY), ENOENT);
    }
    uint64 after = inodes_in_core();
    expect(after == before, "%lu inodes in core, not %lu", before, after);
}

static void remove_folder(void *arg)
{
    (void)arg;
    exec("/rm", (char *[]){"rm", "-r", FOLDER, 0});
    exit(1);
}

// Into a folder that is empty.
static void begin(void)
{
    struct stat st;
    WORKS(chdir("/"));
    expect(stat(FOLDER, &st) < 0 || status_of(remove_folder, 0) == 0, FOLDER " can be removed");
    WORKS(mkdir(FOLDER));
    WORKS(chdir(FOLDER));
}

static void symlinks(void *arg)
{
    void (*const parts[])(void) = {leads_to_a_file, stands_for_itself, leads_through_directories,
                                   goes_round,      goes_far,          there_are_many};
    (void)arg;
    for (uint i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        begin();
        parts[i]();
    }
}

// One of the links s0 ... s3 is made, removed, followed or looked at; others do the same with it.
static void one_step(void)
{
    char text[8];
    struct stat st;
    const char *name = numbered("s", rand() % 4);
    int fd = -1;
    switch (rand() % 4) {
    case 0:
        expect(symlink("f", name) == 0 || errno == EEXIST, "symlink works, or the link is there");
        return;
    case 1:
        expect(unlink(name) == 0 || errno == ENOENT, "unlink works, or the link is gone");
        return;
    case 2:
        fd = open(name, O_RDONLY);
        expect(fd < 0 || (read(fd, text, sizeof(text)) == 4 && memcmp(text, "text", 4) == 0),
               "the link leads to f");
        break;
    case 3:
        fd = open(name, O_RDONLY | O_NOFOLLOW);
        expect(fd < 0 || (fstat(fd, &st) == 0 && st.type == T_SYMLINK && st.size == 1),
               "it is a link");
        expect(fd < 0 || (read(fd, text, sizeof(text)) == 1 && text[0] == 'f'),
               "it holds its target");
        break;
    }
    expect(fd >= 0 || errno == ENOENT, "open works, or the link is gone");
    close(fd);
}

static void concurrent(void *arg)
{
    const int processes = 4;
    (void)arg;
    begin();
    put_text("f", "text");
    for (int i = 0; i < processes; i++) {
        if (must_fork() == 0) {
            srand(i + 1);
            for (int step = 0; step < 600; step++)
                one_step();
            exit(0);
        }
    }
    expect_children(processes);
    expect_text("f", "text");
    expect(look_at("f").nlink == 1, "f has one name");
}

// A part passes if it ends well, and leaves nothing in use.
static int run(const char *name, void (*part)(void *))
{
    struct sysinfo before;
    test_name = name;
    leak_start(&before);
    int failed = status_of(part, 0) != 0;
    failed |= status_of(remove_folder, 0) != 0;
    failed |= leak_check(&before, 1) != 0;
    printf("test %s: %s\n", name, failed ? "FAILED" : "ok");
    return failed;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("symlinktest");
    int failed = run("symlinks", symlinks);
    failed |= run("concurrent symlinks", concurrent);
    return failed;
}
