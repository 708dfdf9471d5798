// The device file "statistics".
//
// One text for all readers, made afresh at every read from offset 0; reads further on continue in
// the text made last. The lock keeps a reader's piece whole, not its whole file: two readers at
// once may see each other's text, which differs only in the numbers.
#include "kernel/dev/stats.h"

#include "kernel/dev/dev.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/string.h"
#include "kernel/lock/sleeplock.h"

// The last level of sleeplocks: sections take spinlocks only.
static struct sleeplock stats_lock = SLEEPLOCK_INIT("statistics", BLOCK); // guards what follows
static char text_memory[8192];
static struct textbuf text = {.buf = text_memory, .size = sizeof(text_memory)};
static struct stats_section *sections; // in the order they were added; written at boot only

static void make_text_locked(void)
{
    text.len = 0;
    for (int c = 0; c < NCOUNTER; c++)
        text_printf(&text, "%s %lu\n", counter_names[c],
                    __atomic_load_n(&counters[c], __ATOMIC_RELAXED));
    for (struct stats_section *s = sections; s; s = s->next) {
        text_printf(&text, "--- %s\n", s->name);
        s->print(&text);
    }
}

static int64 stats_read(int minor, void *dst, uint64 off, size_t n)
{
    (void)minor;
    sleeplock_lock(&stats_lock);
    if (off == 0)
        make_text_locked();
    n = off < text.len ? min_u64(n, text.len - off) : 0;
    memcpy(dst, text.buf + off, n);
    sleeplock_unlock(&stats_lock);
    return n;
}

static int64 stats_write(int minor, const void *src, uint64 off, size_t n)
{
    (void)minor, (void)src, (void)off;
    return n; // as to null
}

static const struct dev_ops stats_ops = {
    .name = "statistics", .read = stats_read, .write = stats_write};

void stats_init(void)
{
    dev_register(DEV_STATS, &stats_ops);
}

void stats_add(struct stats_section *s)
{
    struct stats_section **end = &sections;

    while (*end)
        end = &(*end)->next;
    s->next = 0;
    *end = s;
}
