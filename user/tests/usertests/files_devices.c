// Device files, as far as a program can test them without a person at the console; clocks; and
// numbers that devices and programs print as text.
#include "user/tests/usertests/files.h"

#include "kernel/syscall.h"
#include "user/tests/usertests/files_data.h"

void null_device(void)
{
    struct stat st;
    int fd = open("/null", O_RDWR);
    expect(fd >= 0 && fstat(fd, &st) == 0 && st.type == T_DEVICE && st.major == 3, "open");
    chunk[0] = 'x';
    expect(read(fd, chunk, CHUNK) == 0 && chunk[0] == 'x', "it is at its end");
    expect(write(fd, chunk, CHUNK) == CHUNK && write(fd, chunk, 1) == 1, "it takes everything");
    expect(read(fd, chunk, 1) == 0 && size_of(fd) == 0, "and keeps nothing");
}

void zero_device(void)
{
    int fd = open("/zero", O_RDWR);
    memset(chunk, 'x', CHUNK);
    expect(read(fd, chunk, 10) == 10 && is_zero(chunk, 10) && chunk[10] == 'x', "a few zeroes");
    expect(read(fd, chunk, CHUNK - 1) == CHUNK - 1 && is_zero(chunk, CHUNK - 1), "many");
    expect(chunk[CHUNK - 1] == 'x', "and no more");
    memset(chunk, 'y', CHUNK);
    expect(write(fd, chunk, CHUNK) == CHUNK, "it takes everything");
    expect(read(fd, chunk, 100) == 100 && is_zero(chunk, 100), "it stays what it is");
}

void console_device(void)
{
    struct stat st;
    int fd = open("/console", O_RDWR);
    expect(fd >= 0 && fstat(fd, &st) == 0 && st.type == T_DEVICE && st.major == 1 && st.minor == 0,
           "open");
    expect(write(fd, chunk, 0) == 0 && read(fd, chunk, 0) == 0, "no bytes: nothing to wait for");
    expect(FAILS(write(fd, (char *)0x80000000UL, 10), EFAULT), "write from a bad address");
    expect(FAILS(read(fd, (char *)0x80000000UL, 10), EFAULT), "read to one, before anybody types");
    expect(FAILS(read(fd, chunk, -1), EINVAL) && FAILS(write(fd, chunk, -1), EINVAL),
           "negative counts");
}

void devices_refuse(void)
{
    static const char *const names[] = {"/console", "/null", "/zero", "/statistics"};
    for (uint i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int fd = open(names[i], O_RDWR | O_TRUNC), in = open(names[i], O_RDONLY),
            out = open(names[i], O_WRONLY);
        expect(fd >= 0 && in >= 0 && out >= 0, "open %s", names[i]);
        expect(FAILS(lseek(fd, 1, SEEK_SET), ESPIPE), "lseek of %s", names[i]);
        expect(FAILS(ftruncate(fd, 0), EINVAL), "ftruncate of %s", names[i]);
        expect(FAILS(fsync(fd), EINVAL), "fsync of %s", names[i]);
        expect(FAILS(write(in, "x", 1), EBADF) && FAILS(read(out, chunk, 1), EBADF), "modes of %s",
               names[i]);
        expect(FAILS(read(fd, (char *)0x80000000UL, 1), EFAULT), "read of %s to a bad address",
               names[i]);
        expect(FAILS(write(fd, (char *)0x80000000UL, 1), EFAULT), "write of %s from one", names[i]);
        expect(FAILS(open(names[i], O_CREATE | O_EXCL), EEXIST), "O_EXCL of %s", names[i]);
        close(fd);
        close(in);
        close(out);
    }
}

void unknown_devices(void)
{
    struct stat st;
    expect(FAILS(mknod("dev", -1, 0), EINVAL) && FAILS(mknod("dev", NDEV, 0), EINVAL),
           "impossible major numbers");
    expect(raw_syscall(SYS_mknod, (long[6]){(long)"dev", 3, 40000}) == -EINVAL,
           "an impossible minor number");
    expect(FAILS(stat("dev", &st), ENOENT), "nothing is created");
    expect(mknod("dev", NDEV - 1, 7) == 0 && FAILS(mknod("dev", 3, 0), EEXIST), "mknod");
    expect(stat("dev", &st) == -1 && errno == ENXIO, "stat opens it");
    for (int i = 0; i < 20; i++)
        expect(FAILS(open("dev", O_RDWR), ENXIO), "no driver");
    int fd = open("dev", O_NOFOLLOW | O_CREATE | O_RDWR);
    expect(fd == -1 && errno == ENXIO, "nor with O_CREATE");
    remove("dev");
    expect(mknod("dev", 0, 0) == 0 && FAILS(open("dev", O_RDONLY), ENXIO), "number 0 is none");
    remove("dev");
    expect(mknod("dev", 4, 9) == 0 && (fd = open("dev", O_RDONLY)) >= 0, "another zero device");
    expect(fstat(fd, &st) == 0 && st.major == 4 && st.minor == 9 && read(fd, chunk, 9) == 9,
           "it works");
    discard(fd, "dev");
}

// The statistics change while they are read, but not their form: lines of a name of 20 bytes and
// a number of 19; then lines of a length of their own about locks (locks.c).
#define STAT_LINE 40
#define LOCK_LINE 80

static int read_statistics(char *text, int size, int piece)
{
    int n, done = 0, fd = open("/statistics", O_RDONLY);
    expect(fd >= 0, "open");
    while ((n = read(fd, text + done, piece)) > 0) {
        done += n;
        expect(n <= piece && done + piece <= size, "no more than asked for");
    }
    expect(n == 0, "the end");
    close(fd);
    return done;
}

static void expect_same_counters(const char *whole, const char *text, int n)
{
    int end = strstr(whole, "---") - whole;
    expect(end > 10 * STAT_LINE && end % STAT_LINE == 0, "whole lines, not %d bytes", end);
    for (int at = end; at < n; at += LOCK_LINE)
        expect(memcmp(whole + at, text + at, 4) == 0 && text[at + LOCK_LINE - 1] == '\n',
               "a line at %d", at);
    for (int at = 0; at < end; at += STAT_LINE) {
        char number[20];
        long then, now;
        memcpy(number, whole + at + 20, 19), number[19] = 0;
        then = strtol(number, 0, 10);
        memcpy(number, text + at + 20, 19);
        now = strtol(number, 0, 10);
        expect(memcmp(whole + at, text + at, 20) == 0, "the name at %d", at);
        expect(text[at + STAT_LINE - 1] == '\n', "a line's end at %d", at + STAT_LINE - 1);
        expect(now >= then && now - then < 1000000000, "counters count up at %d: %ld, then %ld", at,
               then, now);
    }
}

void statistics_in_pieces(void)
{
    static const int pieces[] = {1, 7, 19, 39, 40, 41, 333};
    static char whole[16384], text[16384];
    int n = read_statistics(whole, sizeof(whole), 8192);
    for (uint i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        expect(read_statistics(text, sizeof(text), pieces[i]) == n, "as much in pieces of %d",
               pieces[i]);
        expect_same_counters(whole, text, n);
    }
    expect(statistics(text, sizeof(text)) == n, "statistics() reads all");
    expect(statistics(text, 50) == 50 && memcmp(text, whole, 20) == 0, "or what there is room for");
    expect(counter_value("disk_write") >= 0 && counter_value("nonsense") == -1,
           "a counter by its name");
}

// Ticks that a busy host delayed are counted late and at once: so a count of ticks never says how
// much time has passed at least, only how much at most.
void uptime_and_time(void)
{
    struct sysinfo info;
    uint64 t0, t1;
    sysinfo(&info);
    expect(gettime(&t0) == 0 && t0 / 1000000000 > 1577836800, "it is after 2020");
    uint64 clock = read_time();
    int u0 = uptime();
    expect(pause(3) == 0, "pause");
    int u1 = uptime();
    expect(u1 - u0 >= 3, "3 ticks later, not %d", u1 - u0);
    uint64 passed = read_time() - clock;
    expect(gettime(&t1) == 0 && t1 - t0 + 1000000 >= passed * 1000 / (info.timebase / 1000000),
           "gettime passes, too");
    expect((uint64)u1 <= read_time() * TICK_HZ / info.timebase + 1,
           "ticks are as long as the time counter says");
    for (int i = 0; i < 200; i++, t0 = t1)
        expect(gettime(&t1) == 0 && t1 >= t0, "time does not go back");
    expect(FAILS(gettime((uint64 *)0x80000000UL), EFAULT), "gettime to a bad address");
    expect(pause(0) == 0 && uptime() >= u1, "pause(0)");
}

// What one call prints, which goes to a file.
static void expect_printed(int fd, const char *wanted)
{
    int n = strlen(wanted);
    lseek(fd, 0, SEEK_SET);
    expect(read(fd, chunk, CHUNK) == n && memcmp(chunk, wanted, n) == 0, "`%s' is printed", wanted);
    expect(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0, "ftruncate");
}

void printf_of_extremes(void)
{
    int fd = new_file("f");
    fprintf(fd, "%d %ld %lld", 1 << 31, 1L << 63, 1LL << 63);
    expect_printed(fd, "-2147483648 -9223372036854775808 -9223372036854775808");
    fprintf(fd, "%u %lu %x %lx", ~0U, ~0UL, ~0U, ~0UL);
    expect_printed(fd, "4294967295 18446744073709551615 ffffffff ffffffffffffffff");
    fprintf(fd, "%p%s%c%%", (void *)~0UL, "", 'c');
    expect_printed(fd, "0xffffffffffffffffc%");
    fprintf(fd, "%*ld", 60, 1L << 63);
    expect_printed(fd, "                                        -9223372036854775808");
    memset(chunk, 'a', 700);
    chunk[700] = 0;
    fprintf(fd, "%s|", chunk);
    expect(size_of(fd) == 701, "longer than the library's buffer");
    char bytes[] = "abc";
    expect(memmove(bytes + 1, bytes, 0) == bytes + 1 && strcmp(bytes, "abc") == 0,
           "memmove of nothing");
    expect(memmove(bytes, bytes + 1, 0) == bytes && strcmp(bytes, "abc") == 0,
           "the other way round");
    expect(memcmp(bytes, "xyz", 0) == 0 && memset(bytes, 0, 0) == bytes && bytes[0] == 'a',
           "no bytes are equal");
    discard(fd, "f");
}
