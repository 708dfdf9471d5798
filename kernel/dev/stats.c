// The device file "statistics": the event counters as lines of equal length, so that any piece of
// the text can be made without the rest. A reader sees each counter as it is at that moment.
#include "kernel/dev/dev.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"

#define LINE 40 // 20 of name, 19 of number, newline

static int64 stats_read(int minor, void *dst, uint64 off, size_t n)
{
    size_t done = 0, part;

    (void)minor;
    for (; done < n && off < LINE * NCOUNTER; off += part, done += part) {
        char line[LINE + 1];
        ksnprintf(line, sizeof(line), "%-20s%19lu\n", counter_names[off / LINE],
                  __atomic_load_n(&counters[off / LINE], __ATOMIC_RELAXED));
        part = min_u64(n - done, LINE - off % LINE);
        memcpy((char *)dst + done, line + off % LINE, part);
    }
    return done;
}

const struct dev_ops stats_ops = {.read = stats_read, .write = dev_swallow};
