// bench: what system calls and faults cost.
//
//     main.c   measuring, the table
//     rows.c   what is measured: one struct row each
//
// A row runs in a process of its own. setup is called once; run(n) does the operation n times and
// is what is measured; teardown undoes setup. They end the process if a call fails.
#ifndef USER_BENCH_BENCH_BENCH_H
#define USER_BENCH_BENCH_BENCH_H

#include "user/lib/util.h"

struct row {
    const char *name;
    const char *what;
    long bytes; // that one operation moves, for MB/s; 0: no transfer
    void (*setup)(void);
    void (*run)(long n);
    void (*teardown)(void);
};

extern const struct row rows[]; // ends with a row without a name

#endif
