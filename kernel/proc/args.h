// The arguments that exec passes to a program: strings, each with its 0, one behind the other in
// frames that need not be neighbours.
#ifndef KERNEL_PROC_ARGS_H
#define KERNEL_PROC_ARGS_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"
#include "kernel/riscv.h"

#define ARGS_FRAMES (ARGMAX / PGSIZE)
#define ARGS_BYTES                                                                                 \
    (ARGMAX - (MAXARG + 1) * sizeof(uaddr_t)) // of all strings: the pointers to them count, too

struct exec_args {
    int argc;
    uint16 start[MAXARG];     // byte at which each string begins
    size_t used;              // bytes
    char *frame[ARGS_FRAMES]; // 0: none yet
};

#endif
