// The device file "statistics": text about the kernel, made afresh when it is read from offset 0.
// Modules add sections.
#ifndef KERNEL_DEV_STATS_H
#define KERNEL_DEV_STATS_H

#include "kernel/lib/print.h"

struct stats_section {
    const char *name;
    void (*print)(struct textbuf *t);
    struct stats_section *next; // stats'
};

void stats_init(
    void); // registers DEV_STATS with the counters of lib/counter.h ("name value" lines)
void stats_add(struct stats_section *s);

#endif
