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

// The file is whole again (a wild crew may have been killed after it made the file short), and
// there is a child, whose pid it returns; 0 in the child. -1: no memory for that now.
static int fork_crew(void)
{
    int fd = open(FILE_NAME, O_RDWR);
    int whole = fd >= 0 && ftruncate(fd, FILE_PAGES * PGSIZE) == 0;

    expect(whole || out_of_memory(), "the file is whole");
    if (fd >= 0)
        close(fd);
    int pid = whole ? fork() : -1;
    expect(pid >= 0 || out_of_memory(), "a crew can be made");
    return pid;
}

// 1: it was killed, 0: it came to its end.
static int run_crew(uint64 seed, int threads, int deadline)
{
    int status, now = uptime();
    int pid = fork_crew();

    if (pid == 0)
        be_crew(seed, threads, deadline < now + CREW_TICKS ? deadline : now + CREW_TICKS);
    if (pid < 0) {
        sleep(10);
        return 0;
    }
    expect(waitpid(pid, &status, 0) == pid, "the crew is waited for");
    int may_die = ending_of(seed) == KILLS_ITSELF || ending_of(seed) == GOES_WILD || little_memory;
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
    little_memory = argc > 1 && strcmp(argv[1], "-l") == 0;
    for (int i = 1 + little_memory; i < argc; i += 2) {
        long *value = strcmp(argv[i], "-t") == 0   ? &seconds
                      : strcmp(argv[i], "-n") == 0 ? &threads
                      : strcmp(argv[i], "-s") == 0 ? &seed
                                                   : 0;
        if (value == 0 || i + 1 >= argc || parse_long(argv[i + 1], value) < 0 || *value < 0)
            usage("mapstress [-l] [-t seconds] [-n threads] [-s seed]");
    }
    if (threads < 1 || threads > MAX_THREADS)
        usage("mapstress: 1 to 16 threads");
    test_name = "mapstress";
    int bad = supervise(seed, threads, seconds);
    unlink(FILE_NAME);
    printf("mapstress: %s\n", bad ? "FAILED" : "OK");
    return bad;
}
