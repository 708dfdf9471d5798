// The system calls' user side, one stub for each line of the table in kernel/syscall.h.
//
// A stub puts the number in a7, traps, and returns what comes back in a0; a value in -4095 .. -1
// is an error number, which goes to errno, and the result is -1. Each stub has the name sys_X and,
// weakly, X, so that a program may have a function of that name. sbrk and getcwd (ulib.c), fork and
// clone (fork.c) are functions of the library, over the stubs.
#include "user/user.h"
#include "kernel/syscall.h"

#undef errno

// tp points to the calling thread's (start.c, thread.c).
int *errno_of_thread(void)
{
    int *own;
    __asm__("mv %0, tp" : "=r"(own));
    return own;
}

static __attribute__((used)) long set_errno(int error)
{
    *errno_of_thread() = error;
    return -1;
}

// The first lines are the exceptions to the last: the C library defines these itself.
#define PLAIN_NAME(name)                                                                           \
    ".ifnc " #name ", sbrk\n .ifnc " #name ", getcwd\n"                                            \
    ".ifnc " #name ", fork\n .ifnc " #name ", clone\n"                                             \
    ".weak " #name "\n .set " #name ", sys_" #name "\n .endif\n .endif\n .endif\n .endif\n"

#define STUB(number, name, args)                                                                   \
    __asm__(".text\n"                                                                              \
            ".globl sys_" #name "\n"                                                               \
            ".type sys_" #name ", @function\n"                                                     \
            "sys_" #name ":\n"                                                                     \
            "    li a7, " #number "\n"                                                             \
            "    ecall\n"                                                                          \
            "    li t0, -4096\n"                                                                   \
            "    bltu t0, a0, syscall_failed\n"                                                    \
            "    ret\n" PLAIN_NAME(name));
SYSCALLS(STUB)

__asm__(".text\n"
        "syscall_failed:\n"
        "    neg a0, a0\n"
        "    tail set_errno\n"
        // pause under the name that it had until 2025
        ".globl sys_sleep\n .set sys_sleep, sys_pause\n"
        ".weak sleep\n .set sleep, sys_pause\n");
