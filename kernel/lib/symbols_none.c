// The symbol table of a kernel that has none: weak, so that a real one takes its place. In a file
// of its own, for a compiler that sees a constant believes what it holds, weak or not.
#include "kernel/lib/symbols.h"

__attribute__((weak)) const uint64 ksym_count = 0;
__attribute__((weak)) const uint64 ksym_addrs[1] = {0};
__attribute__((weak)) const char ksym_names[1] = {0};
