// The device tree's reader: a small tree as the test builds it, and the same tree with every byte
// damaged in turn.
#include "kernel/arch/fdt.h"
#include "kernel/errno.h"
#include "kernel/ktest/ktest.h"
#include "kernel/lib/string.h"
#include "kernel/memlayout.h"

#define HEADER_SIZE 40

static uint8 tree[1024] __attribute__((aligned(8)));
static uint tree_size;
static const char strings[] =
    "#address-cells\0#size-cells\0reg\0status\0timebase-frequency\0bootargs";
enum { ADDRESS_CELLS = 0, SIZE_CELLS = 15, REG = 27, STATUS = 31, TIMEBASE = 38, BOOTARGS = 57 };

static void add_word(uint32 w)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        tree[tree_size++] = w >> shift;
}

static void add_bytes(const char *bytes, uint n)
{
    memcpy(tree + tree_size, bytes, n);
    for (tree_size += n; tree_size % 4 != 0; tree_size++)
        tree[tree_size] = 0;
}

static void begin(const char *name)
{
    add_word(1);
    add_bytes(name, strlen(name) + 1);
}

static void end(void) { add_word(2); }

static void property(uint name, const char *value, uint len)
{
    add_word(3);
    add_word(len);
    add_word(name);
    add_bytes(value, len);
}

static void number(uint name, uint32 value)
{
    char bytes[4] = {value >> 24, value >> 16, value >> 8, value};

    property(name, bytes, 4);
}

static void add_cpu(const char *name, uint32 hartid, const char *status)
{
    begin(name);
    number(REG, hartid);
    property(STATUS, status, strlen(status) + 1);
    begin("interrupt-controller");
    number(REG, 77); // not the hart's
    end();
    end();
}

static void build_nodes(void)
{
    begin("");
    number(ADDRESS_CELLS, 2);
    number(SIZE_CELLS, 2);
    begin("chosen");
    property(BOOTARGS, "isolate=1 late=-7", 18);
    end();
    begin("cpus");
    number(ADDRESS_CELLS, 1);
    number(SIZE_CELLS, 0);
    number(TIMEBASE, 12345678);
    add_cpu("cpu@0", 0, "okay");
    add_cpu("cpu@1", 1, "disabled");
    add_cpu("cpu@2", 2, "okay");
    end();
    begin("memory@80000000"); // a bank without the kernel, and the one with it
    property(REG, "\0\0\0\1\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0\x04\0\0\0", 32);
    end();
    end();
    add_word(9);
}

static void build(void)
{
    tree_size = HEADER_SIZE;
    build_nodes();
    uint strings_at = tree_size;
    add_bytes(strings, sizeof(strings));
    uint total = tree_size;
    const uint32 header[] = {
        0xd00dfeed, total, HEADER_SIZE, strings_at,      0,
        17,         16,    0,           sizeof(strings), strings_at - HEADER_SIZE};
    tree_size = 0;
    for (uint i = 0; i < ARRAY_LEN(header); i++)
        add_word(header[i]);
    tree_size = total;
}

KTEST(fdt_reads_the_machine)
{
    static struct machine m;

    build();
    check(fdt_parse(tree, &m) == 0);
    check(m.ram_start == KERNBASE && m.ram_end == KERNBASE + 0x4000000);
    check(m.timebase == 12345678);
    check(m.harts == 2);
    check(strcmp(m.bootargs, "isolate=1 late=-7") == 0);
}

KTEST(fdt_survives_damage)
{
    static const uint8 damage[] = {0x00, 0x01, 0x7f, 0xff};
    static struct machine m;

    for (uint at = 0; at < tree_size; at++)
        for (uint k = 0; k < ARRAY_LEN(damage); k++) {
            build();
            tree[at] = damage[k];
            int r = fdt_parse(tree, &m);
            check(r == 0 || r == -EINVAL);
            check(m.harts > 0 && m.harts <= NCPU && m.timebase > 0);
            check(m.ram_start <= KERNBASE && m.ram_end > KERNBASE);
        }
    check(fdt_parse(0, &m) == -EINVAL && m.harts == 1 && m.ram_end == PHYSTOP);
}
