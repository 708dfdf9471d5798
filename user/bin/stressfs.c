// stressfs [processes [rounds]]: so many processes (4) write a file each, read it back and remove
// it, so many times (20), all at the same time.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

#define CHUNK  1500
#define CHUNKS 20

static uchar byte_at(int id, int round, int chunk, int i)
{
    return id * 31 + round * 7 + chunk * 3 + i;
}

static void check(int ok, const char *what, const char *name)
{
    if (!ok)
        fail("stressfs: %s %s", what, name);
}

static void one_round(int id, int round, const char *name)
{
    static uchar buf[CHUNK];

    int fd = open(name, O_CREATE | O_TRUNC | O_RDWR);
    check(fd >= 0, "cannot make", name);
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
        for (int i = 0; i < CHUNK; i++)
            buf[i] = byte_at(id, round, chunk, i);
        check(write(fd, buf, CHUNK) == CHUNK, "cannot write", name);
    }
    close(fd);

    fd = open(name, O_RDONLY);
    check(fd >= 0, "cannot open", name);
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
        check(read(fd, buf, CHUNK) == CHUNK, "cannot read", name);
        for (int i = 0; i < CHUNK; i++) {
            if (buf[i] != byte_at(id, round, chunk, i)) {
                printf("stressfs: %s: wrong byte %d\n", name, chunk * CHUNK + i);
                exit(1);
            }
        }
    }
    close(fd);

    check(unlink(name) == 0, "cannot remove", name);
}

static void worker(int id, int rounds)
{
    char name[DIRSIZ];
    snprintf(name, sizeof(name), "stressfs%d.%d", id, getpid());
    for (int round = 0; round < rounds; round++)
        one_round(id, round, name);
    exit(0);
}

int main(int argc, char **argv)
{
    long processes = 4, rounds = 20;
    int status, bad = 0;

    if (argc > 3 || (argc > 1 && parse_long(argv[1], &processes) < 0) ||
        (argc > 2 && parse_long(argv[2], &rounds) < 0) || processes < 1 || rounds < 1)
        usage("stressfs [processes [rounds]]");

    printf("stressfs starting\n");
    for (int id = 0; id < processes; id++) {
        int pid = fork();
        if (pid == 0)
            worker(id, rounds);
        if (pid < 0) {
            complain("stressfs: fork failed");
            bad = 1;
            break;
        }
    }
    while (wait(&status) > 0)
        if (status != 0)
            bad = 1;
    printf("stressfs %s\n", bad ? "FAILED" : "OK");
    return bad;
}
