# Power-on. Every hart begins here in machine mode, at physical addresses, with its number in a0
# and the device tree's address in a1 (QEMU's "virt" machine, -bios none). Hart 0 boots; the others
# wait for an interrupt until boot_harts_go is set. Code and data are addressed relative to pc, so
# it does not matter that the image is linked for the upper half.
#include "kernel/arch/cpu.h"
#include "kernel/arch/layout.h"
#include "kernel/arch/trapframe.h"
#include "kernel/boot/start.h"
#include "kernel/param.h"

.section .text.entry, "ax"
.globl entry
entry:
        csrw mie, zero
        li t0, NCPU
        bgeu a0, t0, park
        bnez a0, wait

        lla t0, bss_start       # hart 0: no C before bss is zero
        lla t1, bss_end
1:      sd zero, 0(t0)
        addi t0, t0, 8
        bltu t0, t1, 1b
        j go

wait:   li t0, 8                # mie.MSIE: a software interrupt ends wfi
        csrw mie, t0
        lla t1, boot_harts_go
2:      wfi
        lw t0, 0(t1)
        beqz t0, 2b
        fence

go:     lla sp, machine_stacks  # one small stack a hart for start()
        addi t0, a0, 1
        slli t0, t0, MACHINE_STACK_SHIFT
        add sp, sp, t0
        lla t0, machine_vector
        csrw mtvec, t0
        tail start

park:   wfi
        j park

# Supervisor mode begins here, at the upper-half address: a0 this hart's first kernel stack,
# a1 function, a2 struct cpu.
.globl supervisor_entry
supervisor_entry:
        mv tp, a2

# Moves to another stack for good: a0 stack, a1 function.
.globl boot_on_stack
boot_on_stack:
        mv sp, a0
        li s0, 0                # a backtrace ends here
        li ra, 0
        jr a1

# Machine-mode traps. The timer and software interrupts are passed on as a supervisor software
# interrupt; an instruction that faults in start() is skipped (a register this machine does not
# have). mscratch points to this hart's struct machine_scratch.
#
# Supervisor mode cannot turn these interrupts off. So a hart that is to stop, because another has
# panicked, stops here, wherever it was.
.balign 4
machine_vector:
        csrrw a0, mscratch, a0
        sd t0, 0(a0)
        sd t1, 8(a0)
        csrr t0, mcause
        bgez t0, skip
        ld t1, 24(a0)           # msip: whoever raised it finds his reason told below, at a timer's interrupt, too
        sw zero, 0(t1)
        fence o, rw             # what is told from here on raises it again (ipi.h)
        ld t1, 40(a0)
        bnez t1, stop
        andi t0, t0, 4          # 7: timer, 3: software
        beqz t0, pass_on
        ld t1, 16(a0)           # mtimecmp: nothing due until the kernel sets it again
        li t0, -1
        sd t0, 0(t1)
        ld t1, 32(a0)           # and it learns that this was the timer
        sw t0, 0(t1)
pass_on:
        li t0, 2                # mip.SSIP
        csrs mip, t0
        j done
skip:   csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
done:   ld t0, 0(a0)
        ld t1, 8(a0)
        csrrw a0, mscratch, a0
        mret

stop:   csrw mie, zero
        fence rw, w             # what this hart has stored comes before
        sd t1, 48(a0)           # stopped
        j park

# Traps before the trap vector is set up: report and stop.
.balign 4
.globl early_vector
early_vector:
        csrr a0, scause
        csrr a1, sepc
        csrr a2, stval
        call early_trap
