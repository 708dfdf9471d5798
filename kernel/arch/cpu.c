// The harts, and the checks that the offsets in assembly are those of the C structures.
#include "kernel/arch/cpu.h"
#include "kernel/arch/trapframe.h"

struct cpu cpus[NCPU];
uint cpu_count = 1;

static_assert(offsetof(struct cpu, scratch) == CPU_SCRATCH, "entry code");
static_assert(offsetof(struct cpu, emergency_sp) == CPU_EMERGENCY_SP, "entry code");
static_assert(offsetof(struct cpu, thread) == CPU_THREAD, "current()");
static_assert(offsetof(struct cpu, irq_depth) == CPU_IRQ_DEPTH, "irq_off()");

static_assert(sizeof(struct trapframe) == TF_SIZE && TF_SIZE % 16 == 0, "trap frame");
static_assert(offsetof(struct trapframe, sp) == TF_REG(2), "trap frame");
static_assert(offsetof(struct trapframe, t6) == TF_REG(31), "trap frame");
static_assert(offsetof(struct trapframe, sstatus) == TF_SSTATUS, "trap frame");
static_assert(offsetof(struct trapframe, cause) == TF_CAUSE, "trap frame");
static_assert(offsetof(struct trapframe, tval) == TF_TVAL, "trap frame");

static_assert(sizeof(struct trapslot) == SLOT_SIZE, "trap slot");
static_assert(offsetof(struct trapslot, kernel_satp) == SLOT_KERNEL_SATP, "trap slot");
static_assert(offsetof(struct trapslot, kstack) == SLOT_KSTACK, "trap slot");
static_assert(offsetof(struct trapslot, cpu) == SLOT_CPU, "trap slot");
static_assert(offsetof(struct trapslot, user_satp) == SLOT_USER_SATP, "trap slot");
