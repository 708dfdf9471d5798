// Reads the flattened device tree (Devicetree Specification 0.4, chapter 5): a header, a block of
// strings, and a block of tokens that open a node, give it a property, and close it.
//
// The walk visits every token once and keeps only what struct machine has a field for. It knows
// where it is by the names of the outermost open nodes; what lies deeper it only counts.
// All offsets and lengths in the tree are checked against the blocks they lie in; a damaged tree
// ends the walk early, and what it did not say keeps its default.
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

#define DEPTH 3 // of the nodes of interest: "", "cpus", "cpu@1"

struct walk {
    struct machine *m;
    const uint8 *at, *end; // rest of the structure block
    const char *strings;   // the last one ends with a 0
    uint32 strings_size;
    uint32 address_cells, size_cells; // cells of a number in the root's children
    uint depth;                       // open nodes
    const char *node[DEPTH];          // the names of the outermost of them
};

struct machine machine;

static uint32 be32(const uint8 *p) { return (uint32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

// A number of several cells: the low 64 bits of it.
static uint64 read_cells(const uint8 *p, uint32 cells)
{
    uint64 value = 0;

    for (; cells > 0; cells--, p += 4)
        value = value << 32 | be32(p);
    return value;
}

// Is the innermost open node /outer or, where inner is not 0, /outer/inner? Names count up to '@'.
static bool inside(const struct walk *w, const char *outer, const char *inner)
{
    const char *const path[DEPTH] = {"", outer, inner};

    if (w->depth != (inner ? 3 : 2))
        return false;
    for (uint i = 1; i < w->depth; i++) {
        size_t n = strlen(path[i]);
        if (strncmp(w->node[i], path[i], n) != 0 || (w->node[i][n] != 0 && w->node[i][n] != '@'))
            return false;
    }
    return true;
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

static void read_property(struct walk *w, const char *name, const uint8 *value, uint32 len)
{
    // A number of cells that an address or size can have; others would be nonsense.
    bool cell_count = w->depth == 1 && len == 4 && be32(value) <= 4;

    if (cell_count && strcmp(name, "#address-cells") == 0)
        w->address_cells = be32(value);
    else if (cell_count && strcmp(name, "#size-cells") == 0)
        w->size_cells = be32(value);
    else if (inside(w, "memory", 0) && strcmp(name, "reg") == 0)
        read_memory(w, value, len);
    else if (inside(w, "chosen", 0) && strcmp(name, "bootargs") == 0)
        memcpy(w->m->bootargs, value, min_u64(len, sizeof(w->m->bootargs) - 1));
    else if (inside(w, "cpus", 0) && strcmp(name, "timebase-frequency") == 0 &&
             (len == 4 || len == 8))
        w->m->timebase = read_cells(value, len / 4);
    else if (inside(w, "cpus", "cpu") && strcmp(name, "status") == 0 && w->m->harts > 0)
        w->m->harts -= len < 2 || memcmp(value, "ok", 2) != 0; // "okay"
}

static void begin_node(struct walk *w, const char *name)
{
    if (w->depth < DEPTH)
        w->node[w->depth] = name;
    w->depth++;
    if (inside(w, "cpus", "cpu"))
        w->m->harts++;
}

// The next n bytes, which the walk passes up to the next token; 0 if the block ends before.
static const uint8 *take(struct walk *w, uint64 n)
{
    const uint8 *taken = w->at;

    n = (n + 3) & ~3UL;
    if (n > (uint64)(w->end - w->at))
        return 0;
    w->at += n;
    return taken;
}

static bool take_property(struct walk *w)
{
    const uint8 *head = take(w, 8);
    const uint8 *value = head ? take(w, be32(head)) : 0;

    if (!value || be32(head + 4) >= w->strings_size)
        return false;
    read_property(w, w->strings + be32(head + 4), value, be32(head));
    return true;
}

// Does the next token; false at the end, the proper one or not.
static bool step(struct walk *w)
{
    const uint8 *token = take(w, 4);

    switch (token ? be32(token) : END) {
    case BEGIN_NODE:
        if (!take(w, strnlen((const char *)w->at, w->end - w->at) + 1))
            return false;
        begin_node(w, (const char *)token + 4);
        return true;
    case END_NODE:
        return w->depth-- > 0;
    case PROP:
        return take_property(w);
    case NOP:
        return true;
    default:
        return false;
    }
}

// Does the block [start, start + size) lie in a tree of total bytes?
static bool block_fits(uint32 start, uint32 size, uint32 total)
{
    return start <= total && size <= total - start;
}

static bool read_header(struct walk *w, const uint8 *fdt)
{
    if (!fdt || (uint64)fdt % 8 != 0 || be32(fdt + MAGIC) != FDT_MAGIC)
        return false;
    uint32 total = be32(fdt + TOTAL), size = be32(fdt + STRUCT_SIZE);
    w->strings = (const char *)fdt + be32(fdt + STRINGS);
    w->strings_size = be32(fdt + STRINGS_SIZE);
    w->at = fdt + be32(fdt + STRUCT);
    w->end = w->at + size;
    return total >= HEADER_SIZE && total <= FDT_MAX && be32(fdt + STRUCT) % 4 == 0 &&
           block_fits(be32(fdt + STRUCT), size, total) &&
           block_fits(be32(fdt + STRINGS), w->strings_size, total) && w->strings_size > 0 &&
           w->strings[w->strings_size - 1] == 0;
}

int fdt_parse(const void *fdt, struct machine *m)
{
    // Cells: the specification's defaults.
    struct walk w = {.m = m, .address_cells = 2, .size_cells = 1};

    *m = (struct machine){.ram_start = KERNBASE, .ram_end = PHYSTOP};
    bool good = read_header(&w, fdt);
    while (good && step(&w))
        ;
    if (m->timebase == 0)
        m->timebase = 10000000;
    m->harts = min_u64(max_u64(m->harts, 1), NCPU);
    return good ? 0 : -EINVAL;
}

// What stands behind "name=" in the boot arguments; NULL: it is not there.
static const char *find_bootarg(const char *name)
{
    size_t n = strlen(name);

    for (const char *p = machine.bootargs; *p; p++) {
        bool word_start = p == machine.bootargs || p[-1] == ' ';
        if (word_start && strncmp(p, name, n) == 0 && p[n] == '=')
            return p + n + 1;
    }
    return NULL;
}

long bootarg(const char *name, long fallback)
{
    const char *p = find_bootarg(name);
    if (p == NULL)
        return fallback;

    uint64 value = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (*p - '0');
    return value;
}

void bootarg_text(const char *name, char *text, size_t size)
{
    const char *p = find_bootarg(name);
    if (p == NULL)
        return;

    size_t n = 0;
    for (; n + 1 < size && p[n] != 0 && p[n] != ' '; n++)
        text[n] = p[n];
    text[n] = 0;
}
