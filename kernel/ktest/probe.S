# Accesses that are expected to trap. Each routine puts a vector of its own in place, with
# interrupts off, makes one access at a0 and returns 0, or scause if it trapped.

.section .text
.globl probe_load, probe_store, probe_fetch

.macro probe access:vararg
        mv a2, ra
        csrrci t2, sstatus, 2
        lla t0, probe_trapped
        csrrw t1, stvec, t0
        \access
        li a0, 0
        j probe_done
.endm

probe_load:                     # uint64 probe_load(vaddr_t va)
        probe ld t0, 0(a0)

probe_store:                    # uint64 probe_store(vaddr_t va): writes back what it reads
        ld a1, 0(a0)
        probe sd a1, 0(a0)

probe_fetch:                    # uint64 probe_fetch(vaddr_t va): jumps there; a `ret` comes back
        probe jalr a0

.balign 4
probe_trapped:
        csrr a0, scause
probe_done:
        csrw stvec, t1
        andi t2, t2, 2
        csrs sstatus, t2
        mv ra, a2
        ret
