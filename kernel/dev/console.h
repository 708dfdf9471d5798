// The console: the serial line as a terminal. Lines are edited in the kernel: backspace and DEL
// erase, Ctrl-U erases the line, Ctrl-D ends the input; Ctrl-P lists processes, Ctrl-C ends the
// foreground process group, Ctrl-\ the shells, too (proc/pgroup.h). Echo is plain; a line of up to
// 1,000 bytes arrives whole, and bursts are kept.
#ifndef KERNEL_DEV_CONSOLE_H
#define KERNEL_DEV_CONSOLE_H

#include "kernel/dev/dev.h"

extern const struct dev_ops console_ops;

void console_init(void); // the UART, too

// Prints at most PRINT_MAX bytes for the running process, which waits for room as at a write of its
// own: what it has asked for, however much. No spinlock is held. 0; -EINTR: it was killed
// meanwhile.
int console_printf(const char *format, ...) printflike(1, 2);

// What the keys do, set by boot/upcalls.c: list prints processes, interrupt ends the foreground
// group (all: and the console's shells). Called from the interrupt handler without console locks.
extern void (*console_list)(void);
extern void (*console_interrupt)(bool all);
// Set by boot/upcalls.c: whether the caller may read, that is, is in the foreground group. Called
// with console locks.
extern bool (*console_may_read)(void);

#endif
