// fsck: checks every invariant of a Twofold disk image (kernel/fs.h has them).
//
//     fsck [-q] [-v] [-r] [-o] IMAGE
//
// Order of the passes: superblock; journal, whose committed groups are replayed in memory, and on
// the image with -r; directories, from the root; inodes and the blocks they own; the bitmap; link
// counts. Each problem is a line. The image is changed by -r only.
//
// Kernel and fsck agree on every image: what makes a mount fail is an error here, of which the last
// line says so (mount_problem), and nothing else does. Other errors are damage that the kernel
// meets when it uses what is damaged: then the call fails with EIO.
#include "mkfs/fsck.h"

#include "mkfs/diag.h"
#include "mkfs/journal.h"
#include "mkfs/super.h"
#include "mkfs/volume.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 1000 // further problems are only counted
#define DEPTH_MAX 32   // directories in a path that is printed

enum { EXIT_CLEAN, EXIT_ERRORS, EXIT_CANNOT };

static void complain(struct fsck *fsck, const char *about, const char *format, va_list args)
{
    fsck->errors++;
    if (fsck->quiet || fsck->errors > LINES_MAX)
        return;
    printf("%s: ", about);
    vprintf(format, args);
    putchar('\n');
    if (fsck->errors == LINES_MAX)
        printf("(the rest is only counted)\n");
}

void problem(struct fsck *fsck, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(fsck, fsck->path, format, args);
    va_end(args);
}

void mount_problem(struct fsck *fsck, const char *format, ...)
{
    va_list args;

    fsck->refused = true;
    va_start(args, format);
    complain(fsck, fsck->path, format, args);
    va_end(args);
}

void inode_problem(struct fsck *fsck, uint32 inum, const char *format, ...)
{
    va_list args;
    char name[INODE_NAME_SIZE];

    inode_name(fsck, inum, name, sizeof(name));
    va_start(args, format);
    complain(fsck, name, format, args);
    va_end(args);
}

// Appends n bytes to text of size bytes, cutting what does not fit and hiding control characters.
static void append_bytes(char *text, size_t size, const char *bytes, size_t n)
{
    size_t end = strlen(text);

    for (size_t i = 0; i < n && bytes[i] && end + 1 < size; i++)
        text[end++] = bytes[i] < ' ' || bytes[i] == 0x7f ? '?' : bytes[i];
    text[end] = 0;
}

void inode_name(const struct fsck *fsck, uint32 inum, char *text, size_t size)
{
    const struct finding *chain[DEPTH_MAX];
    int depth = 0;

    snprintf(text, size, "inode %u", inum);
    if (inum == ROOTINO)
        append_bytes(text, size, " (/)", 4);
    if (inum == ROOTINO || !fsck->found[inum].entry)
        return;
    for (uint32 i = inum; i != ROOTINO && depth < DEPTH_MAX; i = fsck->found[i].parent)
        chain[depth++] = &fsck->found[i];
    append_bytes(text, size, " (", 2);
    while (depth-- > 0) {
        append_bytes(text, size, "/", 1);
        append_bytes(text, size, chain[depth]->entry->name, DIRSIZ);
    }
    append_bytes(text, size, ")", 1);
}

bool is_orphan(const struct fsck *fsck, uint32 inum)
{
    const struct dinode *inode = inode_at(&fsck->image, inum);

    return inode->type != 0 && inode->nlink == 0 && fsck->found[inum].links == 0;
}

// True if the superblock is good enough to go on.
static bool check_superblock(struct fsck *fsck)
{
    const char *foreign = super_foreign(&fsck->image);

    if (foreign)
        fail("%s: %s", fsck->path, foreign);
    const struct superblock *sb = image_block(&fsck->image, SUPERBLOCK_BLOCKNO);
    if (sb->checksum != super_checksum(sb))
        mount_problem(fsck, "superblock: the checksum is 0x%08x, must be 0x%08x", sb->checksum,
                      super_checksum(sb));
    const char *err = super_check(sb, fsck->image.blocks);
    if (err)
        mount_problem(fsck, "superblock: %s", err);
    fsck->image.sb = *sb;
    return !err;
}

static void check_journal(struct fsck *fsck)
{
    struct journal_summary summary;
    const char *err = journal_replay(&fsck->image, &summary);
    const char *plural = summary.groups == 1 ? "" : "s";

    if (err)
        mount_problem(fsck, "journal: %s", err);
    if (!fsck->quiet && (summary.groups > 0 || fsck->verbose))
        printf("%s: journal holds %u committed group%s\n", fsck->path, summary.groups, plural);
    if (fsck->verbose && summary.torn_count > 0)
        printf("%s: journal ends with a group that was not committed\n", fsck->path);
    if (err || fsck->errors > 0 || !fsck->replay || summary.groups == 0)
        return;
    err = image_save(&fsck->image, fsck->image.sb.logstart);
    if (err)
        fail("%s: cannot replay: %s", fsck->path, err);
    if (!fsck->quiet)
        printf("%s: replayed %u group%s, %llu blocks\n", fsck->path, summary.groups, plural,
               (unsigned long long)summary.copies);
}

// What the kernel wants of the root to mount the image. The other passes say what is wrong with it.
static bool root_mountable(const struct fsck *fsck)
{
    const struct dinode *root = inode_at(&fsck->image, ROOTINO);

    return root->type == T_DIR && root->nlink > 0 && root->nlink <= LINK_MAX &&
           root->size <= FILE_SIZE_MAX && root->size % sizeof(struct disk_dirent) == 0 &&
           root->flags == 0 && root->index == 0;
}

static void print_totals(const struct fsck *fsck)
{
    const struct superblock *sb = &fsck->image.sb;
    uint32 inodes = 0, used = 0;

    for (uint32 inum = ROOTINO; inum < sb->ninodes; inum++)
        inodes += inode_at(&fsck->image, inum)->type != 0;
    for (uint32 block = sb->datastart; block < sb->size; block++)
        used += fsck->owner[block] != 0;
    printf("%s: %u of %u inodes, %u of %u data blocks in use, %u orphans\n", fsck->path, inodes,
           sb->ninodes - 1, used, sb->nblocks, fsck->orphans);
}

static void check_image(struct fsck *fsck)
{
    if (!check_superblock(fsck))
        return;
    fsck->found = must_calloc(fsck->image.sb.ninodes, sizeof(*fsck->found));
    fsck->owner = must_calloc(fsck->image.sb.size, sizeof(*fsck->owner));
    check_journal(fsck);
    fsck->refused |= !root_mountable(fsck);
    check_directories(fsck);
    check_inodes(fsck);
    check_bitmap(fsck);
    check_links(fsck);
    if (fsck->verbose)
        print_totals(fsck);
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: fsck [-q] [-v] [-r] [-o] IMAGE\n"
                    "  -q  print nothing but the result\n"
                    "  -v  print totals too\n"
                    "  -r  replay the journal on the image\n"
                    "  -o, --no-orphans  inodes that were unlinked while open are errors\n");
    exit(EXIT_CANNOT);
}

static bool parse_letters(struct fsck *fsck, const char *letters)
{
    for (; *letters; letters++) {
        if (*letters == 'q')
            fsck->quiet = true;
        else if (*letters == 'v')
            fsck->verbose = true;
        else if (*letters == 'r')
            fsck->replay = true;
        else if (*letters == 'o')
            fsck->no_orphans = true;
        else
            return false;
    }
    return true;
}

static void parse_options(struct fsck *fsck, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (strcmp(arg, "--no-orphans") == 0)
            fsck->no_orphans = true;
        else if (arg[0] == '-' ? !arg[1] || !parse_letters(fsck, arg + 1) : fsck->path != 0)
            usage();
        else if (arg[0] != '-')
            fsck->path = arg;
    }
    if (!fsck->path)
        usage();
}

int main(int argc, char **argv)
{
    struct fsck fsck = {0};

    diag_init("fsck", EXIT_CANNOT);
    parse_options(&fsck, argc, argv);
    const char *err = image_open(&fsck.image, fsck.path, fsck.replay ? IMAGE_WRITE : IMAGE_READ);
    if (err)
        fail("%s: %s", fsck.path, err);
    check_image(&fsck);
    if (fsck.errors == 0)
        printf("%s: clean\n", fsck.path);
    else
        printf("%s: %llu error%s%s\n", fsck.path, (unsigned long long)fsck.errors,
               fsck.errors == 1 ? "" : "s", fsck.refused ? "; it cannot be mounted" : "");
    free(fsck.found);
    free(fsck.owner);
    image_close(&fsck.image);
    close_stdout();
    return fsck.errors == 0 ? EXIT_CLEAN : EXIT_ERRORS;
}
