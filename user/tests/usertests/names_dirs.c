// What directories hold: their records as programs read them, making and removing, devices.
#include "kernel/syscall.h"
#include "user/tests/usertests/names.h"

#define PER_BLOCK (int)(BSIZE / sizeof(struct dirent))

// The record number n of directory path.
static struct dirent record(const char *path, int n)
{
    struct dirent entry;
    int fd = open(path, O_RDONLY);
    expect(fd >= 0 && lseek(fd, n * (off_t)sizeof(entry), SEEK_SET) >= 0, "seek to record %d of %s",
           n, path);
    expect(read(fd, &entry, sizeof(entry)) == sizeof(entry), "read record %d of %s", n, path);
    close(fd);
    return entry;
}

static void expect_record(const char *path, int n, const char *name, uint inode)
{
    struct dirent entry = record(path, n), wanted = {.inum = inode};
    strcpy(wanted.name, name);
    expect(memcmp(&entry, &wanted, sizeof(entry)) == 0,
           "record %d of %s is %s, inode %d, filled up with zeroes", n, path, name, inode);
}

void directory_records(void)
{
    struct dirent entry;
    WORKS(mkdir("d"));
    make_file("d/a", "");
    WORKS(mkdir("d/b"));
    WORKS(link("d/a", "d/c"));
    expect_record("d", 0, ".", inode_of("d"));
    expect_record("d", 1, "..", inode_of("."));
    expect_record("d", 2, "a", inode_of("d/a"));
    expect_record("d", 3, "b", inode_of("d/b"));
    expect_record("d", 4, "c", inode_of("d/a"));
    expect_record("d/b", 1, "..", inode_of("d"));
    expect(look_at("d").size == 5 * sizeof(entry), "5 records");
    int fd = open("d", O_RDONLY);
    expect(lseek(fd, 5 * sizeof(entry), SEEK_SET) > 0 && read(fd, &entry, sizeof(entry)) == 0,
           "then the end");
    close(fd);
    WORKS(unlink("d/a"));
    WORKS(unlink("d/b"));
    WORKS(unlink("d/c"));
    WORKS(unlink("d"));
}

// The record of a removed name is zero and the next new name takes it.
void directory_reuses(void)
{
    static const struct dirent none;
    WORKS(mkdir("d"));
    for (int i = 0; i < 10; i++)
        make_file(numbered("d/f", i), "");
    uint64 size = look_at("d").size;
    WORKS(unlink("d/f3"));
    WORKS(unlink("d/f7"));
    struct dirent third = record("d", 2 + 3), seventh = record("d", 2 + 7);
    expect(memcmp(&third, &none, sizeof(none)) == 0 && memcmp(&seventh, &none, sizeof(none)) == 0,
           "zero records");
    make_file("d/new", "");
    make_file("d/newer", "");
    expect_record("d", 2 + 3, "new", inode_of("d/new"));
    expect_record("d", 2 + 7, "newer", inode_of("d/newer"));
    expect(look_at("d").size == size && count_names("d") == 10, "no record was added");
    for (int i = 0; i < 10; i++)
        if (i != 3 && i != 7)
            WORKS(unlink(numbered("d/f", i)));
    WORKS(unlink("d/new"));
    WORKS(unlink("d/newer"));
    WORKS(unlink("d"));
}

// A directory of three blocks: names are found in each, and once they are gone it can go.
void directory_grows(void)
{
    const int n = 3 * PER_BLOCK - 2;
    struct stat st = {0};
    WORKS(mkdir("d"));
    make_file("f", "all");
    for (int i = 0; i < n; i++) {
        expect(link("f", numbered("d/", i)) == 0, "link %d", i);
        st = look_at("d");
        expect(st.size == (3 + i) * sizeof(struct dirent), "%d records", 3 + i);
    }
    expect(st.size == 3 * BSIZE && count_names("d") == n, "three full blocks");
    for (int i = n - 1; i >= 0; i--) {
        FAILS(unlink("d"), ENOTEMPTY);
        expect(inode_of(numbered("d/", i)) == inode_of("f"), "d/%d is f", i);
        expect(unlink(numbered("d/", i)) == 0 && open(numbered("d/", i), O_RDONLY) == -1,
               "d/%d goes", i);
    }
    expect_node("f", T_FILE, 1);
    WORKS(unlink("d"));
    WORKS(unlink("f"));
}

// A directory's links: its name and the ".." of those below it.
void directory_links(void)
{
    WORKS(mkdir("d"));
    expect_node("d", T_DIR, 1);
    WORKS(mkdir("d/a"));
    WORKS(mkdir("d/b"));
    make_file("d/f", "");
    expect_node("d", T_DIR, 3);
    expect_node("d/a", T_DIR, 1);
    WORKS(unlink("d/a"));
    expect_node("d", T_DIR, 2);
    FAILS(mkdir("d/b"), EEXIST);
    FAILS(unlink("d/a"), ENOENT);
    expect_node("d", T_DIR, 2);
    WORKS(unlink("d/f"));
    WORKS(unlink("d/b"));
    expect_node("d", T_DIR, 1);
    WORKS(unlink("d"));
}

void directory_as_file(void)
{
    WORKS(mkdir("d"));
    FAILS(open("d", O_WRONLY), EISDIR);
    FAILS(open("d", O_RDWR), EISDIR);
    FAILS(open("d", O_RDONLY | O_TRUNC), EISDIR);
    FAILS(open("d", O_RDONLY | O_CREATE), EISDIR);
    FAILS(open("d", O_RDWR | O_CREATE), EISDIR);
    FAILS(open("/", O_RDWR | O_CREATE), EISDIR);
    int fd = open("d", O_RDONLY);
    FAILS(write(fd, "x", 1), EBADF);
    expect(ftruncate(fd, 0) == -1, "ftruncate fails");
    expect(close(fd) == 0 && look_at("d").size == 2 * sizeof(struct dirent), "it is as it was");
    WORKS(unlink("d"));
}

void directory_not_empty(void)
{
    WORKS(mkdir("d"));
    make_file("d/f", "");
    FAILS(unlink("d"), ENOTEMPTY);
    WORKS(unlink("d/f"));
    WORKS(symlink("none", "d/s"));
    FAILS(unlink("d"), ENOTEMPTY);
    WORKS(unlink("d/s"));
    WORKS(mkdir("d/e"));
    FAILS(unlink("d/"), ENOTEMPTY);
    WORKS(unlink("d/e"));
    WORKS(unlink("d"));
    expect_none("d");
}

void mkdir_errors(void)
{
    make_file("f", "f");
    WORKS(mkdir("d"));
    WORKS(symlink("none", "s"));
    FAILS(mkdir("f"), EEXIST);
    FAILS(mkdir("d"), EEXIST);
    FAILS(mkdir("d/"), EEXIST);
    FAILS(mkdir("s"), EEXIST);
    FAILS(mkdir("."), EEXIST);
    FAILS(mkdir("d/.."), EEXIST);
    FAILS(mkdir("/"), EEXIST);
    FAILS(mkdir("f/x"), ENOTDIR);
    FAILS(mkdir("d/none/x"), ENOENT);
    expect(count_names(".") == 3 && count_names("d") == 0, "nothing was made");
    WORKS(unlink("s"));
    WORKS(unlink("d"));
    WORKS(unlink("f"));
}

void unlink_errors(void)
{
    make_file("f", "f");
    FAILS(unlink("none"), ENOENT);
    FAILS(unlink("f/x"), ENOTDIR);
    FAILS(unlink("f/."), ENOTDIR);
    FAILS(unlink("."), EINVAL);
    FAILS(unlink(".."), EINVAL);
    FAILS(unlink("/"), EBUSY);
    FAILS(unlink("/usertests.d"), ENOTEMPTY);
    expect_text("f", "f");
    WORKS(unlink("f"));
    FAILS(unlink("f"), ENOENT);
}

void open_exclusive(void)
{
    int fd = open("f", O_CREATE | O_EXCL | O_RDWR);
    expect(fd >= 0 && write(fd, "first", 5) == 5 && close(fd) == 0, "a new file");
    WORKS(symlink("none", "s"));
    WORKS(symlink("f", "t"));
    WORKS(mkdir("d"));
    FAILS(open("f", O_CREATE | O_EXCL | O_RDWR | O_TRUNC), EEXIST);
    FAILS(open("s", O_CREATE | O_EXCL | O_RDWR), EEXIST); // a link that leads nowhere is there
    FAILS(open("t", O_CREATE | O_EXCL | O_RDWR), EEXIST);
    FAILS(open("d", O_CREATE | O_EXCL | O_RDWR), EEXIST);
    FAILS(open("/console", O_CREATE | O_EXCL | O_RDWR), EEXIST);
    expect_text("f", "first");
    expect_none("none");
    WORKS(unlink("d"));
    WORKS(unlink("t"));
    WORKS(unlink("s"));
    WORKS(unlink("f"));
}

void open_existing(void)
{
    make_file("f", "text");
    uint inode = inode_of("f");
    int fd = open("f", O_CREATE | O_RDWR);
    expect(fd >= 0 && close(fd) == 0, "O_CREATE opens what is there");
    expect_text("f", "text");
    FAILS(open("f", O_WRONLY | O_RDWR), EINVAL);
    FAILS(open("g", O_CREATE | O_WRONLY | O_RDWR), EINVAL);
    expect_none("g");
    fd = open("f", O_CREATE | O_TRUNC | O_WRONLY);
    expect(fd >= 0 && close(fd) == 0 && inode_of("f") == inode, "O_TRUNC keeps the file");
    expect_text("f", "");
    WORKS(unlink("f"));
}

// Where there is no descriptor nothing is made.
void open_without_descriptor(void)
{
    int fd, last = -1;
    make_file("f", "text");
    while ((fd = dup(0)) >= 0)
        last = fd;
    FAILS(open("new", O_CREATE | O_RDWR), EMFILE);
    FAILS(open("f", O_RDWR | O_TRUNC), EMFILE);
    WORKS(close(last));
    expect_none("new");
    expect_text("f", "text");
    WORKS(unlink("f"));
}

#define RIVALS 4
#define NAMES  100

static int create_all(int id)
{
    int n = 0;
    (void)id;
    for (int i = 0; i < NAMES; i++) {
        int fd = open(numbered("f", i), O_CREATE | O_EXCL | O_RDWR);
        expect(fd >= 0 || errno == EEXIST, "EEXIST");
        n += fd >= 0;
        close(fd);
    }
    return n;
}

static int mkdir_all(int id)
{
    int n = 0;
    (void)id;
    for (int i = 0; i < NAMES; i++) {
        int made = mkdir(numbered("d", i)) == 0;
        expect(made || errno == EEXIST, "EEXIST");
        n += made;
    }
    return n;
}

// Several processes make the same names at once: each name is made once. Then they are removed.
static void make_once(int (*make_all)(int id), const char *prefix)
{
    int sum = together(RIVALS, make_all);
    expect(sum == NAMES && count_names(".") == NAMES, "%d names were made, not %d", NAMES, sum);
    for (int i = 0; i < NAMES; i++)
        WORKS(unlink(numbered(prefix, i)));
}

void create_once(void) { make_once(create_all, "f"); }

void mkdir_once(void) { make_once(mkdir_all, "d"); }

void mknod_device(void)
{
    struct stat st, null = look_at("/null");
    char c;
    WORKS(mknod("n", null.major, null.minor));
    st = look_at("n");
    expect(st.type == T_DEVICE && st.nlink == 1 && st.major == null.major && st.minor == null.minor,
           "a device");
    int fd = open("n", O_CREATE | O_RDWR);
    expect(fd >= 0 && write(fd, "gone", 4) == 4 && read(fd, &c, 1) == 0, "it works as /null does");
    FAILS(lseek(fd, 0, SEEK_SET), ESPIPE);
    close(fd);
    WORKS(link("n", "m"));
    WORKS(unlink("n"));
    expect_node("m", T_DEVICE, 1);
    WORKS(unlink("m"));
}

void mknod_errors(void)
{
    FAILS(mknod("n", -1, 0), EINVAL);
    FAILS(mknod("n", NDEV, 0), EINVAL);
    // The C function cuts what the kernel must refuse.
    expect(raw_syscall(SYS_mknod, (long[6]){(long)"n", 1, 0x8000}) == -EINVAL,
           "a minor number of more than 16 bits");
    expect(raw_syscall(SYS_mknod, (long[6]){(long)"n", 0x10001, 0}) == -EINVAL,
           "a major number of more than 16 bits");
    expect_none("n");
    WORKS(mknod("n", NDEV - 1, 0));
    FAILS(mknod("n", NDEV - 1, 0), EEXIST);
    FAILS(open("n", O_RDONLY), ENXIO); // no driver has that number
    FAILS(open("n/x", O_RDONLY), ENOTDIR);
    WORKS(unlink("n"));
    WORKS(mknod("n", 0, 0));
    FAILS(open("n", O_RDONLY), ENXIO); // nor that
    FAILS(open("n", O_CREATE | O_RDWR), ENXIO);
    WORKS(unlink("n"));
}

// labs 19: after mknod the new inode is free for everybody.
void mknod_unlocks(void)
{
    for (int i = 0; i < 50; i++) {
        WORKS(mknod("n", 1, 0));
        FAILS(mknod("n", 1, 0), EEXIST);
        int fd = open("n", O_WRONLY);
        expect(fd >= 0 && write(fd, "", 0) == 0 && close(fd) == 0, "the device opens");
        WORKS(unlink("n"));
    }
}
