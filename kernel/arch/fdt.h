// The device tree that the machine hands over at boot (Devicetree Specification 0.4, chapter 5).
#ifndef KERNEL_ARCH_FDT_H
#define KERNEL_ARCH_FDT_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"

struct machine {
    paddr_t ram_start, ram_end; // the bank of RAM that holds the kernel
    uint64 timebase;            // counts of the time counter a second
    uint harts;                 // available harts, at most NCPU; numbered from 0
    char bootargs[256];         // /chosen bootargs
};

// The machine this kernel runs on; filled once at boot.
extern struct machine machine;

// Reads the flattened tree at fdt into m. What the tree does not tell is as on QEMU's machine
// "virt" with 128 MiB and one hart. 0; -EINVAL: it is no device tree, and m tells of that machine.
int fdt_parse(const void *fdt, struct machine *m);

// The number after "name=" in the boot arguments, which is not negative, or fallback if there is no
// such argument.
long bootarg(const char *name, long fallback);
// What stands after "name=", and the rest of the line; NULL if that is not there.
const char *bootarg_text(const char *name);

#endif
