// The device tree that the machine hands over at boot (Devicetree Specification 0.4, chapter 5).
#ifndef KERNEL_ARCH_FDT_H
#define KERNEL_ARCH_FDT_H

#include "kernel/lib/kdef.h"
#include "kernel/param.h"

struct machine {
    paddr_t ram_start, ram_end; // the bank of RAM that holds the kernel
    uint64 timebase;            // counts of the time counter a second
    uint harts;                 // that are available, at most NCPU; numbered from 0
    char bootargs[256];         // /chosen bootargs
};

// The machine this kernel runs on; filled once at boot.
extern struct machine machine;

// Reads the flattened tree at fdt into m. A missing property gets its value on QEMU's virt machine
// with 128 MiB and one hart. 0; -EINVAL if it is no device tree (m then has the defaults).
int fdt_parse(const void *fdt, struct machine *m);

// The number (not negative) after "name=" in the boot arguments, or fallback if that is not there.
long bootarg(const char *name, long fallback);
// The word after "name=", cut to what text has room for. Without one text stays as it is.
void bootarg_text(const char *name, char *text, size_t size);

#endif
