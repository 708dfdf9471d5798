// Control and status registers: their bits, and how they are read and written. RISC-V Privileged
// Architecture, chapters "Machine-Level ISA" and "Supervisor-Level ISA".
//
// Each access costs the emulator more than an ordinary instruction (it ends a translation block).
// So code reads such a register once and keeps the value.
#ifndef KERNEL_ARCH_CSR_H
#define KERNEL_ARCH_CSR_H

#define SSTATUS_SIE        (1 << 1)
#define SSTATUS_SPIE       (1 << 5)
#define SSTATUS_SPP        (1 << 8)
#define SSTATUS_FS         (3 << 13) // floating point: off, initial, clean, dirty
#define SSTATUS_FS_INITIAL (1 << 13)
#define SSTATUS_FS_CLEAN   (2 << 13)
#define SSTATUS_FS_DIRTY   (3 << 13)
#define SSTATUS_SUM        (1 << 18)

#define SIE_SSIE (1 << 1)
#define SIE_SEIE (1 << 9)

#define MSTATUS_MPP_MASK (3 << 11)
#define MSTATUS_MPP_S    (1 << 11)
#define MIE_MSIE         (1 << 3)
#define MIE_MTIE         (1 << 7)

#define SATP_SV39 (8UL << 60)

// scause: the top bit, and what the rest means with and without it.
#define CAUSE_INTERRUPT (1UL << 63)
enum trap_cause {
    CAUSE_FETCH_MISALIGNED = 0,
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_USER_ECALL = 8,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
};
enum interrupt_cause { IRQ_S_SOFTWARE = 1, IRQ_S_TIMER = 5, IRQ_S_EXTERNAL = 9 };

// The register's name is a part of the instruction, so these are macros.
#define csr_read(name)                                                                             \
    ({                                                                                             \
        unsigned long csr_value_;                                                                  \
        __asm__ volatile("csrr %0, " #name : "=r"(csr_value_)::"memory");                          \
        csr_value_;                                                                                \
    })
#define csr_write(name, value)                                                                     \
    __asm__ volatile("csrw " #name ", %0" ::"rK"((unsigned long)(value)) : "memory")
#define csr_set(name, bits)                                                                        \
    __asm__ volatile("csrs " #name ", %0" ::"rK"((unsigned long)(bits)) : "memory")
#define csr_clear(name, bits)                                                                      \
    __asm__ volatile("csrc " #name ", %0" ::"rK"((unsigned long)(bits)) : "memory")

// The time counter; machine.timebase (fdt.h) counts are a second.
static inline unsigned long time_now(void) { return csr_read(time); }

#endif
