// The list of the area's tests (badcalls.h), and calls that do not exist.
#include "user/tests/usertests/badcalls.h"

enum {
#define CALL(number, name, ...) NUMBER_OF_##name = number,
    SYSCALLS(CALL, CALL) NO_CALL
#undef CALL
};

static const long no_calls[] = {0,        NO_CALL,  NO_CALL + 1, 1000,        -1,
                                1L << 31, 1L << 32, 1L << 62,    -(1L << 62), ~(1L << 63)};

static void try_no_calls(struct fixture *f)
{
    for (uint i = 0; i < sizeof(no_calls) / sizeof(no_calls[0]); i++) {
        long result = raw_syscall(no_calls[i], (long[6]){1, 2, 3, 4, 5, 6});
        expect(result == -ENOSYS, "call %ld: ENOSYS, not %ld", no_calls[i], result);
    }
    fixture_check(f, "unknown calls");
}

static void unknown_calls(void)
{
    struct fixture f;
    fixture_make(&f);
    try_no_calls(&f);
    fixture_remove(&f);
}

// With bits set for calls that have no name: the kernel must not look one up.
static void unknown_calls_traced(void)
{
    const int above_30 = 1 << 31;
    struct fixture f;
    fixture_make(&f);
    expect(trace_verbose(1) == 0 && trace(above_30 | 1) == 0, "trace");
    for (uint i = 0; i < sizeof(no_calls) / sizeof(no_calls[0]); i++)
        expect(raw_syscall(no_calls[i], (long[6]){1, 2, 3, 4, 5, 6}) == -ENOSYS, "call %ld: ENOSYS",
               no_calls[i]);
    expect(trace(0) == 0 && trace_verbose(0) == 0, "trace off");
    fixture_check(&f, "unknown calls");
    fixture_remove(&f);
}

// A call leaves every register but a0 as it was.
static void registers_are_kept(void)
{
    static const long calls[] = {SYS_getpid, SYS_uptime, SYS_pause, 1000};
    for (uint i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        register long a7 __asm__("a7") = calls[i];
        register long a0 __asm__("a0") = 0;
        register long a1 __asm__("a1") = 0x1111111111111111;
        register long a5 __asm__("a5") = 0x5555555555555555;
        register long t0 __asm__("t0") = 0x7777777777777777;
        register long t6 __asm__("t6") = -0x6666666666666666;
        register long s5 __asm__("s5") = -0x5555555555555555;
        __asm__ volatile("ecall"
                         : "+r"(a0), "+r"(a1), "+r"(a5), "+r"(a7), "+r"(t0), "+r"(t6), "+r"(s5)
                         :
                         : "memory");
        expect(a1 == 0x1111111111111111 && a5 == 0x5555555555555555 && a7 == calls[i],
               "argument registers");
        expect(t0 == 0x7777777777777777 && t6 == -0x6666666666666666 && s5 == -0x5555555555555555,
               "the others");
    }
}

const struct test badcalls_tests[] = {
    TEST(bad_pointers, ALONE | BOTH, "known 10,labs 7",
         "each call with each kind of bad pointer: one exact answer, nothing changed"),
    TEST(bad_descriptors, ALONE, "", "each call with a descriptor that is none: EBADF"),
    TEST(bad_counts, ALONE, "known 4,labs 18", "impossible counts, offsets and sizes are refused"),
    TEST(bad_process_numbers, ALONE, "",
         "numbers of processes, groups, tables and modes that do not exist are refused"),
    TEST(bad_names, ALONE, "", "paths that do not lead to what the call needs: the exact error"),
    TEST(bad_mappings, ALONE, "", "mappings that make no sense are refused"),
    TEST(bad_requests, ALONE, "labs 14", "impossible breaks, exit numbers and groups are refused"),
    TEST(unknown_calls, ALONE | BOTH, "", "numbers of no system call: ENOSYS"),
    TEST(unknown_calls_traced, ALONE, "", "the same while the process is traced"),
    TEST(registers_are_kept, BOTH, "", "a system call keeps all registers but a0"),
    TEST(across_page_edges, BOTH, "", "arguments and results across page edges, at every distance"),
    TEST(in_untouched_pages, BOTH, "", "arguments and results in pages that nobody touched"),
    TEST(in_shared_pages, BOTH, "", "arguments and results in pages shared copy-on-write"),
    END_OF_TESTS,
};
