// bench [-l] [row...]: measures all rows, or those that are named, and prints a table:
// microseconds, instructions and TLB flushes for one operation, and MB/s if the operation moves
// bytes. -l lists the rows.
//
// The number of operations in a run is doubled until a run takes long enough for the clock. Then
// the best of some runs counts. The number of instructions is exact only under QEMU's -icount.
#include "kernel/sysinfo.h"
#include "user/bench/bench/bench.h"

#define RUN_USEC 15000 // the least time of a run
#define RUNS     5
#define OPS_MAX  (1L << 22)

struct sample {
    uint64 time, instructions, flushes;
};

static uint64 ticks_per_second;

static uint64 flushes(void)
{
    struct sysinfo info;
    if (sysinfo(&info) < 0)
        fail("bench: sysinfo");
    ticks_per_second = info.timebase;
    return info.tlbflushes;
}

static struct sample measure(const struct row *row, long n)
{
    struct sample s;

    s.flushes = flushes();
    s.instructions = read_instret();
    s.time = read_time();
    row->run(n);
    s.time = read_time() - s.time;
    s.instructions = read_instret() - s.instructions;
    s.flushes = flushes() - s.flushes;
    return s;
}

static void print_row(const struct row *row, const struct sample *s, long n)
{
    double usec = (double)s->time * 1000000 / ticks_per_second / n;
    char rate[16] = "-";

    if (row->bytes && usec > 0)
        snprintf(rate, sizeof(rate), "%.2f", row->bytes / usec);
    printf("%-12s %12.3f %12.0f %9.2f %10s  %s\n", row->name, usec, (double)s->instructions / n,
           (double)s->flushes / n, rate, row->what);
}

static void run_row(const struct row *row)
{
    struct sample best, s;
    long n = 1;

    if (row->setup)
        row->setup();

    // As many operations as the clock needs.
    best = measure(row, n);
    while (n < OPS_MAX && best.time * 1000000 / ticks_per_second < RUN_USEC) {
        n *= 2;
        best = measure(row, n);
    }

    for (int i = 1; i < RUNS; i++) {
        s = measure(row, n);
        if (s.time < best.time)
            best = s;
    }
    print_row(row, &best, n);

    if (row->teardown)
        row->teardown();
}

static int run_in_child(const struct row *row)
{
    int status = -1, pid = fork();
    if (pid == 0) {
        run_row(row);
        exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        printf("%-12s failed\n", row->name);
    return status != 0;
}

static const struct row *find_row(const char *name)
{
    const struct row *row = rows;
    while (row->name && strcmp(row->name, name) != 0)
        row++;
    return row->name ? row : NULL;
}

static int list_rows(void)
{
    for (const struct row *row = rows; row->name; row++)
        printf("%-12s %s\n", row->name, row->what);
    return 0;
}

int main(int argc, char **argv)
{
    int bad = 0;

    if (argc == 2 && strcmp(argv[1], "-l") == 0)
        return list_rows();
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-')
            usage("bench [-l] [row...]");
        if (find_row(argv[i]) == NULL) {
            fprintf(2, "bench: no row %s: bench -l lists them\n", argv[i]);
            return 1;
        }
    }

    printf("%-12s %12s %12s %9s %10s\n", "row", "us", "instructions", "flushes", "MB/s");
    if (argc < 2) {
        for (const struct row *row = rows; row->name; row++)
            bad |= run_in_child(row);
    } else {
        for (int i = 1; i < argc; i++)
            bad |= run_in_child(find_row(argv[i]));
    }
    return bad;
}
