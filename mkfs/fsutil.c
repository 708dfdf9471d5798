// fsutil: looks at and changes the files of a Twofold disk image.
//
//     fsutil IMAGE ls [PATH] | cat PATH | get PATH [HOSTFILE] | put HOSTFILE [PATH] |
//                  rm PATH | mkdir PATH | import OLDIMAGE | info
//
// Commands that read look at the image as it will be after recovery and change nothing. Commands
// that write replay the journal first. They change the image in memory, and write it when all
// went well.
#include "mkfs/copyin.h"
#include "mkfs/diag.h"
#include "mkfs/journal.h"
#include "mkfs/old.h"
#include "mkfs/super.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK (16 * BSIZE)

struct command {
    const char *name;
    int min_args, max_args; // behind the name
    enum image_mode mode;
    void (*run)(struct image *image, int argc, char **argv);
};

static struct journal_summary journal; // what the replay of the journal found

static void check(enum fs_error err, const char *path)
{
    if (err)
        fail("%s: %s", path, fs_strerror(err));
}

static char type_letter(int type)
{
    static const char letters[] = "?d-cl";

    return type >= T_DIR && type <= T_SYMLINK ? letters[type] : '?';
}

// A line of ls: type, inode, links, size, name, and where a symbolic link leads.
static void print_line(struct image *image, uint32 inum, const char *name)
{
    const struct dinode *inode = inode_at(image, inum);

    printf("%c %5u %5u %10llu %s", type_letter(inode->type), inum, inode->nlink,
           (unsigned long long)inode->size, name);
    if (inode->type == T_SYMLINK) {
        char target[MAXPATH];
        size_t n;
        check(file_read(image, inum, 0, target, sizeof(target), &n), name);
        printf(" -> %.*s", (int)n, target);
    }
    if (inode->type == T_DEVICE)
        printf(" (device %d, %d)", inode->major, inode->minor);
    putchar('\n');
}

static bool print_entry(const struct disk_dirent *entry, void *arg)
{
    struct image *image = arg;
    char name[DIRSIZ + 1];

    dirent_name(entry, name);
    if (entry->inum >= image->sb.ninodes)
        check(FS_DAMAGED, name);
    print_line(image, entry->inum, name);
    return true;
}

static void run_ls(struct image *image, int argc, char **argv)
{
    const char *path = argc > 0 ? argv[0] : "/";
    uint32 inum;

    check(path_find(image, path, FOLLOW, &inum), path);
    if (inode_at(image, inum)->type == T_DIR)
        check(dir_each(image, inum, print_entry, image), path);
    else
        print_line(image, inum, path);
}

// Writes the bytes of a file of the image to out, which is called name.
static void copy_out(struct image *image, const char *path, FILE *out, const char *name)
{
    static char data[CHUNK];
    uint32 inum;
    size_t n;
    uint64 offset = 0;

    check(path_find(image, path, FOLLOW, &inum), path);
    if (inode_at(image, inum)->type != T_FILE)
        check(inode_at(image, inum)->type == T_DIR ? FS_IS_DIRECTORY : FS_NOT_FILE, path);
    do {
        check(file_read(image, inum, offset, data, sizeof(data), &n), path);
        if (fwrite(data, 1, n, out) != n)
            fail("%s: %s", name, strerror(errno));
        offset += n;
    } while (n > 0);
}

static void run_cat(struct image *image, int argc, char **argv)
{
    (void)argc;
    copy_out(image, argv[0], stdout, "standard output");
}

// Takes the slashes off the end of a path.
static void strip_slashes(char *path)
{
    size_t end = strlen(path);

    while (end > 1 && path[end - 1] == '/')
        path[--end] = 0;
}

// The last name of a path of the host or the image.
static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void run_get(struct image *image, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : last_name(argv[0]);
    uint32 inum;

    check(path_find(image, argv[0], FOLLOW, &inum), argv[0]); // before the host's file is made
    if (inode_at(image, inum)->type != T_FILE)
        check(inode_at(image, inum)->type == T_DIR ? FS_IS_DIRECTORY : FS_NOT_FILE, argv[0]);
    FILE *out = fopen(name, "wb");
    if (!out)
        fail("%s: %s", name, strerror(errno));
    copy_out(image, argv[0], out, name);
    if (fclose(out) != 0)
        fail("%s: %s", name, strerror(errno));
}

// True if to is a directory of the image, so that a file from the host goes into it.
static bool goes_into(struct image *image, const char *to)
{
    uint32 inum;

    return path_find(image, to, FOLLOW, &inum) == FS_OK && inode_at(image, inum)->type == T_DIR;
}

static void run_put(struct image *image, int argc, char **argv)
{
    char *from = argv[0];
    const char *to = argc > 1 ? argv[1] : "";

    strip_slashes(from);
    const char *name = last_name(from);
    size_t size = strlen(to) + strlen(name) + 2;
    char *path = must_calloc(size, 1);
    snprintf(path, size, goes_into(image, to) ? "%s/%s" : "%s", to, name);
    copy_in(image, from, path, REPLACE_EXISTING);
    free(path);
}

static void run_rm(struct image *image, int argc, char **argv)
{
    uint32 dir;
    char name[DIRSIZ + 1];

    (void)argc;
    check(path_parent(image, argv[0], &dir, name), argv[0]);
    check(remove_name(image, dir, name), argv[0]);
}

static void run_mkdir(struct image *image, int argc, char **argv)
{
    uint32 dir, inum;
    char name[DIRSIZ + 1];

    (void)argc;
    check(path_parent(image, argv[0], &dir, name), argv[0]);
    check(name[0] ? make_directory(image, dir, name, &inum) : FS_EXISTS, argv[0]);
}

static void run_import(struct image *image, int argc, char **argv)
{
    (void)argc;
    copy_old_image(image, argv[0]);
}

static void run_info(struct image *image, int argc, char **argv)
{
    const struct superblock *sb = &image->sb;
    const struct journal_header *header = image_block(image, sb->logstart);
    uint32 blocks = 0, inodes = 0;

    (void)argc, (void)argv;
    for (uint32 block = sb->datastart; block < sb->size; block++)
        blocks += !block_in_use(image, block);
    for (uint32 inum = ROOTINO; inum < sb->ninodes; inum++)
        inodes += inode_at(image, inum)->type == 0;
    printf("size     %10u blocks of %d bytes (%llu KiB)\n", sb->size, BSIZE,
           (unsigned long long)sb->size * BSIZE / 1024);
    printf("journal  %10u blocks from %u, %u committed groups, next group %llu\n", sb->nlog,
           sb->logstart, journal.groups, (unsigned long long)header->seq);
    printf("inodes   %10u from block %u, %u free\n", sb->ninodes, sb->inodestart, inodes);
    printf("bitmap   %10u blocks from %u\n", sb->datastart - sb->bmapstart, sb->bmapstart);
    printf("data     %10u blocks from %u, %u free\n", sb->nblocks, sb->datastart, blocks);
}

static const struct command commands[] = {
    {"ls", 0, 1, IMAGE_READ, run_ls},     {"cat", 1, 1, IMAGE_READ, run_cat},
    {"get", 1, 2, IMAGE_READ, run_get},   {"put", 1, 2, IMAGE_WRITE, run_put},
    {"rm", 1, 1, IMAGE_WRITE, run_rm},    {"mkdir", 1, 1, IMAGE_WRITE, run_mkdir},
    {"info", 0, 0, IMAGE_READ, run_info}, {"import", 1, 1, IMAGE_WRITE, run_import},
};

static _Noreturn void usage(void)
{
    fprintf(stderr,
            "usage: fsutil IMAGE COMMAND [ARGUMENT...]\n"
            "  ls [PATH]            list a directory\n"
            "  cat PATH             print a file\n"
            "  get PATH [HOSTFILE]  copy a file out of the image\n"
            "  put HOSTFILE [PATH]  copy a file or directory into the image\n"
            "  rm PATH              remove a file or an empty directory\n"
            "  mkdir PATH           make a directory\n"
            "  import OLDIMAGE      copy all files of an image of an older Twofold into this one\n"
            "  info                 sizes and what is free\n");
    exit(2);
}

static const struct command *find_command(const char *name, int nargs)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return nargs >= commands[i].min_args && nargs <= commands[i].max_args ? &commands[i]
                                                                                  : 0;
    return 0;
}

static void save(struct image *image, const char *path)
{
    const char *err = image_save(image, image->sb.logstart);

    if (err)
        fail("%s: %s", path, err);
}

// Opens the image and replays its journal, on the file too if the command will write.
static void open_image(struct image *image, const char *path, enum image_mode mode)
{
    const char *err = image_open(image, path, mode);

    if (!err)
        err = super_load(image);
    if (err)
        fail("%s: %s", path, err);
    err = journal_replay(image, &journal);
    if (err)
        fail("%s: the journal is damaged: %s", path, err);
    if (mode == IMAGE_WRITE && journal.groups > 0)
        save(image, path);
}

int main(int argc, char **argv)
{
    struct image image;
    const struct command *command = argc >= 3 ? find_command(argv[2], argc - 3) : 0;

    diag_init("fsutil", 1);
    if (!command)
        usage();
    open_image(&image, argv[1], command->mode);
    command->run(&image, argc - 3, argv + 3);
    if (command->mode == IMAGE_WRITE)
        save(&image, argv[1]);
    image_close(&image);
    close_stdout();
    return 0;
}
