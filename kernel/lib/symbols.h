// Names of kernel functions, for backtraces.
//
// The table is optional. The kernel is linked without one first; tools/ksyms makes the table from
// that kernel's symbols, and a second link adds it. It consists of the three objects below.
#ifndef KERNEL_LIB_SYMBOLS_H
#define KERNEL_LIB_SYMBOLS_H

#include "kernel/lib/kdef.h"

extern const uint64 ksym_count;   // functions; 0: no table
extern const uint64 ksym_addrs[]; // where each begins, ascending
extern const char ksym_names[];   // their names in that order, each ended by a 0

// The name of the function in which address lies; *offset: how far in it. NULL: not known.
const char *symbol_find(uint64 address, uint64 *offset);

#endif
