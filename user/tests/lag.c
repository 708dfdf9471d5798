// lag N: what a thread that sleeps waits for, besides its sleep, while N processes compute. Prints
// "lag: 20 sleeps of 1 tick took T ticks". How many that are is the scheduling policy's doing.
#include "user/lib/util.h"

#define SLEEPS    20
#define MOST      20
#define WARM_UP   10 // ticks in which the others use time
#define SPINNER_S "lag's spinner"

// Computes until it is killed.
static void spin(void)
{
    for (;;)
        __asm__ volatile("");
}

int main(int argc, char **argv)
{
    int pid[MOST];
    long n;
    if (argc != 2 || parse_long(argv[1], &n) < 0 || n < 1 || n > MOST)
        usage("lag N (1 to 20)");

    for (int i = 0; i < n; i++) {
        pid[i] = fork();
        if (pid[i] < 0)
            fail(SPINNER_S);
        if (pid[i] == 0)
            spin();
    }
    pause(WARM_UP);

    int start = uptime();
    for (int i = 0; i < SLEEPS; i++)
        pause(1);
    int took = uptime() - start;

    for (int i = 0; i < n; i++) {
        kill(pid[i]);
        wait(0);
    }
    printf("lag: %d sleeps of 1 tick took %d ticks\n", SLEEPS, took);
    return 0;
}
