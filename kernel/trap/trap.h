// Traps: from user mode (system calls, faults, interrupts) and from the kernel itself.
//
// The way in is one vector for both, in the trampoline page (trampoline.S): it saves the
// registers in a struct trapframe, on the process's kernel stack or on the stack in use, and calls
// user_trap or kernel_trap. stvec never changes.
#ifndef KERNEL_TRAP_TRAP_H
#define KERNEL_TRAP_TRAP_H

#include "kernel/arch/trapframe.h"
#include "kernel/lib/kdef.h"

void trap_init_hart(void); // this hart takes traps from now on (not yet interrupts)

// Goes to user mode with the registers of the running process's trap frame (proc_user_return).
noreturn void user_return(void *running);

// Prints the registers.
void trap_print(const struct trapframe *tf);

// For assembly only.
void user_trap(struct trapframe *tf);
void kernel_trap(struct trapframe *tf);
noreturn void stack_overflow(uint64 sp, uint64 epc, uint64 cause, uint64 tval);

#endif
