// bench: measures what system calls and faults cost.
//
//     main.c   measures, and prints the table
//     rows.c   the operations: one struct row each
//
// Each row is measured in a process of its own. setup is called once. run(n) does the operation n
// times, and only that is measured. teardown undoes setup. If a call fails, they end the process.
#ifndef USER_BENCH_BENCH_BENCH_H
#define USER_BENCH_BENCH_BENCH_H

#include "user/lib/util.h"

struct row {
    const char *name;
    const char *what;
    long bytes; // how many one operation moves, for MB/s; 0: it moves none
    void (*setup)(void);
    void (*run)(long n);
    void (*teardown)(void);
};

extern const struct row rows[]; // ends with a row without a name

#endif
