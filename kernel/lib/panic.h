// The end: a broken invariant. Nothing that a program, a disk image or a device does may reach
// a panic. Prints what was broken, where, on which hart and in which process, with a backtrace
// (names: from the symbol table if the kernel has one), stops the other harts and ends the run
// with an exit status of its own.
#ifndef KERNEL_LIB_PANIC_H
#define KERNEL_LIB_PANIC_H

#include "kernel/lib/kdef.h"

noreturn void panic_at(const char *file, int line, const char *format, ...) printflike(3, 4);
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)

// What lib cannot know. begin: called first, on a first panic only (stop the other harts, make
// output synchronous); context: prints hart, process and registers; end: leaves the machine and
// does not return.
struct panic_hooks {
    void (*begin)(void);
    void (*context)(void);
    void (*end)(void);
};
// Sets those that are not 0 and leaves the others as they are.
void panic_set_hooks(const struct panic_hooks *hooks);
extern int (*panic_hart)(void); // the running hart's number; 0: not known yet

// True once a panic has begun: lock and assert code must not panic again.
bool panicking(void);

// Prints the return addresses of the calls that led to frame pointer fp, one a line, after the
// line "backtrace:". Stays within the stack [lo, hi). The kernel is built with frame pointers:
// the return address lies at fp - 8, the caller's frame pointer at fp - 16.
void backtrace_from(uint64 fp, uint64 lo, uint64 hi);

#endif
