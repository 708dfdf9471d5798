// Directories and names, as programs written for xv6 rely on them, and the table of the area: see
// names.h.
#include "user/tests/usertests/names.h"

static void opentest(void)
{
    make_file("f", "text");
    int a = open("f", O_RDONLY), b = open("f", O_RDONLY);
    expect(a >= 0 && b == a + 1, "each open gives the lowest free descriptor");
    expect(close(a) == 0 && open("f", O_RDONLY) == a, "also one that was closed");
    expect(close(a) == 0 && close(b) == 0, "close");
    FAILS(open("missing", O_RDONLY), ENOENT);
    FAILS(open("/missing", O_RDWR), ENOENT);
    FAILS(close(a), EBADF);
    WORKS(unlink("f"));
}

static void createtest(void)
{
    const int n = 52;
    for (int i = 0; i < n; i++)
        make_file(numbered("f", i), "");
    expect(count_names(".") == n, "%d files", n);
    for (int i = 0; i < n; i++) {
        struct stat st = look_at(numbered("f", i));
        expect(st.type == T_FILE && st.nlink == 1 && st.size == 0, "f%d is an empty file", i);
        WORKS(unlink(numbered("f", i)));
        expect_none(numbered("f", i));
    }
}

static void dirtest(void)
{
    uint here = inode_of(".");
    WORKS(mkdir("d"));
    expect_node("d", T_DIR, 1);
    WORKS(chdir("d"));
    expect(inode_of("..") == here && inode_of(".") == inode_of("../d"),
           ". and .. of the new directory");
    FAILS(unlink("../d/none"), ENOENT);
    WORKS(chdir(".."));
    expect(inode_of(".") == here, "back again");
    WORKS(unlink("d"));
    FAILS(chdir("d"), ENOENT);
}

#define MAKERS 4
#define EACH   20

// The process id makes EACH files, and removes every second one again.
static void create_and_delete(int id)
{
    char prefix[] = {'a' + id, 0};
    for (int i = 0; i < EACH; i++) {
        make_file(numbered(prefix, i), prefix);
        if (i % 2)
            WORKS(unlink(numbered(prefix, i)));
    }
    exit(0);
}

static void createdelete(void)
{
    for (int id = 0; id < MAKERS; id++)
        if (must_fork() == 0)
            create_and_delete(id);
    expect_children(MAKERS);
    expect(count_names(".") == MAKERS * EACH / 2, "half of the files are left");
    for (int id = 0; id < MAKERS; id++) {
        char prefix[] = {'a' + id, 0};
        for (int i = 0; i < EACH; i += 2) {
            expect_text(numbered(prefix, i), prefix);
            expect_none(numbered(prefix, i + 1));
            WORKS(unlink(numbered(prefix, i)));
        }
    }
}

#define RIVALS 4
#define NAMES  40

// Tries to make each name, beginning at another one in each process; returns how many were linked.
static int link_or_create(int id)
{
    int linked = 0;
    for (int i = 0; i < NAMES; i++) {
        char *name = numbered("C", (i + id * 10) % NAMES);
        if ((i + id) % 2) {
            int fd = open(name, O_CREATE | O_RDWR);
            expect(fd >= 0 && close(fd) == 0, "open %s", name);
        } else if (link("origin", name) == 0) {
            linked++;
        } else {
            expect(errno == EEXIST, "link %s: EEXIST", name);
        }
    }
    return linked;
}

static int unlink_each(int id)
{
    int n = 0;
    for (int i = 0; i < NAMES; i++) {
        int gone = unlink(numbered("C", (i + id * 10) % NAMES)) == 0;
        expect(gone || errno == ENOENT, "unlink: ENOENT");
        n += gone;
    }
    return n;
}

// Each of the names C0 ... is in a record, once.
static void expect_each_once(void)
{
    char name[DIRSIZ + 1], seen[NAMES] = {0};
    int n = 0, fd = open(".", O_RDONLY);
    while (next_name(fd, name) == 1) {
        int i = atoi(name + 1);
        expect(strcmp(name, "origin") == 0 || (name[0] == 'C' && i < NAMES && !seen[i]++),
               "%s once", name);
        n++;
    }
    close(fd);
    expect(n == 1 + NAMES, "all names are there");
}

static void concreate(void)
{
    make_file("origin", "origin");
    for (int round = 0; round < 10; round++) {
        int linked = together(RIVALS, link_or_create);
        expect_node("origin", T_FILE, 1 + linked);
        expect_each_once();
        int gone = together(RIVALS, unlink_each);
        expect(gone == NAMES, "each name is removed once: %d, not %d", NAMES, gone);
        expect_node("origin", T_FILE, 1);
    }
    WORKS(unlink("origin"));
}

static void subdir_errors(void)
{
    FAILS(open("dd/dd/f/x", O_CREATE | O_RDWR), ENOTDIR);
    FAILS(open("dd/none/x", O_CREATE | O_RDWR), ENOENT);
    FAILS(open("dd", O_CREATE | O_RDWR), EISDIR);
    FAILS(open("dd", O_RDWR), EISDIR);
    FAILS(open("dd", O_WRONLY), EISDIR);
    FAILS(link("dd/f/x", "dd/y"), ENOTDIR);
    FAILS(link("dd/none/x", "dd/y"), ENOENT);
    FAILS(link("dd/f", "dd/dd/f"), EEXIST);
    FAILS(mkdir("dd/f/x"), ENOTDIR);
    FAILS(mkdir("dd/dd/f"), EEXIST);
    FAILS(unlink("dd/f/x"), ENOTDIR);
    FAILS(chdir("dd/f"), ENOTDIR);
    FAILS(chdir("dd/f/x"), ENOTDIR);
    FAILS(unlink("dd"), ENOTEMPTY);
}

static void subdir(void)
{
    WORKS(mkdir("dd"));
    make_file("dd/f", "one");
    WORKS(mkdir("dd/dd"));
    make_file("dd/dd/f", "two");
    expect_text("dd/dd/../f", "one");
    expect_text("dd/../dd/dd/f", "two");
    WORKS(link("dd/dd/f", "dd/dd/g"));
    WORKS(unlink("dd/dd/f"));
    expect_none("dd/dd/f");
    WORKS(chdir("dd"));
    WORKS(chdir("dd/../../dd/dd"));
    expect_text("g", "two");
    expect_text("../f", "one");
    // above the root is the root
    expect_text("../../../../../../../usertests.d/subdir/dd/f", "one");
    WORKS(link("g", "f"));
    WORKS(chdir(test_directory));
    subdir_errors();
    WORKS(unlink("dd/dd/f"));
    WORKS(unlink("dd/dd/g"));
    FAILS(unlink("dd"), ENOTEMPTY);
    WORKS(unlink("dd/f"));
    WORKS(unlink("dd/dd"));
    WORKS(unlink("dd"));
}

static void rmdot(void)
{
    WORKS(mkdir("dots"));
    WORKS(chdir("dots"));
    FAILS(unlink("."), EINVAL);
    FAILS(unlink(".."), EINVAL);
    WORKS(chdir(test_directory));
    FAILS(unlink("dots/."), EINVAL);
    FAILS(unlink("dots/.."), EINVAL);
    FAILS(unlink("dots/./"), EINVAL);
    FAILS(unlink("/"), EBUSY);
    FAILS(unlink("/."), EINVAL);
    WORKS(unlink("dots"));
}

static void dirfile(void)
{
    char buf[8];
    make_file("f", "text");
    FAILS(chdir("f"), ENOTDIR);
    FAILS(open("f/x", O_RDONLY), ENOTDIR);
    FAILS(open("f/x", O_CREATE | O_RDWR), ENOTDIR);
    FAILS(mkdir("f/x"), ENOTDIR);
    FAILS(mknod("f/x", 1, 0), ENOTDIR);
    FAILS(unlink("f/x"), ENOTDIR);
    FAILS(link("/README", "f/x"), ENOTDIR);
    FAILS(link("f/x", "x"), ENOTDIR);
    FAILS(rename("f/x", "x"), ENOTDIR);
    FAILS(rename("f", "f/x"), ENOTDIR);
    FAILS(symlink("x", "f/x"), ENOTDIR);
    FAILS(readlink("f/x", buf, sizeof(buf)), ENOTDIR);
    FAILS(exec("f/x", (char *[]){"x", 0}), ENOTDIR);
    FAILS(open(".", O_RDWR), EISDIR);
    int fd = open(".", O_RDONLY);
    FAILS(write(fd, "x", 1), EBADF);
    close(fd);
    expect_text("f", "text");
    WORKS(unlink("f"));
}

// Failing calls in each of many nested directories: no inode stays in use.
static void iref(void)
{
    const int levels = 51;
    for (int i = 0; i < levels; i++) {
        WORKS(mkdir("d"));
        WORKS(chdir("d"));
        FAILS(mkdir(""), ENOENT);
        FAILS(link("/README", ""), ENOENT);
        FAILS(open("", O_CREATE), ENOENT);
        int fd = open("f", O_CREATE | O_RDWR);
        expect(fd >= 0 && unlink("f") == 0 && close(fd) == 0, "a file comes and goes");
    }
    for (int i = 0; i < levels; i++) {
        WORKS(chdir(".."));
        WORKS(unlink("d"));
    }
    expect(inode_of(".") == inode_of(test_directory), "all the way up");
}

// xv6 cuts names at 14 bytes; here names of 14 bytes and more are different names.
static void fourteen(void)
{
    WORKS(mkdir("12345678901234"));
    FAILS(mkdir("12345678901234"), EEXIST);
    WORKS(mkdir("123456789012345"));
    make_file("12345678901234/12345678901234", "14");
    make_file("12345678901234/123456789012345", "15");
    expect_none("123456789012345/12345678901234");
    expect_text("12345678901234/12345678901234", "14");
    expect_text("12345678901234/123456789012345", "15");
    FAILS(open("123456789012345/123456789012345/123456789012345", O_RDONLY), ENOENT);
    WORKS(unlink("12345678901234/12345678901234"));
    WORKS(unlink("12345678901234/123456789012345"));
    WORKS(unlink("12345678901234"));
    WORKS(unlink("123456789012345"));
}

static void bigdir(void)
{
    const int n = 500;
    make_file("f", "f");
    for (int i = 0; i < n; i++)
        WORKS(link("f", numbered("x", i)));
    expect_node("f", T_FILE, n + 1);
    WORKS(unlink("f"));
    expect(count_names(".") == n, "%d names", n);
    expect_node("x0", T_FILE, n);
    for (int i = 0; i < n; i++)
        expect(unlink(numbered("x", i)) == 0, "unlink x%d", i);
}

// A process tries to open a directory for writing, another removes it meanwhile.
static void openiput(void)
{
    for (int i = 0; i < 30; i++) {
        WORKS(mkdir("d"));
        if (must_fork() == 0) {
            for (int k = 0; k < 3; k++)
                expect(open("d", O_RDWR) == -1 && (errno == EISDIR || errno == ENOENT),
                       "EISDIR, then ENOENT");
            exit(0);
        }
        WORKS(unlink("d"));
        expect_children(1);
    }
}

static void exitiput(void)
{
    for (int i = 0; i < 30; i++) {
        if (must_fork() == 0) {
            WORKS(mkdir("d"));
            WORKS(chdir("d"));
            WORKS(unlink("../d"));
            exit(0); // gives up a directory that has no name
        }
        expect_children(1);
        expect_none("d");
    }
}

static void iput(void)
{
    for (int i = 0; i < 30; i++) {
        WORKS(mkdir("d"));
        WORKS(chdir("d"));
        WORKS(unlink("../d"));
        WORKS(chdir("/"));
        WORKS(chdir(test_directory));
        expect_none("d");
    }
}

const struct test names_tests[] = {
    TEST(openiput, 0, "xv6",
         "opening a directory for writing fails while another process removes it"),
    TEST(exitiput, 0, "xv6", "exit gives up a current directory that was removed"),
    TEST(iput, 0, "xv6", "chdir gives up a current directory that was removed"),
    TEST(opentest, 0, "xv6",
         "open finds what exists, not what does not, and takes the lowest descriptor"),
    TEST(createtest, 0, "xv6", "52 files are made, are empty, and are removed"),
    TEST(dirtest, 0, "xv6", "mkdir, chdir in and out, unlink of a directory"),
    TEST(createdelete, 0, "xv6", "4 processes make and remove files in one directory"),
    TEST(concreate, 0, "xv6",
         "4 processes open, link and unlink the same 40 names: each happens once"),
    TEST(subdir, 0, "xv6", "paths through sub-directories, and the errors where there is none"),
    TEST(fourteen, 0, "xv6", "names of 14 bytes and more are all different"),
    TEST(rmdot, 0, "xv6", ". and .. and the root cannot be removed"),
    TEST(dirfile, 0, "xv6", "a file is no directory, and a directory cannot be written"),
    TEST(iref, 0, "xv6", "failing calls in 51 nested directories keep no inode"),
    TEST(bigdir, SLOW, "xv6", "500 links in one directory"),
    TEST(path_slashes, 0, "", "repeated slashes and dots lead to the same file"),
    TEST(path_root, 0, "", "the root's parent is the root, whose path is /"),
    TEST(path_empty, 0, "", "the empty path is ENOENT in every call"),
    TEST(path_missing, 0, "", "what is not there is ENOENT in every call"),
    TEST(trailing_slash, 0, "", "a slash at the end demands a directory"),
    TEST(path_longest, 0, "",
         "paths may have MAXPATH - 1 bytes; more is ENAMETOOLONG in every call"),
    TEST(name_longest, 0, "",
         "names may have DIRSIZ bytes, which all count; more is ENAMETOOLONG in every call"),
    TEST(name_inside_path, 0, "", "the same for the names of directories on the way"),
    TEST(name_bytes, 0, "", "each byte but 0 and / can be a name"),
    TEST(chdir_errors, 0, "", "a chdir that fails keeps the current directory"),
    TEST(cwd_of_child, 0, "", "a child inherits the current directory and has its own"),
    TEST(getcwd_sizes, 0, "", "getcwd fills a buffer that just fits and refuses smaller ones"),
    TEST(getcwd_renamed, 0, "", "getcwd tells the new path after a rename above"),
    TEST(getcwd_deep, 0, "labs 27",
         "directories deeper than any path can say can be entered and left"),
    TEST(directory_records, 0, "",
         "what programs read of a directory: ., .., each name, filled up with zeroes"),
    TEST(directory_reuses, 0, "", "new names take the records of removed ones"),
    TEST(directory_grows, 0, "",
         "a directory of three full blocks: each name is found, and all can go"),
    TEST(directory_links, 0, "", "a directory's links are its name and the .. of those below it"),
    TEST(directory_as_file, 0, "", "a directory can be read but not written, cut or made anew"),
    TEST(directory_not_empty, 0, "",
         "a directory that holds a file, a link or a directory cannot be removed"),
    TEST(mkdir_errors, 0, "", "mkdir's errors, each exactly, change nothing"),
    TEST(unlink_errors, 0, "", "unlink's errors, each exactly, change nothing"),
    TEST(open_exclusive, 0, "",
         "O_EXCL makes what is new and refuses whatever is there, also a dangling link"),
    TEST(open_existing, 0, "",
         "O_CREATE keeps what is there, O_TRUNC empties it, wrong modes make nothing"),
    TEST(open_without_descriptor, 0, "", "an open that finds no descriptor makes and cuts nothing"),
    TEST(create_once, 0, "known 20", "of 4 processes that make a file with O_EXCL one succeeds"),
    TEST(mkdir_once, 0, "known 20", "of 4 processes that make a directory one succeeds"),
    TEST(mknod_device, 0, "", "a device file works as the device with its numbers"),
    TEST(mknod_errors, 0, "", "mknod refuses wrong numbers; a device without driver is ENXIO"),
    TEST(mknod_unlocks, 0, "labs 19", "a new device file can be used at once, again and again"),
    TEST(rename_moves_file, 0, "", "rename moves a file within and between directories"),
    TEST(rename_replaces_file, 0, "", "rename replaces a file; who has that open keeps it"),
    TEST(rename_same_file, 0, "", "rename between two names of one file does nothing"),
    TEST(rename_replaces_directory, 0, "", "rename replaces an empty directory"),
    TEST(rename_not_empty, 0, "", "rename does not replace a directory that is not empty"),
    TEST(rename_types, 0, "", "a file replaces no directory, nor a directory a file"),
    TEST(rename_below_itself, 0, "", "a directory cannot be moved below itself"),
    TEST(rename_moves_directory, 0, "",
         "a moved directory's .. and the links of both parents follow"),
    TEST(rename_dots, 0, "", "., .. and the root cannot be renamed or replaced"),
    TEST(rename_missing, 0, "", "rename of what is not there changes nothing"),
    TEST(rename_full_block, 0, "", "rename into a directory whose block is full"),
    TEST(rename_is_atomic, 0, "", "a name that is replaced again and again is never missing"),
    TEST(rename_crossing, 0, "labs 18", "renames between two directories, both ways at once"),
    TEST(rename_directories_crossing, 0, "labs 18",
         "two directories that are moved into each other form no circle"),
    END_OF_TESTS,
};
