// The console: the serial line as a terminal. Lines are edited in the kernel: backspace and DEL
// erase, Ctrl-U erases the line, Ctrl-D ends the input; Ctrl-P lists processes, Ctrl-C ends the
// foreground process group, Ctrl-\ the shells, too (proc/pgroup.h). Echo is plain; a line of up to
// 1,000 bytes arrives whole, and bursts are kept.
#ifndef KERNEL_DEV_CONSOLE_H
#define KERNEL_DEV_CONSOLE_H

#include "kernel/dev/dev.h"

extern const struct dev_ops console_ops;

void console_init(void); // the UART, too

// Prints at most PRINT_MAX bytes that the running process has asked for. It waits for room, as at a
// write of its own. No spinlock is held. 0; -EINTR: it was killed meanwhile.
int console_printf(const char *format, ...) printflike(1, 2);

// What keys do, set by boot/upcalls.c: console_list prints processes; console_interrupt ends the
// foreground process group, and with all the console's shells, too. Called from the interrupt
// handler without console locks.
extern void (*console_list)(void);
extern void (*console_interrupt)(bool all);
// Set by boot/upcalls.c: may the caller read, that is, is it in the foreground process group?
// Called with console locks.
extern bool (*console_may_read)(void);

#endif
