// free: how much of the memory and of the file system is used, and how much is left.
#include "kernel/sysinfo.h"
#include "user/lib/util.h"

static void line(const char *what, uint64 pages)
{
    printf("%-32s %10lu %10lu\n", what, pages, pages * 4);
}

int main(int argc, char **argv)
{
    struct sysinfo s;

    (void)argv;
    if (argc != 1)
        usage("free");
    if (sysinfo(&s) < 0)
        fail("free");

    printf("%-32s %10s %10s\n", "memory", "pages", "KiB");
    line("total", s.totalmem / 4096);
    line("free frames", s.freepages);
    line("held by caches, reclaimable", s.reclaimable);
    line("held by caches, mapped", s.mapped);
    line("promised to heaps, not touched", s.promised);
    line("can still be promised", s.freemem / 4096);

    printf("%-32s %10s %10s\n", "file system", "blocks", "KiB");
    line("free", s.freeblocks);
    printf("%-32s %10lu\n", "free inodes", s.freeinodes);

    printf("in use: processes %lu, open files %lu, pipes %lu, inodes %lu, cache blocks %lu, small "
           "objects %lu\n",
           s.nproc, s.files, s.pipes, s.inodes, s.blocks, s.kmemobjs);
    return 0;
}
