// Pseudo-random numbers: a 64-bit linear congruential generator (multiplier from Knuth's MMIX), of
// which the high bits are used.
#include "user/lib/util.h"

static uint64 state = 1;

void srand(uint64 seed) { state = seed; }

int rand(void)
{
    state = state * 6364136223846793005UL + 1442695040888963407UL;
    return state >> 33;
}
