// readline SIZE: reads from the console with a buffer of that many bytes to the end of input, and
// then prints what each read has got in brackets; for tests/suites/console.py. readonly: reads into
// memory that may only be read first; edge: the buffer has 4 bytes before such memory.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "user/lib/util.h"

static const char constant[64] = "in read-only memory";

static void read_pieces(char *buf, int size)
{
    static char all[4096];
    int n, used = 0;
    do {
        n = read(0, buf, size);
        if (n < 0)
            fail("readline");
        all[used++] = '[';
        memmove(all + used, buf, n);
        used += n;
        all[used++] = ']';
    } while (n > 0);
    printf("%s\n", all);
}

int main(int argc, char **argv)
{
    static char small[64];
    if (argc != 2)
        usage("readline SIZE | readonly | edge");
    char *pages = mmap(0, 2 * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + PGSIZE, PGSIZE, PROT_READ) < 0)
        fail("readline: no memory");
    if (strcmp(argv[1], "edge") == 0) {
        read_pieces(pages + PGSIZE - 4, 64);
        return 0;
    }
    if (strcmp(argv[1], "readonly") == 0) {
        if (read(0, (void *)constant, sizeof(constant)) != -1 || errno != EFAULT)
            fail("readline: a read into read-only memory");
        read_pieces(small, sizeof(small));
        return 0;
    }
    read_pieces(small, atoi(argv[1]));
    return 0;
}
