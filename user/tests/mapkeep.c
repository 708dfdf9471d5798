// mapkeep msync|exit|stay|check FILE: stores into a mapping of FILE, twice, with a commit between,
// so that the page must be seen as changed anew; then has it written (msync), leaves that to the
// end of the program (exit), or to whoever writes it while this program stays. check says whether
// FILE holds what was stored last.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "user/lib/test.h"

#define PAGES 3

static char page[PGSIZE];

static char text_of(int i, int j, int round) { return 'a' + (i * 7 + j + round) % 26; }

static char *map_new_file(const char *name)
{
    int fd = open(name, O_CREATE | O_TRUNC | O_RDWR);
    for (int i = 0; i < PAGES; i++)
        expect(fd >= 0 && write(fd, page, PGSIZE) == PGSIZE, "%s can be written", name);
    char *p = mmap(0, PAGES * PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    expect(p != MAP_FAILED && fsync(fd) == 0, "and mapped");
    close(fd);
    return p;
}

static void store(char *p, int round)
{
    for (int i = 0; i < PAGES; i++)
        for (int j = 0; j < PGSIZE; j++)
            p[i * PGSIZE + j] = text_of(i, j, round);
}

static void check(const char *name)
{
    int fd = open(name, O_RDONLY);
    expect(fd >= 0, "%s can be opened", name);
    for (int i = 0; i < PAGES; i++) {
        expect(read(fd, page, PGSIZE) == PGSIZE, "page %d can be read", i);
        for (int j = 0; j < PGSIZE; j++)
            expect(page[j] == text_of(i, j, 2), "byte %d of page %d is 0x%x, not 0x%x", j, i,
                   page[j], text_of(i, j, 2));
    }
    printf("mapkeep: %s holds what was stored\n", name);
}

int main(int argc, char **argv)
{
    test_name = "mapkeep";
    if (argc != 3)
        usage("mapkeep msync|exit|stay|check FILE");
    if (strcmp(argv[1], "check") == 0) {
        check(argv[2]);
        return 0;
    }
    char *p = map_new_file(argv[2]);
    store(p, 1);
    expect(sync() == 0, "sync");
    store(p, 2);
    if (strcmp(argv[1], "msync") == 0)
        expect(msync(p, PAGES * PGSIZE, MS_SYNC) == 0, "msync");
    while (strcmp(argv[1], "stay") == 0)
        pause(1000);
    printf("mapkeep: stored\n");
    return 0;
}
