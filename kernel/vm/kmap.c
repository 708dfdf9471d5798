// The kernel's half (kmap.h): the linear map of RAM and devices, and kernel stacks.
//
// All tables are made at boot. A stack slot is 32 KiB of addresses, its lower half never mapped;
// kstack_alloc puts four frames behind the upper half. A slot's old translation may linger in any
// hart's TLB, so each new mapping has a generation, and a hart flushes before it first runs on a
// stack that is newer than its last flush.
#include "kernel/vm/kmap.h"

#include "kernel/arch/cpu.h"
#include "kernel/arch/fdt.h"
#include "kernel/arch/trapframe.h"
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/spinlock.h"
#include "kernel/mem/page.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/roots.h"
#include "kernel/vm/tlb.h"

extern char text_start[], text_end[], rodata_start[], rodata_end[]; // kernel.ld

#define KSTACKS      (NPROC + NCPU + 8)
#define KSTACK_PAGES (KSTACK_SIZE / PGSIZE)

#define RW (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define RX (PTE_V | PTE_R | PTE_X | PTE_A)
#define RO (PTE_V | PTE_R | PTE_A)

struct addrspace kernel_space = {.refs = 1};

static struct page *trapslots; // the TRAPFRAME page

static struct spinlock kstack_lock = SPINLOCK_INIT("kstack", KSTACK);
static uint16 free_slots[KSTACKS]; // guarded by kstack_lock
static uint free_slot_count;       // guarded by kstack_lock
static uint64 kstack_gen;          // a: mappings made so far

static struct page *boot_page(void)
{
    struct page *p = page_alloc(PAGE_ZERO);
    if (!p)
        panic("not enough memory to boot");
    return p;
}

// The table that entry points to, made if it lacks.
static pte_t *boot_table(pte_t *entry)
{
    if (!(*entry & PTE_V))
        *entry = pt_table_entry(page_to_phys(boot_page()));
    return pt_table(PTE2PA(*entry));
}

static pte_t *boot_entry(vaddr_t va, int level)
{
    pte_t *table = pt_table(kernel_space.kernel_root);
    for (int l = 2; l > level; l--)
        table = boot_table(&table[pt_index(va, l)]);
    return &table[pt_index(va, level)];
}

// Maps physical [start, end) at KERNEL_OFFSET, by 2 MiB leaves where they fit.
static void map_linear(paddr_t start, paddr_t end, pte_t rights)
{
    while (start < end) {
        bool super = start % SUPERPGSIZE == 0 && end - start >= SUPERPGSIZE;
        *boot_entry(start + KERNEL_OFFSET, super) = PA2PTE(start) | rights;
        start += super ? SUPERPGSIZE : PGSIZE;
    }
}

static void map_device(paddr_t pa, uint64 size)
{
    map_linear(pa, pa + size, RW);
}

static void map_ram(void)
{
    paddr_t text = virt_to_phys(text_start), text_limit = virt_to_phys(text_end);
    paddr_t rodata = virt_to_phys(rodata_start), rodata_limit = virt_to_phys(rodata_end);
    map_linear(machine.ram_start, text, RW);
    map_linear(text, text_limit, RX);
    map_linear(text_limit, rodata, RW);
    map_linear(rodata, rodata_limit, RO);
    map_linear(rodata_limit, machine.ram_end, RW);
}

static void map_devices(void)
{
    map_device(TEST_FINISHER, PGSIZE);
    map_device(GOLDFISH_RTC, PGSIZE);
    map_device(CLINT, 0x10000);
    map_device(PLIC, PLIC_SIZE);
    map_device(UART0, PGSIZE);
    map_device(VIRTIO0, VIRTIO_COUNT * PGSIZE);
}

static vaddr_t slot_top(uint slot)
{
    return KSTACK_BASE + (slot + 1UL) * KSTACK_SLOT;
}

// The entries of a slot's stack: all in one table, since slots do not straddle 2 MiB.
static pte_t *stack_entries(vaddr_t top)
{
    return pt_walk(kernel_space.kernel_root, top - KSTACK_SIZE);
}

static_assert(SUPERPGSIZE % KSTACK_SLOT == 0, "a slot lies in one table");

static void make_stack_slots(void)
{
    for (uint slot = KSTACKS; slot-- > 0;) {
        boot_entry(slot_top(slot) - KSTACK_SIZE, 0);
        free_slots[free_slot_count++] = slot;
    }
}

void kmap_init(void)
{
    sleeplock_init(&kernel_space.lock, "kernel space", LEVEL_ADDRSPACE);
    list_init(&kernel_space.regions);
    list_init(&kernel_space.table_pages);
    kernel_space.kernel_root = kernel_space.user_root = page_to_phys(boot_page());
    trapslots = boot_page();
    map_ram();
    map_devices();
    make_stack_slots();
    if (roots_map_corner(&kernel_space) < 0)
        panic("not enough memory to boot");
}

void kmap_hart(void)
{
    irq_off();
    as_activate(&kernel_space, false);
    irq_on();
}

struct trapslot *kmap_trapslots(void)
{
    return page_to_virt(trapslots);
}

static_assert(NCPU * SLOT_SIZE <= PGSIZE, "one slot a hart");

static bool take_slot(uint *slot)
{
    spin_lock(&kstack_lock);
    bool any = free_slot_count > 0;
    if (any)
        *slot = free_slots[--free_slot_count];
    spin_unlock(&kstack_lock);
    return any;
}

static void give_slot(uint slot)
{
    spin_lock(&kstack_lock);
    free_slots[free_slot_count++] = slot;
    spin_unlock(&kstack_lock);
}

static void unmap_stack(pte_t *entries)
{
    for (uint i = 0; i < KSTACK_PAGES; i++) {
        if (entries[i] & PTE_V)
            page_put(phys_to_page(PTE2PA(entries[i])));
        entries[i] = 0;
    }
}

int kstack_alloc(vaddr_t *top, uint64 *generation)
{
    uint slot;
    if (!take_slot(&slot))
        return -ENOMEM;
    pte_t *entries = stack_entries(slot_top(slot));
    for (uint i = 0; i < KSTACK_PAGES; i++) {
        struct page *p = page_alloc(0);
        if (!p) {
            unmap_stack(entries);
            give_slot(slot);
            return -ENOMEM;
        }
        entries[i] = PA2PTE(page_to_phys(p)) | RW;
    }
    *top = slot_top(slot);
    *generation = __atomic_add_fetch(&kstack_gen, 1, __ATOMIC_SEQ_CST);
    return 0;
}

void kstack_free(vaddr_t top)
{
    unmap_stack(stack_entries(top));
    give_slot((top - KSTACK_BASE) / KSTACK_SLOT - 1);
}

uint64 kstack_generation(void)
{
    return __atomic_load_n(&kstack_gen, __ATOMIC_SEQ_CST);
}
