// The system calls' user side: a stub for each entry of the table in kernel/syscall.h.
//
// A stub puts the number in a7, traps, and returns what comes back in a0. A value in -4095 .. -1 is
// an error number: it goes to errno, and the result is -1. Each stub has the name sys_X and,
// weakly, X, so that a program may have a function of that name. The calls that are LIBRARY in the
// table have the name sys_X only: X is a function of the library (ulib.c, fork.c), which calls it.
#include "user/user.h"
#include "kernel/syscall.h"

#undef errno

// tp points to the errno of the calling thread (start.c, thread.c).
int *errno_of_thread(void)
{
    int *own;

    __asm__("mv %0, tp" : "=r"(own));
    return own;
}

static __attribute__((used)) long set_errno(int err)
{
    *errno_of_thread() = err;
    return -1;
}

#define STUB(number, name, ...)                                                                    \
    __asm__(".text\n"                                                                              \
            ".globl sys_" #name "\n"                                                               \
            ".type sys_" #name ", @function\n"                                                     \
            "sys_" #name ":\n"                                                                     \
            "    li a7, " #number "\n"                                                             \
            "    ecall\n"                                                                          \
            "    li t0, -4096\n"                                                                   \
            "    bltu t0, a0, syscall_failed\n"                                                    \
            "    ret\n");

#define STUB_AND_NAME(number, name, ...)                                                           \
    STUB(number, name)                                                                             \
    __asm__(".weak " #name "\n .set " #name ", sys_" #name "\n");

SYSCALLS(STUB_AND_NAME, STUB)

__asm__(".text\n"
        "syscall_failed:\n"
        "    neg a0, a0\n"
        "    tail set_errno\n"
        // until 2025 xv6's pause had the name sleep
        ".globl sys_sleep\n .set sys_sleep, sys_pause\n"
        ".weak sleep\n .set sleep, sys_pause\n");
