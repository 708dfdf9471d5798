// Pages and Sv39 page table entries, as programs see them. Part of the ABI.
// RISC-V Privileged Architecture, chapter "Sv39: Page-Based 39-bit Virtual-Memory System".
#ifndef KERNEL_RISCV_H
#define KERNEL_RISCV_H

#define PGSIZE      4096
#define PGSHIFT     12
#define SUPERPGSIZE (2 * 1024 * 1024)

#define PGROUNDUP(a)        (((a) + PGSIZE - 1) & ~(uint64)(PGSIZE - 1))
#define PGROUNDDOWN(a)      ((a) & ~(uint64)(PGSIZE - 1))
#define SUPERPGROUNDUP(a)   (((a) + SUPERPGSIZE - 1) & ~(uint64)(SUPERPGSIZE - 1))
#define SUPERPGROUNDDOWN(a) ((a) & ~(uint64)(SUPERPGSIZE - 1))

#define PTE_V   (1L << 0) // valid
#define PTE_R   (1L << 1) // readable
#define PTE_W   (1L << 2) // writable
#define PTE_X   (1L << 3) // executable
#define PTE_U   (1L << 4) // user mode may use it
#define PTE_G   (1L << 5) // global
#define PTE_A   (1L << 6) // accessed
#define PTE_D   (1L << 7) // dirty
#define PTE_COW (1L << 8) // for software: several entries share the frame; a write copies it

#define PTE_FLAGS(pte) ((pte)&0x3ff)
#define PTE2PA(pte)    ((((uint64)(pte)) >> 10 & 0xfffffffffffUL) << 12)
#define PA2PTE(pa)     ((((uint64)(pa)) >> 12) << 10)

// The first address behind the lower half of Sv39, which is the user's.
#define MAXVA (1UL << 38)

#ifndef __ASSEMBLER__
static inline unsigned long r_sp(void)
{
    unsigned long x;
    __asm__ volatile("mv %0, sp" : "=r"(x));
    return x;
}
#endif

#endif
