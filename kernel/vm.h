// How sbrk's memory is provided. Part of the ABI.
#ifndef KERNEL_VM_H
#define KERNEL_VM_H

#define SBRK_EAGER 1 // promised: a touch never fails for want of memory
#define SBRK_LAZY  2 // not promised: may exceed RAM

#endif
