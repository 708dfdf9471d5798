// Floating-point registers: every process has its own, with rounding mode and flags, across
// preemption, system calls, sleep, fork and exec.
#include "user/tests/usertests/exec_elf.h"
#include "user/tests/usertests/fp.h"
#include "user/tests/usertests/procs_help.h"

#define PROCESSES 6
#define TURNS     10000

#define LONG_TURNS 12000000 // some ticks

#define F8(X, a, b, c, d, e, f, g, h) X(a) X(b) X(c) X(d) X(e) X(f) X(g) X(h)
#define ALL_F(X)                                                                                   \
    F8(X, 0, 1, 2, 3, 4, 5, 6, 7)                                                                  \
    F8(X, 8, 9, 10, 11, 12, 13, 14, 15)                                                            \
    F8(X, 16, 17, 18, 19, 20, 21, 22, 23) F8(X, 24, 25, 26, 27, 28, 29, 30, 31)
#define LOAD(i)  "fld f" #i ", 8*" #i "(%[in])\n"
#define STORE(i) "fsd f" #i ", 8*" #i "(%[out])\n"
#define NAME(i)  , "f" #i

long fp_hold(const uint64 *in, uint64 *out, long turns, long call, long arg)
{
    register long a0 __asm__("a0") = arg;
    register long a7 __asm__("a7") = call;
    __asm__ volatile("ld t0, 256(%[in])\n fscsr t0\n" ALL_F(
                         LOAD) "beqz a7, 1f\n ecall\n"
                               "1: addi %[turns], %[turns], -1\n bgtz %[turns], 1b\n" ALL_F(
                                   STORE) "frcsr t0\n sd t0, 256(%[out])\n fscsr zero\n"
                     : [in] "+r"(in), [out] "+r"(out), [turns] "+r"(turns), "+r"(a0)
                     : "r"(a7)
                     : "t0", "memory" ALL_F(NAME));
    return a0;
}

void fp_store(uint64 *out)
{
    __asm__ volatile(ALL_F(STORE) "frcsr t0\n sd t0, 256(%[out])\n"
                     :
                     : [out] "r"(out)
                     : "t0", "memory");
}

void fp_fill(fp_set set, uint64 seed)
{
    for (int i = 0; i < 32; i++)
        set[i] = seed * 0x9e3779b97f4a7c15UL + i;
    set[32] = (seed % 5) << 5 | seed % 32;
}

void fp_expect_same(const fp_set in, const fp_set out, const char *after)
{
    for (int i = 0; i < 33; i++)
        expect(in[i] == out[i], "register %d keeps %lx %s, not %lx", i, in[i], after, out[i]);
}

enum { GETPID = 11, FORK = 1, PAUSE = 13 };

static void worker(uint64 seed)
{
    fp_set in, out;
    for (int round = 0; round < 12; round++) {
        fp_fill(in, seed * 100 + round);
        fp_hold(in, out, round % 2 ? TURNS : TURNS * 20, round % 2 ? GETPID : 0, 0);
        fp_expect_same(in, out, "while others run");
    }
    exit(0);
}

static void fp_at_once(void)
{
    for (int i = 0; i < PROCESSES; i++)
        if (must_fork() == 0)
            worker(i + 1);
    expect_children(PROCESSES);
}

// All of them sleep with their registers loaded: another process's are in the hart meanwhile.
static void fp_across_sleep(void)
{
    for (int i = 0; i < PROCESSES; i++) {
        if (must_fork() == 0) {
            fp_set in, out;
            for (int round = 0; round < 4; round++) {
                fp_fill(in, i * 10 + round);
                expect(fp_hold(in, out, 1, PAUSE, 1) == 0, "pause");
                fp_expect_same(in, out, "across a pause");
            }
            exit(0);
        }
    }
    expect_children(PROCESSES);
}

// fork copies the registers: the child sees the parent's, and changes its own only.
static void fp_across_fork(void)
{
    fp_set in, out, other;
    for (int round = 0; round < 10; round++) {
        fp_fill(in, round + 1);
        long pid = fp_hold(in, out, 1, FORK, 0);
        expect(pid >= 0, "fork");
        fp_expect_same(in, out, pid == 0 ? "in the child" : "in the parent");
        if (pid == 0) {
            fp_fill(in, 77);
            fp_hold(in, other, TURNS, 0, 0);
            exit(0);
        }
        fp_hold(in, out, TURNS, 0, 0);
        fp_expect_same(in, out, "beside the child");
        expect_status(pid, 0);
    }
}

// A program begins with all of them 0, whatever the one before, or others, left in the hart.
static void fp_cleared_by_exec(void)
{
    char *argv[] = {"probe", 0};
    program_write("probe", code_fp_probe, code_fp_probe_end);
    for (int i = 0; i < 10; i++) {
        int pid = must_fork();
        if (pid == 0) {
            fp_set in, out;
            fp_fill(in, 3);
            fp_hold(in, out, 1, 0, 0);
            exec("probe", argv);
            exit(127);
        }
        expect_status(pid, 0);
    }
    unlink("probe");
}

// A process that has never used them finds zeroes, though another has just filled the hart's.
static void fp_first_use(void)
{
    char *argv[] = {"probe", 0}, out[4];
    program_write("probe", code_fp_probe, code_fp_probe_end);
    int pid = must_fork();
    if (pid == 0) {
        fp_set in, got;
        fp_fill(in, 9);
        for (;;)
            fp_hold(in, got, TURNS, 0, 0);
    }
    for (int i = 0; i < 10; i++)
        expect(run_program("probe", argv, out, sizeof(out)) == 0,
               "all registers are 0 at the first use");
    expect_killed(pid);
    unlink("probe");
}

// One process uses them, and moves between harts because others spin there: what a hart still holds
// of it from an earlier visit must not come back.
static void fp_moves(void)
{
    struct sysinfo info;
    int pid[NCPU];
    sysinfo(&info);
    for (uint i = 0; i < info.ncpu; i++)
        pid[i] = start_child(spin_on, 0);
    for (int round = 0; round < 10; round++) {
        fp_set in, out;
        fp_fill(in, round);
        fp_hold(in, out, LONG_TURNS, GETPID, 0);
        fp_expect_same(in, out, "on another hart");
    }
    for (uint i = 0; i < info.ncpu; i++)
        expect_killed(pid[i]);
}

// Told by a byte, uses floating point for the first time. It has its stack's page before.
static void use_when_told(void *arg)
{
    int *gate = arg;
    read_byte(gate[0]);
    __asm__ volatile("fmv.d.x ft0, zero" ::: "ft0");
    sleep_on(0);
}

#define FIRST_USERS 40 // more than one frame has room for

static void fp_without_memory(void)
{
    int gate[2], pid[FIRST_USERS], status = 0;
    must_pipe(gate);
    expect(write(gate[1], "x", 1) == 1 && read_byte(gate[0]) == 'x',
           "the pipe gets its page while there is memory");
    for (int i = 0; i < FIRST_USERS; i++)
        pid[i] = start_child(use_when_told, gate);
    wait_asleep(pid[FIRST_USERS - 1]);
    for (int i = 0; i < FIRST_USERS; i++) {
        take_memory(0); // again and again: caches give back some
        expect(write(gate[1], "x", 1) == 1, "a child is told");
        pause(1);
    }
    int ended = waitpid(-1, &status, WNOHANG);
    sys_sbrk(-100 * PGSIZE, SBRK_EAGER);
    expect(ended == 0, "nobody needs memory for it: %d, status %d", ended, status);
    for (int i = 0; i < FIRST_USERS; i++)
        expect_killed(pid[i]);
}

static void fp_killed(void)
{
    for (int i = 0; i < 20; i++) {
        int pid = must_fork();
        if (pid == 0) {
            fp_set in, out;
            fp_fill(in, i);
            fp_hold(in, out, 1L << 40, 0, 0);
        }
        fp_set in, out;
        fp_fill(in, i + 1000);
        fp_hold(in, out, TURNS, GETPID, 0);
        expect_killed(pid);
        fp_expect_same(in, out, "beside one that is killed");
    }
}

static void fp_arithmetic(void)
{
    volatile double x = 2;
    for (int i = 0; i < 30; i++)
        x = (x + 2 / x) / 2;
    uint64 bits;
    memcpy(&bits, (double *)&x, sizeof(bits));
    expect(bits == 0x3ff6a09e667f3bccUL || bits == 0x3ff6a09e667f3bcdUL, "the root of 2, not %lx",
           bits);
    volatile float y = 1.0f / 3;
    expect(y * 3 == 1.0f, "a third of 1, three times");
}

// The rounding mode is the process's own: 1/3 rounded down and up at the same time.
static void third(int mode, uint64 wanted)
{
    for (int i = 0; i < TURNS; i++) {
        double one = 1, three = 3, result;
        uint64 bits;
        __asm__ volatile("fsrm %1\n fdiv.d %0, %2, %3\n fsrm zero"
                         : "=f"(result)
                         : "r"(mode), "f"(one), "f"(three));
        memcpy(&bits, &result, sizeof(bits));
        expect(bits == wanted, "1/3 in mode %d is %lx, not %lx", mode, wanted, bits);
    }
    exit(0);
}

static void fp_rounding_modes(void)
{
    for (int mode = 0; mode < 4; mode++) // nearest, to 0, down, up
        if (must_fork() == 0)
            third(mode, mode == 3 ? 0x3fd5555555555556UL : 0x3fd5555555555555UL);
    expect_children(4);
}

const struct test fp_tests[] = {
    TEST(fp_at_once, BOTH, "", "processes that use all registers at once keep theirs"),
    TEST(fp_across_sleep, BOTH, "", "registers, rounding mode and flags survive a sleep"),
    TEST(fp_across_fork, BOTH, "",
         "fork copies the registers; then parent and child have their own"),
    TEST(fp_cleared_by_exec, BOTH, "", "a new program finds zeroes, not what the one before left"),
    TEST(fp_first_use, BOTH, "", "the first use finds zeroes, not what another process has there"),
    TEST(fp_killed, BOTH, "", "killing a process that uses floating point does not disturb others"),
    TEST(fp_moves, 0, "", "a process that moves between harts finds its registers, not older ones"),
    TEST(fp_without_memory, ALONE, "",
         "the first use of floating point needs no memory: it works when there is none"),
    TEST(fp_arithmetic, 0, "", "floating-point arithmetic is right"),
    TEST(fp_rounding_modes, 0, "", "each process rounds in its own mode"),
    END_OF_TESTS,
};
