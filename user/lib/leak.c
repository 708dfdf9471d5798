// Finds leaks: compares what the kernel has in use before and after something ran. Also runs
// numbered tests and says whether each has leaked.
#include "kernel/memlayout.h"
#include "kernel/riscv.h"
#include "user/lib/test.h"

#define SETTLE 200 // ticks to wait at most for orphans to be reaped

struct quantity {
    const char *name;
    size_t offset; // in struct sysinfo
    int more;      // 1: more of it afterwards is a leak, 0: less of it
};

static const struct quantity quantities[] = {
    {"processes", offsetof(struct sysinfo, nproc), 1},
    {"open files", offsetof(struct sysinfo, files), 1},
    {"cache blocks", offsetof(struct sysinfo, blocks), 1},
    {"pipes", offsetof(struct sysinfo, pipes), 1},
    {"inodes in core", offsetof(struct sysinfo, inodes), 1},
    {"promised frames", offsetof(struct sysinfo, promised), 1},
    {"small objects", offsetof(struct sysinfo, kmemobjs), 1},
    {"free memory", offsetof(struct sysinfo, freemem), 0},
    {"free blocks of the disk", offsetof(struct sysinfo, freeblocks), 0},
    {"free inodes of the disk", offsetof(struct sysinfo, freeinodes), 0},
};
#define NQUANTITIES (int)(sizeof(quantities) / sizeof(quantities[0]))

static uint64 value(const struct sysinfo *s, const struct quantity *q)
{
    return *(const uint64 *)((const char *)s + q->offset);
}

static int compare(const struct sysinfo *before, const struct sysinfo *now, int print)
{
    int worse = 0;

    for (int i = 0; i < NQUANTITIES; i++) {
        const struct quantity *q = &quantities[i];
        uint64 a = value(before, q), b = value(now, q);
        int leaked = q->more ? b > a : b < a;
        if (!leaked)
            continue;
        worse++;
        if (print)
            printf("leak: %s: before %lu, after %lu\n", q->name, a, b);
    }
    return worse;
}

// Touches every page of the program, because a page comes at its first touch. A page that is copied
// on write is written, too, so that it is copied now.
void bring_in_program(void)
{
    extern char end[];

    for (volatile char *p = (char *)USERBASE; p < end; p += PGSIZE) {
        char byte = *p;
        if (pgpte((void *)p) & PTE_COW)
            *p = byte;
    }
}

void leak_start(struct sysinfo *before)
{
    bring_in_program();
    sync();
    pause(2); // orphans that have just ended are reaped meanwhile
    sysinfo(before);
}

int leak_check(const struct sysinfo *before, int print)
{
    struct sysinfo now;

    // Orphans may still be on their way out: look again for a while before calling it a leak.
    for (int i = 0; i < SETTLE / 5; i++) {
        sync();
        sysinfo(&now);
        if (compare(before, &now, 0) == 0)
            return 0;
        pause(5);
    }
    return compare(before, &now, print);
}

static void run(void *test) { ((void (*)(void))test)(); }

int run_numbered(int number, const char *mark, void (*test)(void))
{
    struct sysinfo before;

    printf("start test%d\n", number);
    leak_start(&before);
    int bad = status_of(run, (void *)test) != 0 || leak_check(&before, 1) != 0;
    printf("test%d%s %s\n", number, mark, bad ? "FAIL" : "OK");
    return bad;
}
