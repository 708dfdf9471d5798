// How sbrk's memory is provided. Part of the ABI.
#ifndef KERNEL_VM_H
#define KERNEL_VM_H

#define SBRK_EAGER 1 // frames are promised: there will be one for each page when it is touched
#define SBRK_LAZY  2 // nothing is promised: may be more than RAM, and a touch may end the program

#endif
