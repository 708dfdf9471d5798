// The event counters and their names, from the list in counter.h.
#include "kernel/lib/counter.h"

#define COUNTER_NAME(name) #name,

uint64 counters[NCOUNTER];
const char *const counter_names[NCOUNTER] = {COUNTERS(COUNTER_NAME)};
