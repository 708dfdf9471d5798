// Floating-point registers: processes that use them at once keep theirs, across preemption, system
// calls, fork and exec; the rounding mode too.
#include "user/lib/test.h"

#define PROCESSES 4
#define TURNS     20000

typedef uint64 fp_set[33]; // f0 .. f31, fcsr

#define F8(X, a, b, c, d, e, f, g, h) X(a) X(b) X(c) X(d) X(e) X(f) X(g) X(h)
#define ALL_F(X)                                                                                                       \
    F8(X, 0, 1, 2, 3, 4, 5, 6, 7)                                                                                      \
    F8(X, 8, 9, 10, 11, 12, 13, 14, 15)                                                                                \
    F8(X, 16, 17, 18, 19, 20, 21, 22, 23) F8(X, 24, 25, 26, 27, 28, 29, 30, 31)
#define LOAD(i)  "fld f" #i ", 8*" #i "(%0)\n"
#define STORE(i) "fsd f" #i ", 8*" #i "(%1)\n"
#define NAME(i)  , "f" #i

// Loads all registers, spins, with a getpid in between if calls is set, and stores them.
static void hold(const uint64 *in, uint64 *out, long turns, long calls)
{
    __asm__ volatile("ld t0, 256(%0)\n fscsr t0\n" ALL_F(LOAD) "1: beqz %3, 2f\n li a7, 11\n ecall\n"
                                                               "2: addi %2, %2, -1\n bnez %2, 1b\n" ALL_F(
                                                                   STORE) "frcsr t0\n sd t0, 256(%1)\n fscsr zero\n"
                     : "+r"(in), "+r"(out), "+r"(turns)
                     : "r"(calls)
                     : "t0", "a0", "a7", "memory" ALL_F(NAME));
}

static void fill(fp_set set, uint64 seed)
{
    for (int i = 0; i < 32; i++)
        set[i] = seed * 0x9e3779b97f4a7c15UL + i;
    set[32] = (seed % 5) << 5; // a rounding mode, no flags
}

static void worker(uint64 seed)
{
    fp_set in, out;
    for (int round = 0; round < 20; round++) {
        fill(in, seed * 100 + round);
        hold(in, out, round % 2 ? TURNS : TURNS * 20, round % 2);
        for (int i = 0; i < 33; i++)
            expect(in[i] == out[i], "register %d of process %lu keeps %lx, not %lx", i, seed, in[i], out[i]);
    }
    exit(0);
}

static void at_once(void)
{
    int status;
    for (int i = 0; i < PROCESSES; i++)
        if (must_fork() == 0)
            worker(i + 1);
    for (int i = 0; i < PROCESSES; i++)
        expect(wait(&status) > 0 && status == 0, "all processes keep their registers");
}

// fork copies the registers: the child sees the parent's.
static void fork_copies(void)
{
    double value = 1.5;
    long pid;
    __asm__ volatile("fld fs0, 0(%1)\n li a7, 1\n ecall\n mv %0, a0\n fsd fs0, 0(%1)\n"
                     : "=&r"(pid)
                     : "r"(&value)
                     : "a0", "a7", "fs0", "memory");
    if (pid == 0)
        exit(value == 1.5 ? 0 : 1);
    int status;
    expect(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "child has the registers");
    expect(value == 1.5, "parent keeps them");
}

// A new program starts without what the one before left there.
static void exec_clears(void)
{
    char *argv[] = {"fpcheck", "probe", 0};
    fp_set in, out;
    fill(in, 3);
    hold(in, out, 1, 0);
    exec("/fpcheck", argv);
    expect(0, "exec works");
}

static int probe(void)
{
    uint64 bits = 0;
    __asm__ volatile("fmv.x.d t0, fs0\n or %0, %0, t0\n fmv.x.d t0, fs11\n or %0, %0, t0\n"
                     "fmv.x.d t0, ft11\n or %0, %0, t0\n frcsr t0\n or %0, %0, t0\n"
                     : "+r"(bits)
                     :
                     : "t0");
    return bits != 0;
}

static void arithmetic(void)
{
    volatile double x = 2;
    for (int i = 0; i < 30; i++)
        x = (x + 2 / x) / 2;
    char text[32];
    snprintf(text, sizeof(text), "%.6f", x);
    expect(strcmp(text, "1.414214") == 0, "the root of 2 is 1.414214, not %s", text);
}

static const struct subtest tests[] = {
    {"arithmetic", arithmetic},
    {"at_once", at_once},
    {"fork_copies", fork_copies},
    {"exec_clears", exec_clears},
    {0, 0},
};

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "probe") == 0)
        return probe();
    return run_subtests("fpcheck", tests, argc, argv);
}
