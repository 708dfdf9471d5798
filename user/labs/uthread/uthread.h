// Threads that a program makes itself: one process has several stacks, and the thread of one stack
// runs until it yields.
//
//     uthread.c    the table of threads, and which one is next
//     switch.S     the switch from one thread's registers to another's
//     main.c       three threads that take turns (uthread), four that watch their registers
//                  (uthread registers)
//     registers.S  a call of thread_yield with a known value in each register
//
// The kernel knows nothing of these threads. A system call that sleeps, as read may, stops all of
// them. A fault of one thread ends them all.
#ifndef USER_LABS_UTHREAD_UTHREAD_H
#define USER_LABS_UTHREAD_UTHREAD_H

#include "kernel/types.h"

#define MAX_THREAD 4    // at the same time
#define STACK_SIZE 8192 // bytes of each thread

// The registers that a called function must keep. To its caller a switch is such a function, so it
// keeps these. All other registers the caller has saved itself, if it needs them. switch.S knows
// the order. Floating-point registers are left out: threads here do not use them across a yield.
struct context {
    uint64 ra;
    uint64 sp;
    uint64 s[12];
};

// Makes a thread that will call body(argument). Returns 0, or -1: there are too many threads.
int thread_create(void (*body)(int), int argument);

// Lets the other threads run, in the order of the table. Returns when it is the caller's turn
// again.
void thread_yield(void);

// Runs all threads until the last one has returned. The caller itself is no thread.
void thread_run(void);

// switch.S: saves the registers in *from and loads those in *to.
void thread_switch(struct context *from, const struct context *to);

// registers.S: puts seed + n into each register sn and yields. Returns the registers that have
// another value after that: bit n stands for sn.
#define REGISTERS 12
uint yield_with_registers(uint64 seed);

#endif
