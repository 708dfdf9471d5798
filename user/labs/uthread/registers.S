/*
 * uint yield_with_registers(uint64 seed)
 *
 * Puts seed + n into each register sn, yields, and returns which of them have changed. What it
 * needs after the yield lies on the stack: ra, the seed, and the registers of its caller.
 */
    .macro on_all_registers what
    \what s0, 0
    \what s1, 1
    \what s2, 2
    \what s3, 3
    \what s4, 4
    \what s5, 5
    \what s6, 6
    \what s7, 7
    \what s8, 8
    \what s9, 9
    \what s10, 10
    \what s11, 11
    .endm

    .macro save register, n
    sd \register, 16 + 8 * \n(sp)
    .endm

    .macro mark register, n
    addi \register, a0, \n
    .endm

    /* Sets bit n of a0 if the register is not t0 + n. */
    .macro compare register, n
    addi t1, t0, \n
    xor t1, t1, \register
    snez t1, t1
    slli t1, t1, \n
    or a0, a0, t1
    .endm

    .macro restore register, n
    ld \register, 16 + 8 * \n(sp)
    .endm

    .globl yield_with_registers
yield_with_registers:
    addi sp, sp, -112
    sd ra, 0(sp)
    sd a0, 8(sp)
    on_all_registers save
    on_all_registers mark
    call thread_yield
    ld t0, 8(sp)
    li a0, 0
    on_all_registers compare
    on_all_registers restore
    ld ra, 0(sp)
    addi sp, sp, 112
    ret
