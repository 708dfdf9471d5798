// Kernels that do one thing wrong, for the verdicts of graders: tests/suites/grading.py builds one
// with each of these defined.
//
//     SILENT    says that it starts and then nothing more
//     ENDLESS   prints lines for ever
//     STUCK     comes to a prompt, and takes no notice of what is typed
#define UART 0x10000000

    .section .text
    .globl _start
_start:
    csrr t0, mhartid
    bnez t0, halt
    la a0, text
again:
    li a1, UART
next:
    lbu a2, 0(a0)
    beqz a2, end
    sb a2, 0(a1)
    addi a0, a0, 1
    j next
end:
#ifdef ENDLESS
    la a0, line
    j again
#endif
halt:
    wfi
    j halt

text:
#ifdef STUCK
    .asciz "wrong kernel\n$ "
#else
    .asciz "wrong kernel\n"
#endif
line:
    .asciz "and this line comes again, and again, and again, and again, and again, and again\n"
