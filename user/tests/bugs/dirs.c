// Removed directories, link counts, inodes. Numbers are those of the list of known bugs.
#include "user/tests/bugs/bugs.h"

static uint64 free_inodes(void)
{
    struct sysinfo s;
    expect(sysinfo(&s) == 0, "sysinfo");
    return s.freeinodes;
}

// 1: in a directory that was removed, whose parent was removed too, ".." leads nowhere.
static void use_removed_parent(void)
{
    expect(mkdir("a") == 0 && mkdir("a/b") == 0 && chdir("a/b") == 0, "make a/b");
    expect(unlink(DIR_NAME "/a/b") == 0, "remove a/b");
    expect(unlink(DIR_NAME "/a") == 0, "remove a");
    char name[DIRSIZ + 1], cwd[MAXPATH];
    int fd = open("..", O_RDONLY);
    if (fd >= 0) {
        next_name(fd, name);
        close(fd);
    }
    chdir("..");
    expect(getcwd(cwd, sizeof(cwd)) == 0 || cwd[0] == '/', "getcwd fails or tells a path");
}

void removed_parent(void) { in_directory(use_removed_parent); }

// 2: 8 processes with 12 open files each.
static void open_twelve(int id)
{
    char name[DIRSIZ];
    int fds[12], ok = 1;
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof(name), "f%d.%d", id, i);
        fds[i] = open(name, O_CREATE | O_RDWR);
        ok &= fds[i] >= 0;
    }
    pause(10);
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof(name), "f%d.%d", id, i);
        close(fds[i]);
        unlink(name);
    }
    exit(!ok);
}

static void use_many_files(void)
{
    int status, bad = 0;
    for (int id = 0; id < 8; id++)
        if (must_fork() == 0)
            open_twelve(id);
    while (wait(&status) > 0)
        bad |= status;
    expect(bad == 0, "96 open files");
}

void many_open_files(void) { in_directory(use_many_files); }

static void enter_removed(void)
{
    expect(mkdir("gone") == 0 && chdir("gone") == 0, "mkdir, chdir");
    expect(unlink(DIR_NAME "/gone") == 0, "remove the current directory");
}

// 6: nothing can be made in a removed directory.
static void use_create_in_removed(void)
{
    enter_removed();
    expect(open("f", O_CREATE | O_RDWR) == -1, "create fails");
    expect(mkdir("d") == -1 && symlink("x", "s") == -1 && mknod("n", 1, 0) == -1, "mkdir, symlink, mknod fail");
}

void create_in_removed(void) { in_directory(use_create_in_removed); }

// 6, 22: a link into a removed directory fails and no inode is lost.
static void use_link_into_removed(void)
{
    uint64 before = free_inodes();
    close(open("file", O_CREATE | O_RDWR));
    enter_removed();
    expect(link(DIR_NAME "/file", "here") == -1, "link fails");
    expect(rename(DIR_NAME "/file", "here") == -1, "rename fails");
    expect(unlink(DIR_NAME "/file") == 0, "unlink");
    chdir(DIR_NAME);
    expect(free_inodes() == before, "free inodes %lu, not %lu", before, free_inodes());
}

void link_into_removed(void) { in_directory(use_link_into_removed); }

// 13: the number of links of a file ends at LINK_MAX with an error. Names are spread over
// directories so that looking them up stays quick.
#define PER_DIR 512

static void link_name(char *name, int i) { snprintf(name, DIRSIZ, "d%d/%d", i / PER_DIR, i); }

static void use_links(void)
{
    char name[DIRSIZ];
    struct stat st;
    int n;
    int fd = open("file", O_CREATE | O_RDWR);
    for (n = 1; n <= LINK_MAX; n++) {
        link_name(name, n);
        if (n == 1 || n % PER_DIR == 0) {
            *strchr(name, '/') = 0;
            mkdir(name);
            link_name(name, n);
        }
        if (link("file", name) < 0)
            break;
    }
    expect(errno == EMLINK && n == LINK_MAX, "EMLINK at %d links, not at %d", LINK_MAX, n);
    expect(fstat(fd, &st) == 0 && st.nlink == LINK_MAX, "%d links, not %d", LINK_MAX, st.nlink);
    close(fd);
    while (--n > 0) {
        link_name(name, n);
        expect(unlink(name) == 0, "unlink %s", name);
        if (n == 1 || n % PER_DIR == 0) {
            *strchr(name, '/') = 0;
            expect(unlink(name) == 0, "remove %s", name);
        }
    }
    expect(stat("file", &st) == 0 && st.nlink == 1 && unlink("file") == 0, "one link is left");
}

void link_count_limit(void) { in_directory(use_links); }

// 20: one process creates and another removes the same name; neither sees a stranger's inode.
static void use_same_name(void)
{
    struct stat st;
    int status, pid = must_fork();
    for (int i = 0; i < 500; i++) {
        int fd = open("same", O_CREATE | O_RDWR);
        if (fd >= 0) {
            expect(fstat(fd, &st) == 0 && st.type == T_FILE && st.nlink <= 1, "a file");
            expect(write(fd, "x", 1) == 1, "write");
            close(fd);
        }
        unlink("same");
        mkdir("same");
    }
    if (pid == 0)
        exit(0);
    expect(wait(&status) == pid && status == 0, "child");
    unlink("same");
}

void unlink_while_created(void) { in_directory(use_same_name); }

// 22: a file that loses its last name while it is open is freed when it is closed.
static void use_unlinked(void)
{
    static char block[4096];
    struct sysinfo before, after;
    expect(sysinfo(&before) == 0, "sysinfo");
    int fd = open("f", O_CREATE | O_RDWR);
    for (int i = 0; i < 40; i++)
        expect(write(fd, block, sizeof(block)) == sizeof(block), "write");
    expect(unlink("f") == 0 && close(fd) == 0, "unlink, close");
    expect(sysinfo(&after) == 0 && after.freeinodes == before.freeinodes, "inode is free");
    expect(after.freeblocks + 1 >= before.freeblocks, "blocks are free: %lu, not %lu", before.freeblocks,
           after.freeblocks); // the directory may have got its first block
}

void unlinked_inode_comes_back(void) { in_directory(use_unlinked); }

static void use_symlinks(void)
{
    expect(symlink("b", "a") == 0 && symlink("a", "b") == 0, "symlink");
    expect(open("a", O_RDONLY) == -1 && errno == ELOOP, "ELOOP");
    expect(open("a/x", O_CREATE | O_RDWR) == -1 && chdir("b") == -1, "a loop leads nowhere");
    expect(unlink("a") == 0 && unlink("b") == 0, "unlink");
}

void symlink_loop(void) { in_directory(use_symlinks); }

static void use_dots(void)
{
    expect(mkdir("d") == 0, "mkdir");
    expect(unlink(".") == -1 && unlink("..") == -1 && unlink("d/.") == -1 && unlink("d/..") == -1,
           ". and .. cannot be removed");
    expect(rename("d/.", "e") == -1 && rename("d", "d/x") == -1, "nor renamed");
    expect(link("d", "e") == -1, "a directory has one name");
    expect(unlink("/") == -1 && rename("/", "e") == -1, "nor does the root go");
    expect(unlink("d") == 0, "rmdir");
}

void dot_cannot_go(void) { in_directory(use_dots); }
