// The kernel's half (kmap.h): the linear map of RAM and devices, and kernel stacks.
//
// All tables are made at boot. Those of the kernel stacks go to mmu/kstack.c, which fills them.
#include "kernel/vm/table/kmap.h"

#include "kernel/arch/fdt.h"
#include "kernel/arch/trapframe.h"
#include "kernel/mmu/kstack.h"
#include "kernel/vm/table/pagetable.h"
#include "kernel/vm/table/roots.h"
#include "kernel/mmu/tlb.h"

extern char text_start[], text_end[], rodata_start[], rodata_end[], trampoline_start[]; // kernel.ld

#define RW (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define RX (PTE_V | PTE_R | PTE_X | PTE_A)
#define RO (PTE_V | PTE_R | PTE_A)

struct addrspace kernel_space = {.refs = 1};

// The TRAPFRAME page.
static struct trapslot trapslots[PGSIZE / SLOT_SIZE] __attribute__((aligned(PGSIZE)));
static_assert(sizeof(trapslots) == PGSIZE && NCPU <= ARRAY_LEN(trapslots), "one slot a hart");

// The entry of va, with the tables on the way to it.
static pte_t *boot_entry(vaddr_t va, int level)
{
    pte_t *entry = roots_make_entry(&kernel_space, va, level, false);
    if (entry == NULL)
        panic("not enough memory to boot");
    return entry;
}

// Maps [start, end) of the linear map, by 2 MiB leaves where they fit.
static void map_linear(void *start, void *end, pte_t rights)
{
    vaddr_t va = (vaddr_t)start;

    while (va < (vaddr_t)end) {
        bool leaf = va % SUPERPGSIZE == 0 && (vaddr_t)end - va >= SUPERPGSIZE;
        int level = leaf ? 1 : 0;
        *boot_entry(va, level) = PA2PTE(va - KERNEL_OFFSET) | rights;
        va += leaf ? SUPERPGSIZE : PGSIZE;
    }
}

static void map_device(paddr_t pa, uint64 size)
{
    map_linear(phys_to_virt(pa), phys_to_virt(pa + size), RW);
}

static void map_ram_and_devices(void)
{
    // The kernel's text can be executed and its constants only be read; all other RAM is data.
    map_linear(phys_to_virt(machine.ram_start), text_start, RW);
    map_linear(text_start, text_end, RX);
    map_linear(text_end, rodata_start, RW);
    map_linear(rodata_start, rodata_end, RO);
    map_linear(rodata_end, phys_to_virt(machine.ram_end), RW);

    map_device(TEST_FINISHER, PGSIZE);
    map_device(GOLDFISH_RTC, PGSIZE);
    map_device(CLINT, 0x10000);
    map_device(PLIC, PLIC_SIZE);
    map_device(UART0, PGSIZE);
    map_device(VIRTIO0, VIRTIO_COUNT * PGSIZE);
}

// Maps TRAMPOLINE and TRAPFRAME. All spaces share the tables, so their entries are marked
// (roots.h).
static void map_corner(void)
{
    pte_t *entry = boot_entry(TRAMPOLINE, 0);

    entry[0] = PA2PTE(virt_to_phys(trampoline_start)) | RX;
    entry[-1] = PA2PTE(virt_to_phys(trapslots)) | RW;
    *boot_entry(TRAMPOLINE, 1) |= PTE_COW;
    pt_table(kernel_space.kernel_root)[pt_index(TRAMPOLINE, 2)] |= PTE_COW;
}

static_assert(TRAPFRAME + PGSIZE == TRAMPOLINE, "neighbours in one table");

static_assert(SUPERPGSIZE % KSTACK_PLACE == 0, "a place lies in one table");

// Makes the tables of all places, so that kstack_alloc needs none.
static void make_stack_places(void)
{
    for (vaddr_t top = KSTACK_BASE + KSTACKS * KSTACK_PLACE; top > KSTACK_BASE;
         top -= KSTACK_PLACE) {
        kstack_add(top, boot_entry(top - KSTACK_SIZE, 0));
    }
}

void kmap_init(void)
{
    // Its one root is both its user and its kernel root.
    sleeplock_init(&kernel_space.lock, "kernel space", LEVEL_ADDRSPACE);
    list_init(&kernel_space.regions);
    list_init(&kernel_space.table_pages);
    struct page *root = page_alloc(PAGE_ZERO);
    kassert(root);
    kernel_space.kernel_root = kernel_space.user_root = page_to_phys(root);
    mmu_set_roots(&kernel_space.mmu, kernel_space.kernel_root, kernel_space.user_root);

    map_ram_and_devices();
    make_stack_places();
    map_corner();
}

void kmap_hart(void) { mmu_activate(&kernel_space.mmu, false); }

struct trapslot *kmap_trapslots(void) { return trapslots; }
