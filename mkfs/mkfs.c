// mkfs: builds a Twofold disk image from files of the host.
//
//     mkfs IMAGE [-s BLOCKS|SIZE] [-i INODES] [-l LOGBLOCKS] PATH[=NAME]...
//
// The same input gives the same bytes: nothing of the host but names and contents gets in. The
// image is built in memory and appears at once, or, if something does not fit, not at all.
#include "mkfs/copyin.h"
#include "mkfs/crc32c.h"
#include "mkfs/diag.h"
#include "mkfs/super.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *image;
    uint64 size;    // blocks
    uint64 ninodes; // 0: the default for the size
    uint64 nlog;
    char **paths; // PATH[=NAME]...
    int npaths;
};

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: mkfs IMAGE [-s BLOCKS|SIZE] [-i INODES] [-l LOGBLOCKS] PATH[=NAME]...\n"
                    "SIZE is a number followed by K, M or G. Each PATH becomes a file of the root\n"
                    "directory under its last name (without a leading _) or under NAME, which may\n"
                    "have directories in it; a directory is copied with all that is in it.\n");
    exit(2);
}

// Parses "123", or with allow_unit "64M", which becomes blocks.
static uint64 parse_number(const char *text, const char *what, bool allow_unit)
{
    static const char units[] = "KMG";
    char *end;

    errno = 0;
    uint64 n = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || errno || n == 0 || n > (uint64)1 << 40)
        fail("%s: not a number of %s", text, what);
    const char *unit = *end && allow_unit ? strchr(units, *end) : 0;
    if (unit) {
        unsigned shift = 10 * (unsigned)(unit - units + 1);
        if (n > UINT64_MAX >> shift || (n << shift) % BSIZE != 0)
            fail("%s: not a multiple of %d bytes", text, BSIZE);
        n = (n << shift) / BSIZE;
        end++;
    }
    if (*end)
        fail("%s: not a number of %s", text, what);
    return n;
}

static void parse_option(struct options *options, char letter, const char *value)
{
    if (!value)
        usage();
    if (letter == 's')
        options->size = parse_number(value, "blocks", true);
    else if (letter == 'i')
        options->ninodes = parse_number(value, "inodes", false);
    else if (letter == 'l')
        options->nlog = parse_number(value, "blocks", false);
    else
        usage();
}

// Options may stand anywhere; the first other argument is the image.
static struct options parse_options(int argc, char **argv)
{
    struct options options = {.size = FSSIZE, .paths = must_calloc((size_t)argc, sizeof(char *))};

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            bool joined = argv[i][2] != 0;
            parse_option(&options, argv[i][1], joined ? argv[i] + 2 : argv[i + 1]);
            i += !joined;
        } else if (!options.image) {
            options.image = argv[i];
        } else {
            options.paths[options.npaths++] = argv[i];
        }
    }
    if (!options.image)
        usage();
    return options;
}

static uint64 clamp(uint64 n, uint64 low, uint64 high)
{
    if (n < low)
        return low;
    return n > high ? high : n;
}

// One inode for four blocks, one journal block for sixteen, within limits.
static void fill_in_defaults(struct options *options)
{
    if (!options->ninodes)
        options->ninodes = clamp(options->size / 4, 256, NINODES_MAX - 1);
    if (!options->nlog)
        options->nlog = clamp(options->size / 16, NLOG_MIN, 4096);
}

static void write_journal_header(struct image *image)
{
    struct journal_header *header = image_edit(image, image->sb.logstart);

    *header = (struct journal_header){
        .magic = JMAGIC, .kind = JK_HEADER, .seq = 1, .free_blocks = FREE_UNKNOWN};
    header->checksum = crc32c(0, header, offsetof(struct journal_header, checksum));
}

// Marks what is no data block, and the bits beyond the disk's end, as used.
static void write_bitmap(struct image *image)
{
    const struct superblock *sb = &image->sb;
    uint64 bits = (uint64)(sb->datastart - sb->bmapstart) * BITS_PER_BLOCK;

    for (uint32 block = 0; block < sb->datastart; block++)
        block_mark(image, block, true);
    for (uint64 bit = sb->size; bit < bits; bit++)
        ((uint8 *)image_edit(
            image, sb->bmapstart + (uint32)(bit / BITS_PER_BLOCK)))[bit % BITS_PER_BLOCK / 8] |=
            (uint8)(1 << bit % 8);
}

static void make_file_system(struct image *image, struct options *options)
{
    struct superblock sb;

    fill_in_defaults(options);
    const char *err = super_make(&sb, options->size, options->ninodes, options->nlog);
    if (!err)
        err = image_new(image, sb.size);
    if (err)
        fail("%s: %s", options->image, err);
    image->sb = sb;
    memcpy(image_edit(image, 1), &sb, sizeof(sb));
    write_journal_header(image);
    write_bitmap(image);
    enum fs_error fs_error = root_make(image);
    if (fs_error)
        fail("%s: %s", options->image, fs_strerror(fs_error));
}

// The last name of the path, without a leading '_', cut out of it in place.
static const char *default_name(char *path)
{
    size_t end = strlen(path);

    while (end > 0 && path[end - 1] == '/')
        path[--end] = 0;
    char *slash = strrchr(path, '/');
    char *name = slash ? slash + 1 : path;
    if (name[0] == '_' && name[1])
        name++;
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        fail("%s/: has no name of its own; say PATH=NAME", path);
    return name;
}

// The path without its last name; the caller frees it.
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    char *directory = must_calloc(n + 1, 1);

    memcpy(directory, path, n);
    return directory;
}

// Copies what an argument PATH[=NAME] says.
static void add_argument(struct image *image, char *argument)
{
    char *equals = strrchr(argument, '=');
    const char *name = equals ? equals + 1 : default_name(argument);

    if (equals)
        *equals = 0;
    char *directory = directory_of(name);
    make_directories(image, directory);
    free(directory);
    copy_in(image, argument, name, KEEP_EXISTING);
}

int main(int argc, char **argv)
{
    struct image image;

    diag_init("mkfs", 1);
    struct options options = parse_options(argc, argv);
    make_file_system(&image, &options);
    for (int i = 0; i < options.npaths; i++)
        add_argument(&image, options.paths[i]);
    const char *err = image_save_as(&image, options.image);
    if (err)
        fail("%s: %s", options.image, err);
    image_close(&image);
    free(options.paths);
    return 0;
}
