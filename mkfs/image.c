// Images in memory and in files. See the header.
#include "mkfs/image.h"

#include "mkfs/diag.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

static const char *map_blocks(struct image *image, uint64 blocks)
{
    int flags = MAP_PRIVATE | MAP_NORESERVE | (image->fd < 0 ? MAP_ANONYMOUS : 0);

    if (blocks == 0)
        return "the file is shorter than a block";
    if (blocks > UINT32_MAX || blocks > SIZE_MAX / BSIZE)
        return "the image is too large";
    image->blocks = (uint32)blocks;
    image->map = mmap(0, blocks * BSIZE, PROT_READ | PROT_WRITE, flags, image->fd, 0);
    if (image->map == MAP_FAILED) {
        image->map = 0;
        return strerror(errno);
    }
    image->dirty = must_calloc(blocks, 1);
    return 0;
}

// True if some other process holds a lock on any byte of the file.
static bool is_locked(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

const char *image_open(struct image *image, const char *path, enum image_mode mode)
{
    struct stat st;

    *image = (struct image){.fd = -1};
    if (stat(path, &st) < 0)
        return strerror(errno);
    if (!S_ISREG(st.st_mode)) // before open, which would wait for a pipe's other end
        return "not a regular file";
    image->fd = open(path, mode == IMAGE_WRITE ? O_RDWR : O_RDONLY);
    if (image->fd < 0 || fstat(image->fd, &st) < 0)
        return strerror(errno);
    if (mode == IMAGE_WRITE && is_locked(image->fd))
        return "in use by another program (is QEMU running?)";
    return map_blocks(image, (uint64)st.st_size / BSIZE);
}

const char *image_new(struct image *image, uint32 blocks)
{
    *image = (struct image){.fd = -1};
    return map_blocks(image, blocks);
}

const void *image_block(const struct image *image, uint32 block)
{
    assert(block < image->blocks);
    return image->map + (size_t)block * BSIZE;
}

void *image_edit(struct image *image, uint32 block)
{
    assert(block < image->blocks);
    image->dirty[block] = 1;
    return image->map + (size_t)block * BSIZE;
}

static const char *write_all(int fd, const uint8 *data, size_t n, off_t offset)
{
    while (n > 0) {
        ssize_t done = pwrite(fd, data, n, offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return strerror(errno);
        if (done == 0)
            return "cannot write";
        data += done;
        n -= (size_t)done;
        offset += done;
    }
    return 0;
}

// Writes the run of changed blocks that begins at first; returns its length in *count.
static const char *write_run(struct image *image, int fd, uint32 first, uint32 *count)
{
    uint32 n = 0;
    size_t offset = (size_t)first * BSIZE;

    while (n < image->blocks - first && image->dirty[first + n])
        image->dirty[first + n++] = 0;
    *count = n;
    return write_all(fd, image->map + offset, (size_t)n * BSIZE, (off_t)offset);
}

static const char *write_dirty(struct image *image, int fd)
{
    for (uint32 block = 0, count; block < image->blocks; block += count) {
        count = 1;
        if (!image->dirty[block])
            continue;
        const char *err = write_run(image, fd, block, &count);
        if (err)
            return err;
    }
    return 0;
}

const char *image_save(struct image *image, uint32 last)
{
    uint8 hold_back = image->dirty[last];

    image->dirty[last] = 0;
    const char *err = write_dirty(image, image->fd);
    if (!err && fsync(image->fd) < 0)
        err = strerror(errno);
    if (err)
        return err;
    image->dirty[last] = hold_back;
    err = write_dirty(image, image->fd);
    if (!err && hold_back && fsync(image->fd) < 0)
        err = strerror(errno);
    return err;
}

static const char *fill_file(struct image *image, int fd)
{
    if (ftruncate(fd, (off_t)image->blocks * BSIZE) < 0)
        return strerror(errno);
    return write_dirty(image, fd);
}

const char *image_save_as(struct image *image, const char *path)
{
    size_t size = strlen(path) + 32;
    char *temporary = must_calloc(size, 1);

    snprintf(temporary, size, "%s.%ld.tmp", path, (long)getpid());
    int fd = open(temporary, O_RDWR | O_CREAT | O_EXCL, 0666);
    const char *err = fd < 0 ? strerror(errno) : fill_file(image, fd);
    if (fd >= 0 && close(fd) < 0 && !err)
        err = strerror(errno);
    if (!err && rename(temporary, path) < 0)
        err = strerror(errno);
    if (err && fd >= 0)
        unlink(temporary);
    free(temporary);
    return err;
}

void image_close(struct image *image)
{
    if (image->map)
        munmap(image->map, (size_t)image->blocks * BSIZE);
    if (image->fd >= 0)
        close(image->fd);
    free(image->dirty);
    *image = (struct image){.fd = -1};
}
