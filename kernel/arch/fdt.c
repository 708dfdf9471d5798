// Reads the flattened device tree (Devicetree Specification 0.4, chapter 5): a header, a block of
// strings, and a block of tokens that open a node, give it a property, and close it.
//
// The reader visits every token once and keeps only what struct machine has a member for. It knows
// where it is by the names of the outermost open nodes; nodes that lie deeper are only counted. All
// offsets and lengths in the tree are checked against the blocks that they lie in. A damaged tree
// ends the reading early, and what was not read keeps its default.
#include "kernel/arch/fdt.h"
#include "kernel/errno.h"
#include "kernel/lib/string.h"
#include "kernel/memlayout.h"

#define FDT_MAGIC 0xd00dfeed
#define FDT_MAX   (2 * 1024 * 1024) // bytes of a tree that we believe in
enum token { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

// Offsets, in bytes, of those fields of the header that are read here.
enum header { MAGIC = 0, TOTAL = 4, STRUCT = 8, STRINGS = 12, STRINGS_SIZE = 32, STRUCT_SIZE = 36 };
#define HEADER_SIZE 40

#define DEPTH 3 // open nodes, at most, where something is read: "", "cpus", "cpu@1"

// How far a tree has been read. Lives on the stack of fdt_parse().
struct reader {
    struct machine *m;
    const uint8 *at, *end; // the rest of the block of tokens
    const char *strings;   // the block of strings; its last byte is a 0
    uint32 strings_size;
    uint32 address_cells, size_cells; // 32-bit cells of a number in the root's children
    uint depth;                       // open nodes
    const char *node[DEPTH];          // the names of the outermost of them
};

struct machine machine;

static uint32 be32(const uint8 *p) { return (uint32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }

// A number of several 32-bit cells, big-endian: its low 64 bits.
static uint64 read_cells(const uint8 *p, uint32 cells)
{
    uint64 value = 0;

    for (; cells > 0; cells--, p += 4)
        value = value << 32 | be32(p);
    return value;
}

// True if the innermost open node is /outer or, if inner is not NULL, /outer/inner. A name in the
// tree counts up to its '@'.
static bool inside(const struct reader *r, const char *outer, const char *inner)
{
    const char *const path[DEPTH] = {"", outer, inner};
    uint depth = inner ? 3 : 2; // the root counts

    if (r->depth != depth)
        return false;
    for (uint i = 1; i < depth; i++) {
        size_t n = strlen(path[i]);
        if (strncmp(r->node[i], path[i], n) != 0 || (r->node[i][n] != 0 && r->node[i][n] != '@'))
            return false;
    }
    return true;
}

// A property "reg" of /memory: pairs of start and size. Keeps the bank that holds the kernel.
static void read_memory(struct reader *r, const uint8 *value, uint32 len)
{
    uint32 entry = 4 * (r->address_cells + r->size_cells);

    for (; entry > 0 && len >= entry; len -= entry, value += entry) {
        uint64 start = read_cells(value, r->address_cells);
        uint64 size = read_cells(value + 4 * r->address_cells, r->size_cells);

        // The last condition refuses a bank that would end beyond the last address.
        if (start <= KERNBASE && size > KERNBASE - start && start + size > start) {
            r->m->ram_start = PGROUNDUP(start);
            r->m->ram_end = PGROUNDDOWN(start + size);
        }
    }
}

// begin_node() has counted the hart. One that is not "okay" is not available.
static void read_hart_status(struct reader *r, const uint8 *value, uint32 len)
{
    bool okay = len >= 2 && memcmp(value, "ok", 2) == 0;

    if (!okay && r->m->harts > 0)
        r->m->harts--;
}

static void read_property(struct reader *r, const char *name, const uint8 *value, uint32 len)
{
    // The root says how many cells addresses and sizes have. More than 4 would be nonsense.
    bool cell_count = r->depth == 1 && len == 4 && be32(value) <= 4;

    if (cell_count && strcmp(name, "#address-cells") == 0)
        r->address_cells = be32(value);
    else if (cell_count && strcmp(name, "#size-cells") == 0)
        r->size_cells = be32(value);
    else if (inside(r, "memory", NULL) && strcmp(name, "reg") == 0)
        read_memory(r, value, len);
    else if (inside(r, "chosen", NULL) && strcmp(name, "bootargs") == 0)
        memcpy(r->m->bootargs, value, min_u64(len, sizeof(r->m->bootargs) - 1));
    else if (inside(r, "cpus", NULL) && strcmp(name, "timebase-frequency") == 0 &&
             (len == 4 || len == 8))
        r->m->timebase = read_cells(value, len / 4);
    else if (inside(r, "cpus", "cpu") && strcmp(name, "status") == 0)
        read_hart_status(r, value, len);
}

static void begin_node(struct reader *r, const char *name)
{
    if (r->depth < DEPTH)
        r->node[r->depth] = name;
    r->depth++;
    if (inside(r, "cpus", "cpu"))
        r->m->harts++;
}

// Takes the next n bytes and goes on to the token behind them, which begins at a multiple of 4.
// NULL if the block ends before.
static const uint8 *take(struct reader *r, uint64 n)
{
    const uint8 *taken = r->at;

    n = (n + 3) & ~3UL;
    if (n > (uint64)(r->end - r->at))
        return NULL;
    r->at += n;
    return taken;
}

static bool take_property(struct reader *r)
{
    const uint8 *head = take(r, 8); // the value's length, and where its name is among the strings
    if (head == NULL)
        return false;
    uint32 len = be32(head), name = be32(head + 4);

    const uint8 *value = take(r, len);
    if (value == NULL || name >= r->strings_size)
        return false;
    read_property(r, r->strings + name, value, len);
    return true;
}

// Reads the next token and what belongs to it. False at the end of the tree, also if it is damaged.
static bool read_token(struct reader *r)
{
    const uint8 *token = take(r, 4);

    if (token == NULL)
        return false;
    switch (be32(token)) {
    case BEGIN_NODE:
        // The name stands behind the token, with a 0 at its end, which must lie in the block.
        if (!take(r, strnlen((const char *)r->at, r->end - r->at) + 1))
            return false;
        begin_node(r, (const char *)token + 4);
        return true;
    case END_NODE:
        return r->depth-- > 0;
    case PROP:
        return take_property(r);
    case NOP:
        return true;
    default:
        return false;
    }
}

// True if the block [start, start + size) lies in a tree of total bytes.
static bool block_fits(uint32 start, uint32 size, uint32 total)
{
    return start <= total && size <= total - start;
}

// Finds the blocks of tokens and strings. False if this is no device tree.
static bool read_header(struct reader *r, const uint8 *fdt)
{
    if (fdt == NULL || (uint64)fdt % 8 != 0 || be32(fdt + MAGIC) != FDT_MAGIC)
        return false;

    uint32 total = be32(fdt + TOTAL), size = be32(fdt + STRUCT_SIZE);
    r->strings = (const char *)fdt + be32(fdt + STRINGS);
    r->strings_size = be32(fdt + STRINGS_SIZE);
    r->at = fdt + be32(fdt + STRUCT);
    r->end = r->at + size;

    // No string runs out of its block, because the block ends with a 0.
    return total >= HEADER_SIZE && total <= FDT_MAX && be32(fdt + STRUCT) % 4 == 0 &&
           block_fits(be32(fdt + STRUCT), size, total) &&
           block_fits(be32(fdt + STRINGS), r->strings_size, total) && r->strings_size > 0 &&
           r->strings[r->strings_size - 1] == 0;
}

int fdt_parse(const void *fdt, struct machine *m)
{
    // The specification's defaults, for a root that does not say how many cells.
    struct reader r = {.m = m, .address_cells = 2, .size_cells = 1};

    *m = (struct machine){.ram_start = KERNBASE, .ram_end = PHYSTOP};
    bool good = read_header(&r, fdt);
    while (good && read_token(&r))
        ;

    if (m->timebase == 0)
        m->timebase = 10000000;
    m->harts = min_u64(max_u64(m->harts, 1), NCPU);
    if (!good)
        return -EINVAL;
    return 0;
}

const char *bootarg_text(const char *name)
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
    const char *p = bootarg_text(name);
    if (p == NULL)
        return fallback;

    uint64 value = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (*p - '0');
    return value;
}
