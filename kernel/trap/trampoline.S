# The trampoline page: the trap vector, and the way back to user mode.
#
# Every address space maps this page at TRAMPOLINE in its user half, so it is there whichever root
# satp holds. The code is reached and left by addresses that do not depend on where it runs.
#
# sscratch holds the address of this hart's slot in the TRAPFRAME page while user mode runs, and 0
# while the kernel does.
#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/trapframe.h"

.section .trampoline, "ax"
.balign 4096
.globl trap_vector
trap_vector:
        csrrw tp, sscratch, tp
        beqz tp, 2f

        # From user mode: tp = slot, sscratch = the user's tp.
        sd t0, SLOT_T0(tp)
        ld t0, SLOT_KERNEL_SATP(tp)
        beqz t0, 1f
        csrw satp, t0           # isolated: from the user root to the kernel root
        sfence.vma
1:      ld t0, SLOT_KSTACK(tp)
        sd sp, (TF_REG(2) - TF_SIZE)(t0)
        addi sp, t0, -TF_SIZE
        lla t0, 3f
        ld t0, 0(t0)
        jr t0

        # From the kernel: tp = 0, sscratch = struct cpu.
2:      csrrw tp, sscratch, tp
        sd t0, CPU_SCRATCH(tp)
        lla t0, 4f
        ld t0, 0(t0)
        jr t0

.balign 8
3:      .dword user_entry
4:      .dword kernel_entry

# exit_to_user(tf, slot's address in the user half): to user mode with the registers of tf, which
# lies in kernel memory. Runs at its address in this page. Interrupts are off.
.globl exit_to_user
exit_to_user:
        ld t0, TF_EPC(a0)
        csrw sepc, t0
        ld t0, TF_SSTATUS(a0)
        csrw sstatus, t0
        mv tp, a1               # tp = slot, the user's t0 in it, its tp in sscratch
        ld t0, TF_REG(5)(a0)
        sd t0, SLOT_T0(tp)
        ld t0, TF_REG(4)(a0)
        csrw sscratch, t0
.irp n, 1, 2, 3, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ld x\n, TF_REG(\n)(a0)
.endr
        ld a0, TF_REG(10)(a0)
        ld t0, SLOT_USER_SATP(tp)
        beqz t0, 5f
        csrw satp, t0           # isolated: from the kernel root to the user root
        sfence.vma
5:      ld t0, SLOT_T0(tp)
        csrrw tp, sscratch, tp
        sret
