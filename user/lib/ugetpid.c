// Reads the process page, which lies directly behind a program's last segment (kernel/memlayout.h).
// A program that has its own linker script and calls ugetpid needs the symbol `end` there, too.
#include "kernel/memlayout.h"
#include "user/user.h"

extern char end[]; // of data and bss, from user.ld

int ugetpid(void) { return ((volatile const struct usyscall *)PGROUNDUP((uint64)end))->pid; }
