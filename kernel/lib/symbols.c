// Names of kernel functions.
#include "kernel/lib/symbols.h"

#include "kernel/lib/string.h"

const char *symbol_find(uint64 address, uint64 *offset)
{
    const char *name = 0;

    for (uint64 i = 0; i < ksym_count && ksym_addrs[i] <= address; i++) {
        name = name ? name + strlen(name) + 1 : ksym_names;
        *offset = address - ksym_addrs[i];
    }
    return name;
}
