// Operations at random on a file, each also done to a model in memory: results, sizes, offsets and
// all bytes must be the same. The seeds are fixed, so that a failure comes again.
#include "user/tests/usertests/files.h"

#include "user/tests/usertests/files_data.h"

#define WINDOW     (40 * BSIZE) // the file is only changed in here
#define OPERATIONS 2000

static struct {
    uint64 base;        // the window's first byte; the file is a hole before it
    uint64 size;        // of the file: base to base + WINDOW
    uint64 offset;      // of fd
    char bytes[WINDOW]; // what the window holds; 0 beyond size
    int fd;
} model;

// Near an edge of a block more often than not.
static uint64 random_place(void)
{
    uint64 at = rand() % (WINDOW + 1);
    if (rand() % 2)
        at = at / BSIZE * BSIZE + rand() % 5;
    return model.base + (at < WINDOW ? at : WINDOW);
}

static int random_length(void) { return rand() % 4 == 0 ? rand() % CHUNK : rand() % 300; }

static int at_most(int n, uint64 end, uint64 from)
{
    return from >= end ? 0 : from + n > end ? (int)(end - from) : n;
}

static void do_seek(void)
{
    uint64 to = random_place();
    static const int whences[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    uint64 from[] = {0, model.offset, model.size};
    int i = rand() % 3;
    expect(lseek(model.fd, to - from[i], whences[i]) == (off_t)to, "lseek to %lu", to);
    model.offset = to;
}

static void do_read(void)
{
    int n = random_length(), have = at_most(n, model.size, model.offset);
    expect(read(model.fd, chunk, n) == have, "read of %d at %lu: %d", n, model.offset, have);
    expect(memcmp(chunk, model.bytes + (model.offset - model.base), have) == 0, "%d bytes at %lu",
           have, model.offset);
    model.offset += have;
}

static void do_write(void)
{
    int n = at_most(random_length(), model.base + WINDOW, model.offset), first = rand();
    for (int i = 0; i < n; i++)
        chunk[i] = first + i * 3;
    // the offset may be beyond the end since a truncation: that is meant
    lseek(model.fd, 0, SEEK_CUR);
    expect(write(model.fd, chunk, n) == n, "write of %d at %lu", n, model.offset);
    memcpy(model.bytes + (model.offset - model.base), chunk, n);
    model.offset += n;
    if (n > 0 && model.offset > model.size)
        model.size = model.offset;
}

static void do_truncate(void)
{
    uint64 to = random_place();
    expect(ftruncate(model.fd, to) == 0, "ftruncate to %lu", to);
    if (to < model.size)
        memset(model.bytes + (to - model.base), 0, model.size - to);
    model.size = to;
}

static void do_reopen(void)
{
    close(model.fd);
    model.fd = open("f", O_RDWR);
    expect(model.fd >= 0 && lseek(model.fd, model.offset, SEEK_SET) == (off_t)model.offset, "open");
}

static void check_all(void)
{
    expect(size_of(model.fd) == model.size, "size %lu, not %lu", model.size, size_of(model.fd));
    lseek(model.fd, model.base, SEEK_SET);
    for (uint64 at = model.base; at < model.size; at += CHUNK) {
        int n = at_most(CHUNK, model.size, at);
        expect(read(model.fd, chunk, n) == n, "read of %d at %lu", n, at);
        expect(memcmp(chunk, model.bytes + (at - model.base), n) == 0, "%d bytes at %lu", n, at);
    }
    expect(lseek(model.fd, model.offset, SEEK_SET) == (off_t)model.offset, "lseek back");
}

static void run_model(uint64 base, int seed)
{
    static void (*const operations[])(void) = {do_seek, do_seek,  do_seek,     do_read,  do_read,
                                               do_read, do_write, do_truncate, do_write, do_write};
    srand(seed);
    model.base = model.size = model.offset = base;
    memset(model.bytes, 0, WINDOW);
    model.fd = new_file("f");
    expect(ftruncate(model.fd, base) == 0 && lseek(model.fd, base, SEEK_SET) == (off_t)base,
           "ftruncate");
    for (int i = 0; i < OPERATIONS; i++) {
        operations[rand() % 10]();
        expect(lseek(model.fd, 0, SEEK_CUR) == (off_t)model.offset, "the offset after operation %d",
               i);
        if (i % 50 == 49)
            check_all();
        if (i % 100 == 99)
            do_reopen();
    }
    discard(model.fd, "f");
}

void random_small_file(void) { run_model(0, 1); }

void random_at_indirect_edge(void) { run_model((uint64)(NDIRECT + NINDIRECT - 15) * BSIZE, 2); }
