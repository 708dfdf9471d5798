# Trap entry's second half, in the kernel's own text: saving registers; and the way back into the
# kernel. The first half, and the way to user mode, are in trampoline.S.
#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/trapframe.h"

# All registers but sp, tp and t0, which entry code needs for itself.
.macro save_registers
.irp n, 1, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        sd x\n, TF_REG(\n)(sp)
.endr
.endm

.macro save_csrs
        csrr t0, sepc
        sd t0, TF_EPC(sp)
        csrr t0, sstatus
        sd t0, TF_SSTATUS(sp)
        csrr t0, scause
        sd t0, TF_CAUSE(sp)
        csrr t0, stval
        sd t0, TF_TVAL(sp)
.endm

.text

# From user mode: tp = slot, sp = trap frame with the user's sp in it, the user's t0 in the slot,
# its tp in sscratch. Interrupts are off.
.globl user_entry
user_entry:
        save_registers
        ld t0, SLOT_T0(tp)
        sd t0, TF_REG(5)(sp)
        csrrw t0, sscratch, zero # from now on a trap comes from the kernel
        sd t0, TF_REG(4)(sp)
        ld tp, SLOT_CPU(tp)
        save_csrs
        li s0, 0                # a backtrace ends here
        mv a0, sp
        call user_trap          # does not return

# From the kernel: tp = struct cpu, t0 in its scratch word. The stack in use must have room: a
# stack lies in the upper half of its place, so bit 14 of an address in it is set.
.globl kernel_entry
kernel_entry:
        addi t0, sp, -TF_SIZE
        slli t0, t0, 63 - 14
        bgez t0, overflow
        addi sp, sp, -TF_SIZE
        save_registers
        addi t0, sp, TF_SIZE
        sd t0, TF_REG(2)(sp)
        sd tp, TF_REG(4)(sp)
        ld t0, CPU_SCRATCH(tp)
        sd t0, TF_REG(5)(sp)
        save_csrs
        ld t0, TF_EPC(sp)       # for backtraces: as if the interrupted code had called
        sd t0, -8(sp)
        sd s0, -16(sp)
        mv s0, sp
        addi sp, sp, -16
        mv a0, s0
        call kernel_trap
        mv sp, s0
        ld t0, TF_EPC(sp)
        csrw sepc, t0
        ld t0, TF_SSTATUS(sp)
        csrw sstatus, t0
.irp n, 1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ld x\n, TF_REG(\n)(sp)
.endr
        addi sp, sp, TF_SIZE    # tp stays: the trap may have come back on another hart
        sret

overflow:
        mv a0, sp
        ld sp, CPU_EMERGENCY_SP(tp)
        csrr a1, sepc
        csrr a2, scause
        csrr a3, stval
        call stack_overflow
