// The kernel's own addresses, in the upper half of Sv39, and the physical addresses of the devices
// of QEMU's machine "virt". Assembly may include it.
#ifndef KERNEL_ARCH_LAYOUT_H
#define KERNEL_ARCH_LAYOUT_H

#include "kernel/memlayout.h"

#ifdef __ASSEMBLER__
#define U64(x) x
#else
#define U64(x) x##UL
#endif

#define KERNEL_OFFSET U64(0xffffffc000000000) // kernel address - physical address
#define KSTACK_BASE   U64(0xffffffff80000000) // kernel stacks, each in its place
#define KSTACK_PLACE  0x8000                  // bytes of a place; its lower half is never mapped
#define KSTACK_SIZE   0x4000                  // its upper half: the stack

// The first entry of a root page that belongs to the kernel's half; the entries of a table.
#define KERNEL_ROOT_INDEX 256
#define PT_ENTRIES        512

// Devices.
#define TEST_FINISHER        0x100000UL // SiFive test: ends or resets the machine
#define GOLDFISH_RTC         0x101000UL
#define CLINT                0x2000000UL
#define CLINT_MSIP(hart)     (CLINT + 4 * (hart))
#define CLINT_MTIMECMP(hart) (CLINT + 0x4000 + 8 * (hart))
#define PLIC                 0xc000000UL
#define PLIC_SIZE            0x600000UL
#define UART0                0x10000000UL
#define UART0_IRQ            10
#define VIRTIO0              0x10001000UL // eight virtio-mmio windows, 4 KiB each
#define VIRTIO_COUNT         8
#define VIRTIO0_IRQ          1

#ifndef __ASSEMBLER__
#include "kernel/lib/kdef.h"

// Kernel address of a physical one, and back; and of a device register.
static force_inline void *phys_to_virt(paddr_t pa) { return (void *)(pa + KERNEL_OFFSET); }

static force_inline paddr_t virt_to_phys(const void *va) { return (paddr_t)va - KERNEL_OFFSET; }

static inline volatile uint32 *mmio32(paddr_t pa)
{
    return (volatile uint32 *)(pa + KERNEL_OFFSET);
}

static inline volatile uint64 *mmio64(paddr_t pa)
{
    return (volatile uint64 *)(pa + KERNEL_OFFSET);
}

static inline volatile uint8 *mmio8(paddr_t pa) { return (volatile uint8 *)(pa + KERNEL_OFFSET); }
#endif

#endif
