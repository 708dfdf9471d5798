// manypages N: has N pages of memory, looked at and never written, and lets the kernel print its
// page table, which takes long. For tests that end it meanwhile.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    long n;
    if (argc != 2 || parse_long(argv[1], &n) < 0 || n <= 0)
        usage("manypages N");
    const volatile char *p = sys_sbrk(n * PGSIZE, SBRK_LAZY);
    if (p == SBRK_ERROR)
        fail("sbrk");
    for (long i = 0; i < n; i++)
        (void)p[i * PGSIZE];
    kpgtbl();
    return 0;
}
