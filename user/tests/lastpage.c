// lastpage: takes all the memory there is, page by page, and then asks for more in several ways.
// What fails must say so, and the program goes on, though it has not written to its data yet.
#include "kernel/memlayout.h"
#include "kernel/riscv.h"
#include "user/user.h"

int main(void)
{
    extern char end[];
    for (volatile char *p = (char *)USERBASE; p < end; p += PGSIZE)
        (void)*p; // from its file: there is no memory for that afterwards
    while (sbrk(PGSIZE) != SBRK_ERROR)
        ;
    perror("lastpage: sbrk");
    if (malloc(100000) == 0)
        perror("lastpage: malloc");
    if (fork() < 0)
        perror("lastpage: fork");
    sbrk(-8 * PGSIZE);
    free(malloc(100)); // takes these 8 pages, and may find none for what malloc keeps in bss
    printf("lastpage: goes on\n");
    return 0;
}
