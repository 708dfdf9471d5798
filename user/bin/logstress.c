// logstress [-n rounds] file...: for each file there is a process that writes 250 times 2,000 bytes
// to it, in each of so many rounds (1; 0: without end). All of them work at the same time. For
// crash tests, which stop the machine meanwhile.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

#define WRITES 250
#define SIZE   2000

static void writer(const char *name, int letter, long rounds)
{
    static char buf[SIZE];

    memset(buf, letter, SIZE);
    for (long round = 0; rounds == 0 || round < rounds; round++) {
        int fd = open(name, O_CREATE | O_WRONLY);
        if (fd < 0)
            fail("logstress: cannot open %s", name);
        for (int i = 0; i < WRITES; i++)
            if (write(fd, buf, SIZE) != SIZE)
                fail("logstress: cannot write %s", name);
        close(fd);
    }
    exit(0);
}

int main(int argc, char **argv)
{
    const char *line = "logstress [-n rounds] file...";
    long rounds = 1;
    int first = 1, status, bad = 0;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        if (parse_long(argv[2], &rounds) < 0 || rounds < 0)
            usage(line);
        first = 3;
    }
    if (argc <= first || argv[first][0] == '-')
        usage(line);

    for (int i = first; i < argc; i++) {
        int pid = fork();
        if (pid < 0)
            fail("logstress: fork failed");
        if (pid == 0)
            writer(argv[i], 'a' + i % 26, rounds);
    }

    while (wait(&status) > 0)
        if (status != 0)
            bad = 1;
    return bad;
}
