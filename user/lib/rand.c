// Pseudo-random numbers: a 64-bit linear congruential generator (its multiplier is that of Knuth's
// MMIX). The result is its high bits, because the low bits repeat soon.
#include "user/lib/util.h"

static uint64 state = 1;

void srand(uint64 seed) { state = seed; }

int rand(void)
{
    state = state * 6364136223846793005UL + 1442695040888963407UL;
    return state >> 33;
}
