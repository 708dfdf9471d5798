// The library functions of user.h over system calls, as programs written for xv6 know them. Those
// that such programs may bring themselves are weak.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/user.h"

char *sbrk(int n) { return sys_sbrk(n, SBRK_EAGER); }

char *sbrklazy(int n) { return sys_sbrk(n, SBRK_LAZY); }

__attribute__((weak)) char *getcwd(char *buf, int size)
{
    return sys_getcwd(buf, size) < 0 ? 0 : buf;
}

int stat(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    int result = fstat(fd, st);
    close(fd);
    return result;
}

// The file is made by init in the root directory.
__attribute__((weak)) int statistics(void *buf, int n)
{
    int fd = open("/statistics", O_RDONLY);
    if (fd < 0)
        return -1;
    int got = 0, r = 0;
    while (got < n && (r = read(fd, (char *)buf + got, n - got)) > 0)
        got += r;
    close(fd);
    return r < 0 ? -1 : got;
}

int atoi(const char *s)
{
    int negative = *s == '-';
    if (negative)
        s++;
    uint n = 0;
    for (; *s >= '0' && *s <= '9'; s++)
        n = n * 10 + (*s - '0');
    return negative ? -n : n;
}

// Reads a line with its newline, if there is room for it.
char *gets(char *buf, int max)
{
    int n = 0;
    char c = 0;
    while (n + 1 < max && c != '\n' && c != '\r' && read(0, &c, 1) == 1)
        buf[n++] = c;
    buf[n] = 0;
    return buf;
}
