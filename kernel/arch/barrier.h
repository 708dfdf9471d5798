// Fences: the order in which other harts and devices see what this hart does. For data in memory
// the kernel uses the compiler's __atomic builtins; these are for devices and for code. RISC-V
// Unprivileged ISA, "Memory Ordering Instructions" and "Zifencei".
#ifndef KERNEL_ARCH_BARRIER_H
#define KERNEL_ARCH_BARRIER_H

// All accesses to memory and devices before it come before all accesses after it.
static inline void fence_all(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }

// Stores to memory before it come before stores to devices after it. For data that a device, or a
// hart that is interrupted through a device, looks at next.
static inline void fence_before_device(void) { __asm__ volatile("fence w, o" ::: "memory"); }

// After it, this hart runs the code that stores before it have written.
static inline void fence_i(void) { __asm__ volatile("fence.i" ::: "memory"); }

#endif
