// Fills floating-point registers and compares them, for tests of the code that must keep them.
#ifndef USER_TESTS_USERTESTS_FP_H
#define USER_TESTS_USERTESTS_FP_H

#include "kernel/types.h"

typedef uint64 fp_set[33]; // f0 .. f31, fcsr

// A value for each register, a rounding mode and flags.
void fp_fill(fp_set set, uint64 seed);
// Loads all registers, makes a system call if its number is not 0, spins, and stores them. What the
// call returned.
long fp_hold(const uint64 *in, uint64 *out, long turns, long call, long arg);
// Stores them as they are.
void fp_store(uint64 *out);
void fp_expect_same(const fp_set in, const fp_set out, const char *after);

#endif
