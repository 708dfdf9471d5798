// The places that flush. See the header.
#include "tests/crash/flush.h"

#include <stdlib.h>
#include <string.h>

// In the heap: it outlives a world.
static struct flushes {
    int skip;
    uint n;
    struct flush_place place[FLUSH_PLACES];
} * flushes;

// A stack frame, as the compiler lays it out for us (rules.mk).
struct frame {
    const struct frame *caller;
    uint64 call; // where it returns to
};

extern char __executable_start[], etext[]; // the linker's

void flush_prepare(int skip)
{
    flushes = calloc(1, sizeof(*flushes));
    if (!flushes)
        abort();
    flushes->skip = skip;
}

bool flush_skip(void)
{
    struct flush_place here = {0};
    const struct frame *f = __builtin_frame_address(0);
    for (uint i = 0; i < FLUSH_CALLS; i++, f = f->caller) {
        if (f->call < (uint64)__executable_start || f->call >= (uint64)etext)
            break; // the C library's, which may be compiled otherwise
        here.call[i] = f->call;
    }
    uint i = 0;
    while (i < flushes->n && memcmp(flushes->place[i].call, here.call, sizeof(here.call)) != 0)
        i++;
    if (i == FLUSH_PLACES)
        abort();
    if (i == flushes->n)
        flushes->place[flushes->n++] = here;
    flushes->place[i].count++;
    return (int)i == flushes->skip;
}

uint flush_places(const struct flush_place **places)
{
    *places = flushes->place;
    return flushes->n;
}
