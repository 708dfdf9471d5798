// The process page as programs find it: directly behind their last segment (kernel/memlayout.h). A
// program with a linker script of its own that wants it needs a symbol `end` there, too.
#include "kernel/memlayout.h"
#include "user/user.h"

extern char end[]; // of data and bss, from user.ld

int ugetpid(void) { return ((volatile const struct usyscall *)PGROUNDUP((uint64)end))->pid; }
