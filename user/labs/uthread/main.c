// uthread: three threads take turns a hundred times.
// uthread registers: MAX_THREAD threads yield; each must find its registers after that as they were
// before.
#include "user/labs/uthread/uthread.h"
#include "user/lib/util.h"

#define ROUNDS  100
#define TALKERS 3

static int started;     // how many talkers
static uint lost;       // bit n: register sn of some watcher has changed
static int rounds_done; // by all watchers together

// Begins to count when all talkers have started. The last to start is the first to count.
static void talk(int which)
{
    char name = 'a' + which;
    int n;

    printf("thread_%c started\n", name);
    started++;
    while (started < TALKERS)
        thread_yield();

    for (n = 0; n < ROUNDS; n++) {
        printf("thread_%c %d\n", name, n);
        thread_yield();
    }
    printf("thread_%c: exit after %d\n", name, n);
}

// Each thread and each round have values of their own in the registers.
static void watch(int which)
{
    for (int n = 0; n < ROUNDS; n++) {
        lost |= yield_with_registers(((uint64)which << 40) + n * REGISTERS);
        rounds_done++;
    }
}

static void run(void (*body)(int), int threads)
{
    for (int i = 0; i < threads; i++) {
        if (thread_create(body, i) < 0) {
            fprintf(2, "uthread: cannot create thread %d\n", i);
            exit(1);
        }
    }
    thread_run();
}

static int check_registers(void)
{
    run(watch, MAX_THREAD);
    for (int n = 0; n < REGISTERS; n++)
        if (lost & 1 << n)
            printf("registers: s%d is lost\n", n);
    int bad = lost != 0 || rounds_done != MAX_THREAD * ROUNDS;
    printf("registers: %s\n", bad ? "FAILED" : "OK");
    return bad;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "registers") == 0)
        return check_registers();
    if (argc != 1)
        usage("uthread [registers]");
    run(talk, TALKERS);
    return 0;
}
