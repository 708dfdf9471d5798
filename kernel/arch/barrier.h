// Ordering. Ordinary shared data uses the compiler's __atomic builtins; these are for devices
// and for code.
#ifndef KERNEL_ARCH_BARRIER_H
#define KERNEL_ARCH_BARRIER_H

// Orders all memory and device accesses before against all after.
static inline void fence_all(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }

// Orders stores to memory before stores to devices: what a device or, through one, another hart is
// told of.
static inline void fence_before_device(void) { __asm__ volatile("fence w, o" ::: "memory"); }

// Makes this hart see stores to code that were made before.
static inline void fence_i(void) { __asm__ volatile("fence.i" ::: "memory"); }

#endif
