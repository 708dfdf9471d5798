// fsck as a function, on a disk in memory. See the header.
//
// In place of mkfs/image.c and mkfs/diag.c: the image is the disk itself; a block that fsck
// changes, when it replays the journal, is put back at the end.
#include "tests/crash/fsck_names.h"
#undef printf
#undef vprintf
#undef exit

#include "mkfs/diag.h"
#include "mkfs/image.h"
#include "tests/crash/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

static uint8 *disk;
static uint32 disk_blocks;
static char *said;
static size_t said_end;
static jmp_buf leave;
static int status;

static uint8 *saved[1 << 12]; // the bytes that changed blocks had before

void fsck_vprint(const char *format, va_list args)
{
    if (said_end >= CHECK_TEXT)
        return;
    int n = vsnprintf(said + said_end, CHECK_TEXT - said_end, format, args);
    said_end += n > 0 ? n : 0;
}

void fsck_print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fsck_vprint(format, args);
    va_end(args);
}

void fsck_exit(int with)
{
    status = with;
    longjmp(leave, 1);
}

// --- mkfs/diag.c ---

void diag_init(const char *program, int fail_status) { (void)program, (void)fail_status; }

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fsck_vprint(format, args);
    va_end(args);
    fsck_exit(2);
}

void *must_calloc(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (!p)
        abort();
    return p;
}

void close_stdout(void) {}

// --- mkfs/image.c ---

const char *image_open(struct image *image, const char *path, enum image_mode mode)
{
    (void)path, (void)mode;
    *image = (struct image){.fd = -1, .blocks = disk_blocks, .map = disk};
    return disk_blocks > sizeof(saved) / sizeof(saved[0]) ? "too large" : 0;
}

const void *image_block(const struct image *image, uint32 block)
{
    return image->map + (size_t)block * BSIZE;
}

void *image_edit(struct image *image, uint32 block)
{
    uint8 *bytes = image->map + (size_t)block * BSIZE;
    if (!saved[block]) {
        saved[block] = must_calloc(1, BSIZE);
        memcpy(saved[block], bytes, BSIZE);
    }
    return bytes;
}

const char *image_save(struct image *image, uint32 last)
{
    (void)image, (void)last;
    return "nothing is saved";
}

void image_close(struct image *image) { (void)image; }

static void put_back(void)
{
    for (uint32 i = 0; i < disk_blocks; i++) {
        if (!saved[i])
            continue;
        memcpy(disk + (size_t)i * BSIZE, saved[i], BSIZE);
        free(saved[i]);
        saved[i] = 0;
    }
}

const char *check_disk(uint8 *bytes, uint32 blocks, bool orphans, char *text)
{
    char *arguments[] = {"fsck", "disk", orphans ? 0 : "-o", 0};
    disk = bytes;
    disk_blocks = blocks;
    said = text;
    said_end = 0;
    text[0] = 0;
    if (setjmp(leave) == 0)
        status = fsck_main(orphans ? 2 : 3, arguments);
    put_back();
    return status == 0 ? 0 : text;
}
