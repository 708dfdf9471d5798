// Leaving the machine through the test finisher, once all output has left: QEMU ends with an exit
// status.
#ifndef KERNEL_DEV_POWER_H
#define KERNEL_DEV_POWER_H

#include "kernel/lib/kdef.h"

#define EXIT_PANIC 101 // QEMU's exit status after a panic

noreturn void power_off(int status); // QEMU ends with that status (0 .. 127)
noreturn void power_reset(void);

#endif
