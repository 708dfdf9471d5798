// Reading and writing beyond single calls, directories and paths.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

int write_all(int fd, const void *buf, int n)
{
    const char *p = buf;

    while (n > 0) {
        int done = write(fd, p, n);
        if (done <= 0)
            return -1;
        p += done;
        n -= done;
    }
    return 0;
}

int read_all(int fd, void *buf, int n)
{
    int got = 0;

    while (got < n) {
        int part = read(fd, (char *)buf + got, n - got);
        if (part < 0)
            return -1;
        if (part == 0)
            break;
        got += part;
    }
    return got;
}

int read_line(int fd, char *buf, int size)
{
    int n = 0, any = 0;
    char c;

    while (read(fd, &c, 1) == 1) {
        any = 1;
        if (c == '\n')
            break;
        if (n < size - 1)
            buf[n++] = c;
    }
    buf[n] = 0;

    // An empty line has a newline at least: without any byte, this is the end.
    return any ? n : -1;
}

int next_name(int fd, char name[DIRSIZ + 1])
{
    struct dirent entry;
    int n;

    for (;;) {
        n = read(fd, &entry, sizeof(entry));
        if (n != sizeof(entry))
            break;

        // A name of DIRSIZ bytes has no 0 behind it in the directory. An entry without an inode is
        // free.
        memmove(name, entry.name, DIRSIZ);
        name[DIRSIZ] = 0;
        if (entry.inum != 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            return 1;
    }
    return n < 0 ? -1 : 0;
}

int join_path(char *path, const char *dir, const char *name)
{
    size_t n = strlen(dir);
    const char *slash = n > 0 && dir[n - 1] != '/' ? "/" : "";

    if (n + 1 + strlen(name) >= MAXPATH) {
        errno = ENAMETOOLONG;
        return -1;
    }
    snprintf(path, MAXPATH, "%s%s%s", dir, slash, name);
    return 0;
}

const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}
