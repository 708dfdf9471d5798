// The supervisor of mapstress: see mapstress.h.
#include "user/tests/mapstress/mapstress.h"

#define CREW_TICKS 150 // a crew's life, if it is not killed before

static void make_file(void)
{
    static uint64 page[PGSIZE / sizeof(uint64)];
    int fd = open(FILE_NAME, O_CREATE | O_TRUNC | O_RDWR);
    for (int i = 0; i < FILE_PAGES; i++) {
        for (uint j = 0; j < PGSIZE / sizeof(uint64); j++)
            page[j] = MAGIC << 32 | i;
        expect(write(fd, page, PGSIZE) == PGSIZE, "%s can be written", FILE_NAME);
    }
    close(fd);
}

// 1: it was killed, 0: it came to its end.
static int run_crew(uint64 seed, int threads, int deadline)
{
    int status, now = uptime(), fd = open(FILE_NAME, O_RDWR);
    // A wild crew may have been killed after it made the file short.
    expect(ftruncate(fd, FILE_PAGES * PGSIZE) == 0 && close(fd) == 0, "the file is whole");
    int pid = must_fork();
    if (pid == 0)
        be_crew(seed, threads, deadline < now + CREW_TICKS ? deadline : now + CREW_TICKS);
    expect(waitpid(pid, &status, 0) == pid, "the crew is waited for");
    int may_die = ending_of(seed) == KILLS_ITSELF || ending_of(seed) == GOES_WILD;
    expect(status == 0 || (status == -1 && may_die), "crew %lu ends with %d", seed, status);
    return status == -1;
}

// The first crew comes before anything is counted: it fills caches.
static int supervise(uint64 seed, int threads, int seconds)
{
    struct sysinfo before;
    int crews = 0, killed = 0, end, next;
    make_file();
    run_crew(seed++, threads, uptime() + CREW_TICKS / 3);
    leak_start(&before);
    end = uptime() + seconds * TICK_HZ;
    next = uptime() + 10 * TICK_HZ;
    while (uptime() < end) {
        killed += run_crew(seed++, threads, end);
        crews++;
        if (uptime() >= next) {
            printf("mapstress: %d crews, %d killed\n", crews, killed);
            next += 10 * TICK_HZ;
        }
    }
    printf("mapstress: %d crews, %d killed\n", crews, killed);
    return leak_check(&before, 1);
}

int main(int argc, char **argv)
{
    long seconds = 10, threads = 8, seed = 1;
    for (int i = 1; i < argc; i += 2) {
        long *value = strcmp(argv[i], "-t") == 0   ? &seconds
                      : strcmp(argv[i], "-n") == 0 ? &threads
                      : strcmp(argv[i], "-s") == 0 ? &seed
                                                   : 0;
        if (value == 0 || i + 1 >= argc || parse_long(argv[i + 1], value) < 0 || *value < 0)
            usage("mapstress [-t seconds] [-n threads] [-s seed]");
    }
    if (threads < 1 || threads > MAX_THREADS)
        usage("mapstress: 1 to 16 threads");
    test_name = "mapstress";
    int bad = supervise(seed, threads, seconds);
    unlink(FILE_NAME);
    printf("mapstress: %s\n", bad ? "FAILED" : "OK");
    return bad;
}
