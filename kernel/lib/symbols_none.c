// An empty symbol table (symbols.h). It is weak, so that a real one takes its place. It stands in a
// file of its own, because a compiler that sees a constant uses its value, weak or not.
#include "kernel/lib/symbols.h"

__attribute__((weak)) const uint64 ksym_count = 0;
__attribute__((weak)) const uint64 ksym_addrs[1] = {0};
__attribute__((weak)) const char ksym_names[1] = {0};
