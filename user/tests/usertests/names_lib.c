// Claims about calls and files: see names.h.
#include "user/tests/usertests/names.h"

void make_file(const char *path, const char *text)
{
    int fd = open(path, O_CREATE | O_EXCL | O_RDWR), n = strlen(text);
    expect(fd >= 0, "create %s", path);
    expect(write(fd, text, n) == n && close(fd) == 0, "write %s", path);
}

void expect_text(const char *path, const char *text)
{
    char buf[64];
    int fd = open(path, O_RDONLY);
    expect(fd >= 0, "open %s", path);
    int n = read(fd, buf, sizeof(buf));
    expect(n == (int)strlen(text) && memcmp(buf, text, n) == 0, "%s holds `%s'", path, text);
    close(fd);
}

struct stat look_at(const char *path)
{
    struct stat st = {0};
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    expect(fd >= 0 && fstat(fd, &st) == 0, "%s is there", path);
    close(fd);
    return st;
}

uint inode_of(const char *path) { return look_at(path).ino; }

void expect_node(const char *path, int type, int links)
{
    struct stat st = look_at(path);
    expect(st.type == type && st.nlink == links, "%s has type %d and %d links, not %d and %d", path,
           type, links, st.type, st.nlink);
}

void expect_none(const char *path)
{
    errno = 0;
    expect(open(path, O_RDONLY | O_NOFOLLOW) == -1 && errno == ENOENT, "%s is not there", path);
}

int count_names(const char *path)
{
    char name[DIRSIZ + 1];
    int n = 0, more, fd = open(path, O_RDONLY);
    expect(fd >= 0, "open %s", path);
    while ((more = next_name(fd, name)) == 1)
        n++;
    expect(more == 0, "read %s", path);
    close(fd);
    return n;
}

int together(int n, int (*f)(int id))
{
    char c;
    int go[2], status, sum = 0;
    WORKS(pipe(go));
    for (int id = 0; id < n; id++) {
        if (must_fork() == 0) {
            close(go[1]);
            read(go[0], &c, 1); // until nobody can write
            close(go[0]);
            exit(f(id));
        }
    }
    close(go[0]);
    close(go[1]);
    for (int i = 0; i < n; i++) {
        expect(wait(&status) > 0 && status >= 0, "no process is killed");
        sum += status;
    }
    return sum;
}

static char *next_buffer(void)
{
    static char buffers[4][MAXPATH + 2];
    static int next;
    return buffers[next++ % 4];
}

char *numbered(const char *prefix, int n)
{
    char *name = next_buffer();
    snprintf(name, MAXPATH, "%s%d", prefix, n);
    return name;
}

char *name_of(int n, int c)
{
    char *name = next_buffer();
    memset(name, c, n);
    name[n] = 0;
    return name;
}

char *path_of(int n, const char *last)
{
    char *path = name_of(n, '/');
    path[0] = '.';
    strcpy(path + n - strlen(last), last);
    return path;
}
