// Ordering. Ordinary shared data uses the compiler's __atomic builtins; these are for devices
// and for code.
#ifndef KERNEL_ARCH_BARRIER_H
#define KERNEL_ARCH_BARRIER_H

// Orders all memory and device accesses before against all after.
static inline void fence_all(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }

// Makes this hart see stores to code that were made before.
static inline void fence_i(void) { __asm__ volatile("fence.i" ::: "memory"); }

#endif
