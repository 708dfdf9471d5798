// Names of kernel functions (symbols.h).
#include "kernel/lib/symbols.h"

#include "kernel/lib/string.h"

const char *symbol_find(uint64 address, uint64 *offset)
{
    const char *name = NULL;

    // The names follow each other, so that the last function below address is found by a walk.
    for (uint64 i = 0; i < ksym_count && ksym_addrs[i] <= address; i++) {
        name = i == 0 ? ksym_names : name + strlen(name) + 1;
        *offset = address - ksym_addrs[i];
    }
    return name;
}
