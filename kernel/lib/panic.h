// Panic: an invariant is broken. Nothing that a program, a disk image or a device does may lead to
// a panic. It stops the other harts, prints what was broken, where, on which hart and in which
// process, with a backtrace (with names, if the kernel has a symbol table), and ends QEMU with an
// exit status of its own.
#ifndef KERNEL_LIB_PANIC_H
#define KERNEL_LIB_PANIC_H

#include "kernel/lib/kdef.h"

noreturn void panic_at(const char *file, int line, const char *format, ...) printflike(3, 4);
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)

// What lib cannot know: set by boot/upcalls.c, and left out while it is NULL.
struct panic_hooks {
    int (*hart)(void); // number of the running hart
    // On the first panic only: stops the other harts, and makes kprintf print at once.
    void (*begin)(void);
    void (*context)(void); // prints hart, process and, after a trap, registers
    void (*end)(void);     // leaves the machine and does not return
};
extern struct panic_hooks panic_hooks;

// Prints the calls that led here: a line `backtrace:`, then a line for each return address with its
// function's name, the latest call first.
void backtrace(void);

// True on the hart that panics, from then on: lock and assert code must not panic again.
bool panicking(void);

#endif
