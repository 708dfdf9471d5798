// Threads of a program's own making: several stacks in one process, of which one runs until it
// yields.
//
//     uthread.c    the table of threads, who is next
//     switch.S     from one thread's registers to another's
//     main.c       three threads that take turns (uthread), four that watch their registers
//                  (uthread registers)
//     registers.S  a call of thread_yield with a known value in each register
//
// The system knows nothing of them. A call that sleeps, read say, stops them all; a fault of one
// is the end of all.
#ifndef USER_LABS_UTHREAD_UTHREAD_H
#define USER_LABS_UTHREAD_UTHREAD_H

#include "kernel/types.h"

#define MAX_THREAD 4    // at once
#define STACK_SIZE 8192 // bytes of each

// What a function finds unchanged when a function that it called returns, thread_yield too: so
// these are what a switch has to keep; the caller keeps the rest if it needs it. switch.S knows
// the order. Floating-point registers are left out: threads here do not count on those.
struct context {
    uint64 ra;
    uint64 sp;
    uint64 s[12];
};

// Makes a thread that will run body(argument). 0, or -1 if there are too many.
int thread_create(void (*body)(int), int argument);

// Lets the next thread run, in the order of their creation, and returns when it is the caller's
// turn again.
void thread_yield(void);

// Runs all threads until the last one has returned. Its caller is no thread.
void thread_run(void);

// switch.S: saves the registers in from, takes up those in to.
void thread_switch(struct context *from, const struct context *to);

// registers.S: puts seed + n into each register sn, yields, and returns the set of those that hold
// something else then, bit n for sn.
#define REGISTERS 12
uint yield_with_registers(uint64 seed);

#endif
