// crashstates: power cuts at every moment, and what the kernel makes of the disk.
//
//     crashstates [-n STATES] [-s SEED] [-k PATH] [-r STATE] [-f PLACE | -F] [-v] IMAGE
//
// Files are changed at random on the disk that IMAGE holds (fresh from mkfs, small), the writes and
// flushes are logged, and at moments of the log the disk is made as a power cut could leave it
// (states.h). Each is checked by fsck, mounted by the kernel's own code and compared with what the
// calls had done.
//
//     -n   distinct states that are tried (2000)
//     -s   seed (1): the same seed tries the same states
//     -k   a disk that fails is kept as PATH.img (crashstates)
//     -r   only that state, of the same seed and number of states
//     -f   the flush of that place is left out: a state should fail
//     -F   prints the places that flush, a line each: number, times, who called (addresses, for
//     addr2line) -v   tells of each life
//
// The status is 0 if all states were as they must be, 1 if one was not, 2 if something else went
// wrong.
#include "kernel/fs.h"
#include "tests/crash/flush.h"
#include "tests/crash/states.h"
#include "tests/crash/work.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CALLS       250  // of a life
#define LIFE_STATES 1500 // that one life gives at most, besides those of lives in it
#define LIVES_LEAST 8    // for few states: about so many lives
#define TIMES       10   // that progress is told

enum { STATUS_GOOD, STATUS_FAILED, STATUS_BROKEN };

static void *read_image(const char *path, uint32 *blocks)
{
    FILE *f = fopen(path, "rb");
    long size = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    void *bytes = size > 0 ? malloc(size) : 0;
    if (bytes) {
        rewind(f);
        *blocks = size / BSIZE;
        if (fread(bytes, 1, size, f) == (size_t)size && fclose(f) == 0)
            return bytes;
    }
    perror(path);
    exit(STATUS_BROKEN);
}

// A life from the beginning, and its states. False: something failed.
static bool hunt_life(struct hunt *hunt, const uint8 *disk, uint32 blocks, uint number, uint64 n)
{
    char name[HUNT_NAME];
    struct log *log = log_new(disk, blocks);
    struct work_plan plan = {.seed = states_mix(hunt->seed, number), .calls = CALLS};
    snprintf(name, sizeof(name), "%u", number);
    work_run(&plan, log);
    if (hunt->verbose)
        printf("life %u: %u calls, %u events, %u transactions\n", number, log->ncalls, log->nevents,
               log->nversions - 1);
    bool good = !log->failure;
    if (!good)
        snprintf(hunt->failure, sizeof(hunt->failure),
                 "life %s fails during `%s`: %s\n  again: make crashstates SEED=%lu STATES=%lu\n",
                 name, log->call[log->ncalls - 1], log->failure, hunt->seed, hunt->wanted);
    else
        good = states_try(hunt, log, name, 0, n);
    log_free(log);
    return good;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static bool hunt_all(struct hunt *hunt, const uint8 *disk, uint32 blocks)
{
    uint64 each = min_u64(LIFE_STATES, (hunt->wanted + LIVES_LEAST - 1) / LIVES_LEAST), told = 0;
    double began = seconds();
    for (uint number = 1; hunt->distinct < hunt->wanted; number++) {
        alarm(600);
        if (!hunt_life(hunt, disk, blocks, number, each))
            return false;
        uint64 tenth = hunt->distinct * TIMES / hunt->wanted;
        if (tenth > told && !hunt->only)
            printf("%lu of %lu states, %.0f s\n", hunt->distinct, hunt->wanted, seconds() - began);
        told = tenth;
        fflush(stdout);
    }
    return true;
}

static void print_places(void)
{
    const struct flush_place *place;
    uint n = flush_places(&place);
    for (uint i = 0; i < n; i++) {
        printf("place %u: %lu times,", i, place[i].count);
        for (uint k = 0; k < FLUSH_CALLS && place[i].call[k]; k++)
            printf(" %#lx", place[i].call[k]);
        putchar('\n');
    }
}

static struct hunt *hunted; // set before the first world

static void print_result(const struct hunt *hunt, const char *result)
{
    if (hunt->only)
        printf("state %s of seed %lu: %s\n", hunt->only, hunt->seed,
               hunt->judged ? result : "there is none");
    else
        printf("%lu distinct states of %lu, seed %lu, %lu lives: %s\n", hunt->distinct, hunt->tried,
               hunt->seed, hunt->lives, result);
}

// The kernel's code reached for memory that is not there, or does not end.
static void broken(int signal)
{
    print_result(hunted, "one is not");
    printf("state %s: the kernel of the host ends by signal %d\n  again: make crashstates SEED=%lu "
           "STATES=%lu STATE=%s\n",
           hunted->trying, signal, hunted->seed, hunted->wanted, hunted->trying);
    fflush(stdout);
    _exit(STATUS_FAILED);
}

static noreturn void usage(void)
{
    fprintf(stderr, "usage: crashstates [-n STATES] [-s SEED] [-k PATH] [-r STATE] [-f PLACE | -F] "
                    "[-v] IMAGE\n");
    exit(STATUS_BROKEN);
}

int main(int argc, char **argv)
{
    struct hunt *hunt = calloc(1, sizeof(*hunt));
    int option, skip = -1;
    bool list = false;
    uint32 blocks;
    *hunt = (struct hunt){.seed = 1, .wanted = 2000, .keep = "crashstates"};
    while ((option = getopt(argc, argv, "n:s:k:r:f:Fv")) != -1) {
        switch (option) {
        case 'n':
            hunt->wanted = strtoull(optarg, 0, 0);
            break;
        case 's':
            hunt->seed = strtoull(optarg, 0, 0);
            break;
        case 'k':
            hunt->keep = optarg;
            break;
        case 'r':
            hunt->only = optarg;
            break;
        case 'f':
            skip = atoi(optarg);
            break;
        case 'F':
            list = true;
            break;
        case 'v':
            hunt->verbose = true;
            break;
        default:
            usage();
        }
    }
    if (optind + 1 != argc || hunt->wanted == 0)
        usage();
    for (hunt->seen_size = 1 << 12; hunt->seen_size < 8 * hunt->wanted; hunt->seen_size *= 2)
        ;
    hunt->seen = calloc(hunt->seen_size, sizeof(uint64));
    flush_prepare(skip);
    hunted = hunt;
    signal(SIGSEGV, broken);
    signal(SIGALRM, broken);
    uint8 *disk = read_image(argv[optind], &blocks);
    bool good = hunt_all(hunt, disk, blocks);
    if (list)
        print_places();
    print_result(hunt, good ? "all as they must be" : "one is not");
    printf("%s", hunt->failure);
    free(disk);
    free(hunt->seen);
    free(hunt);
    return good ? STATUS_GOOD : STATUS_FAILED;
}
