// Bytes that tell where in which file they belong: see files_data.h.
#include "user/tests/usertests/files_data.h"

char chunk[CHUNK];

// A piece is filled line by line: within a line bytes count up, and what each begins with depends
// on where in the file it lies, so that no two blocks close to each other are alike.
#define LINE 128

static uint start_of_line(uint64 line, int mark)
{
    return line * 37 + (line >> 8) * 11 + (line >> 18) * 5 + mark * 59;
}

void fill(void *buf, uint64 at, int n, int mark)
{
    uchar *p = buf;
    for (uint64 end = at + n; at < end;) {
        uint start = start_of_line(at / LINE, mark);
        do
            *p++ = (start + at % LINE) % 255 + 1;
        while (++at < end && at % LINE != 0);
    }
}

int is_filled(const void *buf, uint64 at, int n, int mark)
{
    char wanted[1024];
    for (int done = 0, m; done < n; done += m) {
        m = n - done < (int)sizeof(wanted) ? n - done : (int)sizeof(wanted);
        fill(wanted, at + done, m, mark);
        if (memcmp((const char *)buf + done, wanted, m) != 0)
            return 0;
    }
    return 1;
}

int is_zero(const void *buf, int n)
{
    for (const char *p = buf; n > 0; n--)
        if (*p++ != 0)
            return 0;
    return 1;
}

int new_file(const char *name)
{
    int fd = open(name, O_CREATE | O_TRUNC | O_RDWR);
    expect(fd >= 0, "open %s", name);
    return fd;
}

static void seek(int fd, uint64 at)
{
    expect(lseek(fd, at, SEEK_SET) == (off_t)at, "lseek to %lu", at);
}

void write_at(int fd, uint64 at, uint64 n, int mark)
{
    seek(fd, at);
    for (uint64 end = at + n; at < end;) {
        int m = end - at < CHUNK ? end - at : CHUNK;
        fill(chunk, at, m, mark);
        expect(write(fd, chunk, m) == m, "write of %d bytes at %lu", m, at);
        at += m;
    }
}

void expect_filled(int fd, uint64 at, uint64 n, int mark)
{
    seek(fd, at);
    for (uint64 end = at + n; at < end;) {
        int m = end - at < CHUNK ? end - at : CHUNK;
        expect(read(fd, chunk, m) == m, "read of %d bytes at %lu", m, at);
        expect(is_filled(chunk, at, m, mark), "the right %d bytes at %lu", m, at);
        at += m;
    }
}

void expect_zeroes(int fd, uint64 at, uint64 n)
{
    seek(fd, at);
    for (uint64 end = at + n; at < end;) {
        int m = end - at < CHUNK ? end - at : CHUNK;
        memset(chunk, 1, m);
        expect(read(fd, chunk, m) == m, "read of %d bytes at %lu", m, at);
        expect(is_zero(chunk, m), "%d zeroes at %lu", m, at);
        at += m;
    }
}

int filled_file(const char *name, uint64 n, int mark)
{
    int fd = new_file(name);
    write_at(fd, 0, n, mark);
    return fd;
}

void remove(const char *name) { expect(unlink(name) == 0, "unlink %s", name); }

void discard(int fd, const char *name)
{
    expect(close(fd) == 0, "close");
    remove(name);
}

uint64 size_of(int fd)
{
    struct stat st;
    expect(fstat(fd, &st) == 0, "fstat");
    return st.size;
}

uint64 free_blocks(void)
{
    struct sysinfo info;
    expect(sysinfo(&info) == 0, "sysinfo");
    return info.freeblocks;
}

uint64 blocks_of_file(uint64 n)
{
    uint64 indirect = 0;
    if (n > NDIRECT)
        indirect++;
    if (n > NDIRECT + NINDIRECT)
        indirect += 1 + (n - NDIRECT - 1) / NINDIRECT;
    return n + indirect;
}
