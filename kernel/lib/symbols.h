// Names of kernel functions, for backtraces.
//
// The table is optional: the kernel links without one, and a second link adds it, made by
// tools/ksyms from the first one's symbols. It consists of the three objects below.
#ifndef KERNEL_LIB_SYMBOLS_H
#define KERNEL_LIB_SYMBOLS_H

#include "kernel/lib/kdef.h"

extern const uint64 ksym_count;   // functions; 0: no table
extern const uint64 ksym_addrs[]; // where each begins, ascending
extern const char ksym_names[];   // their names in that order, each ended by a 0

// The function that address lies in: its name, and in *offset how far into it. 0 if unknown.
const char *symbol_find(uint64 address, uint64 *offset);

#endif
