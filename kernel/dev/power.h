// Switching the machine off, or resetting it, once all output has left it. QEMU ends with an exit
// status.
#ifndef KERNEL_DEV_POWER_H
#define KERNEL_DEV_POWER_H

#include "kernel/lib/kdef.h"

// QEMU's exit status when the kernel ends it of its own accord. The program init ends it with 2.
enum exit_status {
    EXIT_NO_START = 1, // there is no disk, or no init on it
    EXIT_NO_INIT = 3,  // init has ended
    EXIT_PANIC = 101,
};

noreturn void power_off(int status); // QEMU ends with that status (0 .. 127)
noreturn void power_reset(void);

#endif
