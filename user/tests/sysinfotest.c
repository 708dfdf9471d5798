// sysinfotest: whether sysinfo tells free memory to the byte and processes to one.
//
// Free memory is what sbrk can still promise: it goes down by what one process takes, to 0, and
// back.
#include "kernel/riscv.h"
#include "user/lib/test.h"

static void expect_free(uint64 bytes, const char *when)
{
    struct sysinfo info = system_now();
    expect(info.freemem == bytes, "%lu bytes free %s, not %lu", bytes, when, info.freemem);
}

static void one_page(void)
{
    uint64 before = system_now().freemem;
    expect(sbrk(PGSIZE) != SBRK_ERROR, "sbrk of a page");
    expect_free(before - PGSIZE, "after sbrk of a page");
    expect(sbrk(-PGSIZE) != SBRK_ERROR, "sbrk gives it back");
    expect_free(before, "when it is back");
}

// The last page may be left over: when it would need a page table, too, which are counted with the
// first page that they map.
static void all_pages(void)
{
    uint64 before = system_now().freemem, pages = 0;
    while (sbrk(PGSIZE) != SBRK_ERROR)
        pages++;
    uint64 left = system_now().freemem;
    expect(left <= PGSIZE, "nothing free when sbrk has failed, not %lu", left);
    expect(pages * PGSIZE <= before && pages > before / PGSIZE * 99 / 100,
           "sbrk gave %lu pages of %lu bytes", pages, before);
    expect(sys_sbrk(-(long)pages * PGSIZE, SBRK_EAGER) != SBRK_ERROR, "sbrk gives all back");
    expect_free(before, "when all are back");
}

static void processes(void)
{
    int gate[2], pid;
    char c;
    expect(pipe(gate) == 0, "pipe");
    uint64 before = system_now().nproc;
    if ((pid = must_fork()) == 0) {
        close(gate[1]);
        exit(read(gate[0], &c, 1)); // 0: the parent has closed its end
    }
    expect(system_now().nproc == before + 1, "%lu processes with a child, not %lu", before + 1,
           system_now().nproc);
    close(gate[1]);
    expect_children(1);
    expect(system_now().nproc == before, "%lu processes when it has been waited for, not %lu",
           before, system_now().nproc);
    close(gate[0]);
}

static void bad_pointers(void)
{
    static const uint64 bad[] = {0, 0xeaeb0b5b00002f5e, MAXVA - PGSIZE, MAXVA, ~0UL};
    for (uint i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect(sysinfo((struct sysinfo *)bad[i]) == -1, "sysinfo to %lx fails", bad[i]);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("sysinfotest");
    test_name = "sysinfotest";
    printf("sysinfotest: start\n");
    bad_pointers();
    one_page();
    all_pages();
    processes();
    printf("sysinfotest: OK\n");
    return 0;
}
