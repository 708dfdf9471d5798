# Power-on. Every hart begins here in machine mode, at physical addresses, with its number in a0
# and the device tree's address in a1 (QEMU's "virt" machine, -bios none).
#
# Hart 0 boots. The others wait for an interrupt, and then look whether boot_harts_go is set. Code
# and data are addressed relative to pc: the image is linked for the upper half, but it does not run
# there yet.
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

        lla t0, bss_start       # hart 0: fill bss with zeroes, before any C code runs
        lla t1, bss_end
1:      sd zero, 0(t0)
        addi t0, t0, 8
        bltu t0, t1, 1b
        j go

wait:   li t0, 8                # mie.MSIE: a software interrupt ends the wfi
        csrw mie, t0
        lla t1, boot_harts_go
2:      wfi
        lw t0, 0(t1)
        beqz t0, 2b
        fence                   # what hart 0 stored before boot_harts_go is seen from here on

go:     lla sp, machine_stacks  # a small stack of this hart for start()
        addi t0, a0, 1
        slli t0, t0, MACHINE_STACK_SHIFT
        add sp, sp, t0
        lla t0, machine_vector
        csrw mtvec, t0
        tail start

park:   wfi                     # a hart that is not used, or has stopped
        j park

# Supervisor mode begins here, at an upper-half address. a0: the top of this hart's first kernel
# stack; a1: the function to call on it; a2: this hart's struct cpu.
.globl supervisor_entry
supervisor_entry:
        mv tp, a2

# Calls a function on another stack and does not return. a0: the stack's top; a1: the function.
.globl boot_on_stack
boot_on_stack:
        mv sp, a0
        li s0, 0                # a backtrace ends here
        li ra, 0
        jr a1

# Traps to machine mode. mscratch points to this hart's struct machine_scratch.
#
# Timer and software interrupts are passed on to supervisor mode, both as its software interrupt. An
# exception comes only from start(), when the machine does not have the register that an instruction
# names: the instruction is skipped.
#
# Supervisor mode cannot turn these interrupts off. So when another hart panics, this is where a
# hart stops, whatever it was doing.
.balign 4
machine_vector:
        csrrw a0, mscratch, a0
        sd t0, 0(a0)
        sd t1, 8(a0)
        csrr t0, mcause
        bgez t0, skip
        # Take a software interrupt back, also if this is the timer's: supervisor mode is told below
        # and then looks for all reasons. The fence comes before that look: a sender that stores a
        # reason too late for the look raises the interrupt after it was taken back (ipi.h).
        ld t1, 24(a0)           # msip
        sw zero, 0(t1)
        fence o, rw
        ld t1, 40(a0)           # stop: another hart has panicked
        bnez t1, stop
        andi t0, t0, 4          # 7: timer, 3: software
        beqz t0, pass_on
        ld t1, 16(a0)           # mtimecmp: the timer is off until the kernel sets it again
        li t0, -1
        sd t0, 0(t1)
        ld t1, 32(a0)           # timer_fired: tells supervisor mode that this was the timer
        sw t0, 0(t1)
pass_on:
        li t0, 2                # mip.SSIP: supervisor mode's software interrupt
        csrs mip, t0
        j done
skip:   csrr t0, mepc           # an exception: go on behind the instruction
        addi t0, t0, 4
        csrw mepc, t0
done:   ld t0, 0(a0)
        ld t1, 8(a0)
        csrrw a0, mscratch, a0
        mret

stop:   csrw mie, zero
        fence rw, w             # what this hart has stored is seen before "stopped"
        sd t1, 48(a0)           # stopped
        j park

# Traps of supervisor mode before trap_init_hart(): report and stop.
.balign 4
.globl early_vector
early_vector:
        csrr a0, scause
        csrr a1, sepc
        csrr a2, stval
        call early_trap
