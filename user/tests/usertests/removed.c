// Directories that are used after their last name was removed. A process can read such a directory
// and leave it, but can make nothing in it. Then its inode is free again. Files: removed_files.c.
//
// The runner compares what is free around each test. A test compares it itself if the moment
// matters.
#include "user/tests/usertests/names.h"

// The current directory is a new one, called gone, that has been removed.
static void enter_removed(void)
{
    char path[MAXPATH];
    WORKS(mkdir("gone"));
    WORKS(chdir("gone"));
    snprintf(path, sizeof(path), "%s/gone", test_directory);
    WORKS(unlink(path));
}

// known 1: "a/b" and then "a" are removed, and ".." of the former leads nowhere.
static void removed_parent(void)
{
    char cwd[MAXPATH];
    WORKS(mkdir("a"));
    WORKS(mkdir("a/b"));
    WORKS(chdir("a/b"));
    WORKS(unlink("../../a/b"));
    FAILS(unlink("../../a"), ENOENT); // not even the removed directory's ".." can be gone through
    WORKS(chdir(test_directory));
    WORKS(mkdir("a/b"));
    WORKS(chdir("a/b"));
    int above = open("..", O_RDONLY);
    if (must_fork() == 0) {
        WORKS(chdir(test_directory));
        WORKS(unlink("a/b"));
        WORKS(unlink("a"));
        exit(0);
    }
    expect_children(1);
    FAILS(open("..", O_RDONLY), ENOENT);
    FAILS(open("../x", O_CREATE | O_RDWR), ENOENT);
    FAILS(open("../..", O_RDONLY), ENOENT);
    FAILS(chdir(".."), ENOENT);
    expect(getcwd(cwd, sizeof(cwd)) == 0 && errno == ENOENT, "getcwd tells no path");
    close(above);
    WORKS(chdir("/"));
}

// known 1, as the shell commands that showed it.
static void ls_above(int ready, int go)
{
    char c;
    expect(chdir("a/b") == 0 && write(ready, "", 1) == 1 && read(go, &c, 1) == 0,
           "a/b was entered and removed");
    close(1);
    close(2);
    exec("/ls", (char *[]){"ls", "..", 0});
    exit(99);
}

static void removed_parent_ls(void)
{
    char c;
    int ready[2], go[2], status;
    WORKS(mkdir("a"));
    WORKS(mkdir("a/b"));
    expect(pipe(ready) == 0 && pipe(go) == 0, "pipe");
    if (must_fork() == 0) {
        close(go[1]);
        ls_above(ready[1], go[0]);
    }
    expect(read(ready[0], &c, 1) == 1, "the child has entered a/b");
    WORKS(unlink("a/b"));
    WORKS(unlink("a"));
    close(go[1]);
    expect(wait(&status) > 0 && status == 1, "ls ends with an error");
}

// known 2.
#define OPENERS 8
#define FILES   12

static void open_twelve(int id, int ready, int go)
{
    char c, name[DIRSIZ];
    int fds[FILES];
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "f%d.%d", id, i);
        fds[i] = open(name, O_CREATE | O_EXCL | O_RDWR);
        expect(fds[i] >= 0 && write(fds[i], name, strlen(name)) > 0, "open %s", name);
    }
    expect(write(ready, "", 1) == 1 && read(go, &c, 1) == 0, "all have opened theirs");
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof(name), "f%d.%d", id, i);
        expect_text(name, name);
        expect(close(fds[i]) == 0 && unlink(name) == 0, "close, unlink");
    }
    exit(0);
}

static void many_open_files(void)
{
    char c;
    int ready[2], go[2];
    expect(pipe(ready) == 0 && pipe(go) == 0, "pipe");
    for (int id = 0; id < OPENERS; id++) {
        if (must_fork() == 0) {
            close(go[1]);
            open_twelve(id, ready[1], go[0]);
        }
    }
    close(ready[1]);
    for (int id = 0; id < OPENERS; id++)
        expect(read(ready[0], &c, 1) == 1, "process %d has opened its files", id);
    expect(in_use().files >= OPENERS * FILES, "they are open all at once");
    close(go[1]);
    expect_children(OPENERS);
}

// known 6.
static void create_in_removed(void)
{
    uint64 before = in_use().freeinodes;
    enter_removed();
    for (int i = 0; i < 30; i++) {
        FAILS(open("f", O_CREATE | O_RDWR), ENOENT);
        FAILS(mkdir("d"), ENOENT);
        FAILS(symlink("x", "s"), ENOENT);
        FAILS(mknod("n", 1, 0), ENOENT);
    }
    FAILS(open(".", O_RDONLY), ENOENT);
    FAILS(open("", O_RDONLY), ENOENT);
    FAILS(unlink("f"), ENOENT);
    FAILS(exec("f", (char *[]){"f", 0}), ENOENT);
    expect(in_use().freeinodes == before - 1, "one inode is in use, the directory's");
    WORKS(chdir("/"));
    expect(in_use().freeinodes == before, "and then it is free");
}

// known 6, 22.
static void link_into_removed(void)
{
    char path[MAXPATH];
    make_file("file", "text");
    snprintf(path, sizeof(path), "%s/file", test_directory);
    enter_removed();
    for (int i = 0; i < 30; i++) {
        FAILS(link(path, "here"), ENOENT);
        FAILS(rename(path, "here"), ENOENT);
        FAILS(link("here", path), ENOENT);
        FAILS(rename("here", path), ENOENT);
    }
    expect_node(path, T_FILE, 1);
    expect_text(path, "text");
    WORKS(unlink(path));
}

// An open directory that is removed can be read, and is then empty but for its dots.
static void removed_directory_open(void)
{
    struct stat st;
    struct dirent entry;
    char name[DIRSIZ + 1];
    WORKS(mkdir("d"));
    make_file("d/f", "");
    int fd = open("d", O_RDONLY);
    expect(next_name(fd, name) == 1 && strcmp(name, "f") == 0, "f is in d");
    WORKS(unlink("d/f"));
    WORKS(unlink("d"));
    expect(fstat(fd, &st) == 0 && st.type == T_DIR && st.nlink == 0, "it has no name");
    expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, &entry, sizeof(entry)) == sizeof(entry),
           "it can be read");
    expect(entry.inum == st.ino && strcmp(entry.name, ".") == 0, "its first record is .");
    expect(next_name(fd, name) == 0, "no name is in it");
    WORKS(mkdir("d")); // another one
    expect(inode_of("d") != st.ino, "a new directory");
    close(fd);
    WORKS(unlink("d"));
}

static void removed_current_directory(void)
{
    char cwd[MAXPATH];
    enter_removed();
    expect(getcwd(cwd, sizeof(cwd)) == 0 && errno == ENOENT, "it has no path");
    FAILS(chdir("."), ENOENT);
    FAILS(chdir(".."), ENOENT);
    expect(getcwd(cwd, sizeof(cwd)) == 0 && errno == ENOENT, "chdir that fails changes nothing");
    WORKS(chdir(test_directory));
    WORKS(mkdir("gone")); // the name is free
    WORKS(chdir("gone"));
    WORKS(chdir(".."));
    WORKS(unlink("gone"));
}

// Parent and child are in the same removed directory; it is freed after both have left it.
static void removed_shared_directory(void)
{
    struct sysinfo before = in_use();
    enter_removed();
    if (must_fork() == 0) {
        FAILS(mkdir("x"), ENOENT);
        exit(0);
    }
    expect_children(1);
    FAILS(open("x", O_RDONLY), ENOENT);
    expect(in_use().freeinodes == before.freeinodes - 1, "it is still in use");
    WORKS(chdir("/"));
    expect_back(&before);
}

// A directory that rename replaces is removed, too.
static void replaced_current_directory(void)
{
    char other[MAXPATH];
    WORKS(mkdir("old"));
    WORKS(mkdir("new"));
    WORKS(chdir("old"));
    snprintf(other, sizeof(other), "%s/old", test_directory);
    WORKS(rename("../new", other));
    FAILS(open("f", O_CREATE | O_RDWR), ENOENT);
    FAILS(chdir(".."), ENOENT);
    WORKS(chdir(test_directory));
    expect(count_names("old") == 0, "old is the new one, and empty");
    WORKS(unlink("old"));
}

const struct test removed_tests[] = {
    TEST(removed_parent, 0, "known 1",
         "a removed directory's .. leads nowhere, also when the parent has gone"),
    TEST(removed_parent_ls, 0, "known 1", "ls .. in such a directory ends with an error"),
    TEST(many_open_files, ALONE, "known 2", "8 processes have 12 files open each"),
    TEST(create_in_removed, ALONE, "known 6", "nothing can be made in a removed directory"),
    TEST(link_into_removed, 0, "known 6, known 22",
         "nothing can be linked or renamed into a removed directory"),
    TEST(unlink_while_created, 0, "known 20",
         "two processes make and remove one name, as a file and as a directory"),
    TEST(unlinked_inode_comes_back, ALONE, "known 22, labs 13",
         "a nameless file is whole until it is closed"),
    TEST(orphan_of_ended, ALONE, "labs 13",
         "a nameless file is freed when the process that has it open exits"),
    TEST(orphan_of_killed, ALONE, "labs 13",
         "a nameless file is freed when the process that has it open is killed"),
    TEST(orphan_over_exec, ALONE, "labs 13", "a nameless file stays open over exec"),
    TEST(removed_program, 0, "", "a program whose file is removed runs on"),
    TEST(removed_directory_open, 0, "", "an open directory that is removed can be read"),
    TEST(removed_current_directory, 0, "",
         "a removed current directory has no path and can be left"),
    TEST(removed_shared_directory, ALONE, "",
         "a removed directory is freed when the last process leaves it"),
    TEST(replaced_current_directory, 0, "", "a directory that rename replaced is a removed one"),
    TEST(reuse_freed_inodes, 0, "known 20",
         "inodes that are freed and used again are never mixed up"),
    END_OF_TESTS,
};
