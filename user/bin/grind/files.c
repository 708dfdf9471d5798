// grind's operations on files, links and directories. There are only a few names, so that the
// workers often use the same one.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/bin/grind/grind.h"

#define PATTERN_MAX 20000

static char a_path[MAXPATH], b_path[MAXPATH];

static void create_and_write(void)
{
    static char buf[PATTERN_MAX];
    int flags = O_CREATE | O_RDWR;

    if (pick(2))
        flags |= O_TRUNC;
    if (pick(4) == 0)
        flags |= O_APPEND;
    if (pick(8) == 0)
        flags |= O_EXCL;
    int fd = open(pick_name(a_path), flags);
    if (fd < 0)
        return;
    int n = pick(sizeof(buf));
    if (write(fd, buf, n) > n)
        broken("wrote more than asked");
    if (pick(16) == 0)
        fsync(fd);
    close(fd);
}

// A file without a name belongs to this worker alone: what is read must be what was written.
static void write_unlinked(void)
{
    static uchar out[PATTERN_MAX], in[PATTERN_MAX];
    char name[32];

    snprintf(name, sizeof(name), "u%d", getpid());
    int fd = open(name, O_CREATE | O_RDWR);
    if (fd < 0)
        return;
    if (unlink(name) < 0)
        broken("cannot unlink an own file");

    int n = 1 + pick(sizeof(out)), seed = pick(256);
    for (int i = 0; i < n; i++)
        out[i] = seed + i;
    int done = write(fd, out, n);
    if (done > 0) {
        if (lseek(fd, 0, SEEK_SET) != 0 || read_all(fd, in, sizeof(in)) != done)
            broken("wrong length read back");
        if (memcmp(in, out, done) != 0)
            broken("wrong bytes read back");
    }
    close(fd);
}

static void read_some(void)
{
    static char buf[PATTERN_MAX];
    struct stat st;
    int fd = open(pick_name(a_path), O_RDONLY);
    if (fd < 0)
        return;
    lseek(fd, pick(30000), SEEK_SET);
    if (read(fd, buf, sizeof(buf)) > (int)sizeof(buf))
        broken("read more than asked");
    if (fstat(fd, &st) < 0)
        broken("fstat failed");
    close(fd);
}

static void truncate_or_extend(void)
{
    int fd = open(pick_name(a_path), O_RDWR);
    if (fd < 0)
        return;
    ftruncate(fd, pick(60000));
    if (lseek(fd, pick(100000), SEEK_SET) >= 0)
        write(fd, "end", 3);
    close(fd);
}

static void remove_name(void) { unlink(pick_name(a_path)); }

static void make_link(void) { link(pick_name(a_path), pick_name(b_path)); }

static void make_symlink(void)
{
    char buf[MAXPATH];
    symlink(pick_name(a_path), pick_name(b_path));
    int n = readlink(b_path, buf, sizeof(buf));
    if (n > (int)sizeof(buf))
        broken("readlink returned too much");
}

static void rename_name(void) { rename(pick_name(a_path), pick_name(b_path)); }

static void make_directory(void) { mkdir(pick_name(a_path)); }

static void change_directory(void)
{
    char cwd[MAXPATH];
    int home = open(".", O_RDONLY);
    if (home < 0 || getcwd(cwd, sizeof(cwd)) == NULL) {
        close(home);
        return;
    }
    if (chdir(pick_name(a_path)) == 0) {
        close(open("here", O_CREATE | O_WRONLY));
        unlink("here");
        unlink("../a");
        if (chdir(cwd) < 0)
            broken("cannot go back");
    }
    close(home);
}

static void list_directory(void)
{
    char name[DIRSIZ + 1];
    int fd = open(pick(2) ? "." : "..", O_RDONLY), left = 2000;

    while (fd >= 0 && left > 0 && next_name(fd, name) == 1)
        left--;
    if (left <= 0)
        broken("endless directory");
    close(fd);
}

static void flush_disk(void)
{
    if (pick(8) == 0)
        sync();
}

const struct operation file_operations[] = {
    {"create_and_write", create_and_write},
    {"write_unlinked", write_unlinked},
    {"read_some", read_some},
    {"truncate_or_extend", truncate_or_extend},
    {"remove_name", remove_name},
    {"make_link", make_link},
    {"make_symlink", make_symlink},
    {"rename_name", rename_name},
    {"make_directory", make_directory},
    {"change_directory", change_directory},
    {"list_directory", list_directory},
    {"flush_disk", flush_disk},
    {NULL, NULL},
};
