// The console: the serial line as a terminal. Lines are edited in the kernel: backspace and DEL
// erase, Ctrl-U erases the line, Ctrl-D ends the input; Ctrl-P lists processes, Ctrl-C ends the
// foreground process group. Echo is plain; a line of up to 1,000 bytes arrives whole, and bursts
// are kept.
#ifndef KERNEL_DEV_CONSOLE_H
#define KERNEL_DEV_CONSOLE_H

#include "kernel/lib/kdef.h"

void console_init(void); // the UART, and kprintf's output

// What the keys do, set at boot: list prints processes, interrupt ends group pgid. Called from the
// interrupt handler without console locks.
extern void (*console_list)(void);
extern int (*console_interrupt)(int64 pgid);

// Sets the foreground process group; 0: none.
void console_set_foreground(int pgid);

#endif
