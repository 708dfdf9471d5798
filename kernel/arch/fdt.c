// Reads the flattened device tree (Devicetree Specification 0.4, chapter 5): a header, a block of
// strings, and a block of tokens that open a node, give it a property, and close it.
//
// The walk visits every token once and keeps only what struct machine has a field for. A node is
// known by where it stands: its depth, its parent, and its name up to '@'. All offsets and lengths
// in the tree are checked against the blocks they lie in; a damaged tree ends the walk early, and
// what it did not say keeps its default.
#include "kernel/arch/fdt.h"

#include "kernel/errno.h"
#include "kernel/lib/string.h"
#include "kernel/memlayout.h"

#define FDT_MAGIC 0xd00dfeed
#define FDT_MAX   (2 * 1024 * 1024) // bytes of a tree that we believe in
enum token { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

// Byte offsets of the header's fields that are used.
enum header { MAGIC = 0, TOTAL = 4, STRUCT = 8, STRINGS = 12, STRINGS_SIZE = 32, STRUCT_SIZE = 36 };
#define HEADER_SIZE 40

enum place { OTHER, ROOT, MEMORY, CHOSEN, CPUS, CPU };
#define DEPTH_KNOWN 4 // nodes nested deeper are OTHER

struct walk {
    struct machine *m;
    const uint8 *at, *end; // rest of the structure block
    const char *strings;
    uint32 strings_size;
    uint32 address_cells, size_cells; // of the root's children
    uint32 cpu_cells;                 // of the children of /cpus
    uint depth;                       // open nodes
    enum place place[DEPTH_KNOWN];    // place[d]: of the open node at depth d
    uint64 hartid;                    // of the open cpu node
    bool hart_usable;
};

struct machine machine;

static uint32 be32(const uint8 *p)
{
    return (uint32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

// A number of several cells: the low 64 bits of it.
static uint64 read_cells(const uint8 *p, uint32 cells)
{
    uint64 value = 0;

    for (; cells > 0; cells--, p += 4)
        value = value << 32 | be32(p);
    return value;
}

// Is the node's name kind or kind@address?
static bool name_is(const char *name, const char *kind)
{
    size_t n = strlen(kind);

    return strncmp(name, kind, n) == 0 && (name[n] == 0 || name[n] == '@');
}

static bool value_is(const uint8 *value, uint32 len, const char *text)
{
    return len == strlen(text) + 1 && memcmp(value, text, len) == 0;
}

static enum place place_of(const struct walk *w, const char *name)
{
    if (w->depth == 0)
        return ROOT;
    if (w->depth == 1 && name_is(name, "memory"))
        return MEMORY;
    if (w->depth == 1 && name_is(name, "chosen"))
        return CHOSEN;
    if (w->depth == 1 && name_is(name, "cpus"))
        return CPUS;
    if (w->depth == 2 && w->place[1] == CPUS && name_is(name, "cpu"))
        return CPU;
    return OTHER;
}

static void read_memory(struct walk *w, const uint8 *value, uint32 len)
{
    uint32 entry = 4 * (w->address_cells + w->size_cells);

    for (; entry > 0 && len >= entry; len -= entry, value += entry) {
        uint64 start = read_cells(value, w->address_cells);
        uint64 size = read_cells(value + 4 * w->address_cells, w->size_cells);
        if (start <= KERNBASE && size > KERNBASE - start && start + size > start) {
            w->m->ram_start = PGROUNDUP(start);
            w->m->ram_end = PGROUNDDOWN(start + size);
        }
    }
}

// A number of cells that an address or size can have; others would be nonsense.
static uint32 read_cell_count(const uint8 *value, uint32 len, uint32 before)
{
    return len == 4 && be32(value) <= 4 ? be32(value) : before;
}

static void read_property(struct walk *w, const char *name, const uint8 *value, uint32 len)
{
    enum place place = w->depth <= DEPTH_KNOWN ? w->place[w->depth - 1] : OTHER;

    if (place == ROOT && strcmp(name, "#address-cells") == 0)
        w->address_cells = read_cell_count(value, len, w->address_cells);
    else if (place == ROOT && strcmp(name, "#size-cells") == 0)
        w->size_cells = read_cell_count(value, len, w->size_cells);
    else if (place == CPUS && strcmp(name, "#address-cells") == 0)
        w->cpu_cells = read_cell_count(value, len, w->cpu_cells);
    else if (place == CPUS && strcmp(name, "timebase-frequency") == 0 && (len == 4 || len == 8))
        w->m->timebase = read_cells(value, len / 4);
    else if (place == CPU && strcmp(name, "reg") == 0 && w->cpu_cells > 0 &&
             len >= 4 * w->cpu_cells)
        w->hartid = read_cells(value, w->cpu_cells);
    else if (place == CPU && strcmp(name, "status") == 0)
        w->hart_usable = value_is(value, len, "okay") || value_is(value, len, "ok");
    else if (place == MEMORY && strcmp(name, "reg") == 0)
        read_memory(w, value, len);
    else if (place == CHOSEN && strcmp(name, "bootargs") == 0) {
        size_t n = min_u64(len, sizeof(w->m->bootargs) - 1);
        memcpy(w->m->bootargs, value, n);
        w->m->bootargs[n] = 0;
    }
}

static void begin_node(struct walk *w, const char *name)
{
    if (w->depth < DEPTH_KNOWN) {
        w->place[w->depth] = place_of(w, name);
        if (w->place[w->depth] == CPU) {
            w->hartid = ~0UL;
            w->hart_usable = true;
        }
    }
    w->depth++;
}

static void end_node(struct walk *w)
{
    w->depth--;
    if (w->depth < DEPTH_KNOWN && w->place[w->depth] == CPU && w->hart_usable &&
        w->hartid <= 0xffff && w->m->harts < NCPU)
        w->m->hartid[w->m->harts++] = w->hartid;
}

// Moves on by n bytes and up to the next token: false if the block ends before.
static bool skip(struct walk *w, uint64 n)
{
    n = (n + 3) & ~3UL;
    if (n > (uint64)(w->end - w->at))
        return false;
    w->at += n;
    return true;
}

static bool step_property(struct walk *w)
{
    const uint8 *head = w->at;

    if (!skip(w, 8) || w->depth == 0)
        return false;
    uint32 len = be32(head), name = be32(head + 4);
    if (!skip(w, len) || name >= w->strings_size)
        return false;
    // A name that its block cuts short is nobody's.
    uint32 room = w->strings_size - name;
    if (strnlen(w->strings + name, room) < room)
        read_property(w, w->strings + name, head + 8, len);
    return true;
}

// Does the next token; false at the end, the proper one or not.
static bool step(struct walk *w)
{
    const uint8 *token = w->at;

    if (!skip(w, 4))
        return false;
    switch (be32(token)) {
    case BEGIN_NODE: {
        size_t n = strnlen((const char *)w->at, w->end - w->at);
        if (!skip(w, n + 1))
            return false;
        begin_node(w, (const char *)token + 4);
        return true;
    }
    case END_NODE:
        if (w->depth == 0)
            return false;
        end_node(w);
        return true;
    case PROP:
        return step_property(w);
    case NOP:
        return true;
    default:
        return false;
    }
}

static void set_defaults(struct machine *m)
{
    memset(m, 0, sizeof(*m));
    m->ram_start = KERNBASE;
    m->ram_end = PHYSTOP;
    m->timebase = 10000000;
}

// Does the block [start, start + size) lie in a tree of total bytes?
static bool block_fits(uint32 start, uint32 size, uint32 total)
{
    return start <= total && size <= total - start;
}

static bool read_header(struct walk *w, const uint8 *fdt, uint32 *total)
{
    if (be32(fdt + MAGIC) != FDT_MAGIC)
        return false;
    *total = be32(fdt + TOTAL);
    uint32 structs = be32(fdt + STRUCT), structs_size = be32(fdt + STRUCT_SIZE);
    uint32 strings = be32(fdt + STRINGS);
    w->strings_size = be32(fdt + STRINGS_SIZE);
    if (*total < HEADER_SIZE || *total > FDT_MAX || structs % 4 != 0 ||
        !block_fits(structs, structs_size, *total) || !block_fits(strings, w->strings_size, *total))
        return false;
    w->at = fdt + structs;
    w->end = w->at + structs_size;
    w->strings = (const char *)fdt + strings;
    return true;
}

int fdt_parse(const void *fdt, paddr_t fdt_pa, struct machine *m)
{
    // Cells: the specification's defaults.
    struct walk w = {.m = m, .address_cells = 2, .size_cells = 1, .cpu_cells = 1};
    uint32 total;

    set_defaults(m);
    bool good = fdt && (uint64)fdt % 8 == 0 && read_header(&w, fdt, &total);
    if (good) {
        m->fdt_start = fdt_pa;
        m->fdt_end = fdt_pa + total;
        while (step(&w))
            ;
    }
    if (m->timebase == 0)
        m->timebase = 10000000;
    if (m->harts == 0)
        m->hartid[m->harts++] = 0;
    return good ? 0 : -EINVAL;
}

long bootarg(const char *name, long fallback)
{
    size_t n = strlen(name);
    const char *p = machine.bootargs;

    for (; *p; p++) {
        bool word_start = p == machine.bootargs || p[-1] == ' ';
        if (word_start && strncmp(p, name, n) == 0 && p[n] == '=')
            break;
    }
    if (*p == 0)
        return fallback;
    p += n + 1;
    bool negative = *p == '-';
    p += negative;
    if (*p < '0' || *p > '9')
        return fallback;
    uint64 value = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (*p - '0');
    return negative ? -value : value;
}
