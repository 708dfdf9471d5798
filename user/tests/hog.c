// hog PERCENT: takes so many hundredths of the memory that can be had now, stores into each page of
// it, says "hog: holds N pages", and keeps it until it is killed. It stands for a large program
// that runs beside what is tested.
#include "kernel/riscv.h"
#include "kernel/sysinfo.h"
#include "user/lib/util.h"

#define STEP_PAGES 256 // taken at a time: sbrk's argument is an int

// Takes and fills pages until it has as many, or there are no more. How many it has.
static uint64 take(uint64 pages)
{
    uint64 taken = 0;

    while (taken < pages) {
        uint64 n = pages - taken < STEP_PAGES ? pages - taken : STEP_PAGES;
        char *p = sbrk(n * PGSIZE);
        if (p == (char *)-1)
            break;
        memset(p, 'h', n * PGSIZE);
        taken += n;
    }
    return taken;
}

int main(int argc, char **argv)
{
    struct sysinfo s;
    long percent;

    if (argc != 2 || parse_long(argv[1], &percent) < 0 || percent < 0 || percent > 100)
        usage("hog PERCENT");
    if (sysinfo(&s) < 0)
        fail("hog");
    printf("hog: holds %lu pages\n", take(s.freemem / PGSIZE * percent / 100));
    for (;;)
        sleep(1000);
}
