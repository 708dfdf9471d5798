// Alarms: what the handler finds in the registers, and what the program finds afterwards.
#include "user/tests/usertests/alarm.h"
#include "user/tests/usertests/fp.h"

#define OTHERS                                                                                     \
    "1, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, " \
    "29, 30, 31"
#define CALLEES "3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27"

// Registers are filled with VALUE + number, but for `loop`, which waits. sp is saved in memory, and
// is not aligned to 16 meanwhile. The differences are gathered in ra.
#define VALUE "0x123456789abc00"
#define HOLD(name, loop, kept)                                                                     \
    __asm__(".text\n .balign 4\n .globl " #name "\n" #name ":\n"                                   \
            "addi sp, sp, -264\n sd ra, 8(sp)\n"                                                   \
            ".irp n, " CALLEES "\n sd x\\n, 8*\\n(sp)\n .endr\n"                                   \
            "lla t0, held_sp\n sd sp, 0(t0)\n"                                                     \
            ".irp n, " OTHERS ", " #kept "\n li x\\n, " VALUE " + \\n\n .endr\n"                   \
            "1: lla x" #loop ", alarm_calls\n lw x" #loop ", 0(x" #loop ")\n beqz x" #loop         \
            ", 1b\n"                                                                               \
            ".irp n, " OTHERS ", " #kept "\n li x" #loop ", " VALUE                                \
            " + \\n\n xor x\\n, x\\n, x" #loop "\n .endr\n"                                        \
            ".irp n, " OTHERS ", " #kept "\n or ra, ra, x\\n\n .endr\n"                            \
            "mv a0, ra\n lla t0, held_sp\n ld t0, 0(t0)\n xor t1, t0, sp\n or a0, a0, t1\n mv "    \
            "sp, t0\n"                                                                             \
            ".irp n, " CALLEES "\n ld x\\n, 8*\\n(sp)\n .endr\n"                                   \
            "ld ra, 8(sp)\n addi sp, sp, 264\n ret\n")

uint64 held_sp;
static volatile uint64 handler_sp;
HOLD(hold_registers, 10, 11);
HOLD(hold_registers_a0, 11, 10);

// A handler that leaves no register as it was, and returns with another sp.
void wild_handler(void);
__asm__(".text\n .balign 4\n wild_handler:\n"
        "lla t0, alarm_calls\n lw t1, 0(t0)\n addi t1, t1, 1\n sw t1, 0(t0)\n"
        ".irp n, " OTHERS ", 10, 11\n li x\\n, -\\n\n .endr\n"
        "addi sp, sp, -2000\n li a7, 47\n ecall\n ebreak\n");

static void hold_both(void)
{
    alarm_calls = 0;
    expect(hold_registers() == 0, "every register but a0 keeps its value");
    alarm_calls = 0;
    expect(hold_registers_a0() == 0, "a0 keeps its value");
}

// What is in a0 until a handler has been called, if it was error before.
static long hold_error(long error)
{
    register long a0 __asm__("a0") = error;
    __asm__ volatile("1: lla t0, alarm_calls\n lw t0, 0(t0)\n beqz t0, 1b\n"
                     : "+r"(a0)
                     :
                     : "t0", "memory");
    return a0;
}

void alarm_registers(void)
{
    must_set_alarm(1, wild_handler);
    for (int i = 0; i < 5; i++)
        hold_both();

    // What sigreturn gives back is no result of its own, though it looks like an error, and though
    // changed blocks of a file could give memory back.
    for (int error = 1; error < 40; error++) {
        close(open("f", O_CREATE | O_RDWR));
        unlink("f");
        alarm_calls = 0;
        expect(hold_error(-error) == -error, "a0 keeps its value %d", -error);
    }
}

static void note_sp(void)
{
    handler_sp = (uint64)__builtin_frame_address(0);
    count_alarm();
}

void alarm_stack_aligned(void)
{
    must_set_alarm(1, note_sp);
    expect(hold_registers() == 0, "registers");
    expect(held_sp % 16 == 8, "sp is not aligned where the alarm comes");
    expect(handler_sp == held_sp - 8, "the handler's stack begins at 0x%lx, not 0x%lx", held_sp - 8,
           handler_sp);
}

static void use_fp(void)
{
    fp_set in, out;
    fp_fill(in, 1234);
    fp_hold(in, out, 1, SYS_pause, 0);
    fp_expect_same(in, out, "in the handler");
    __asm__ volatile("fscsr %0" : : "r"(0x7fL));
    count_alarm();
}

void alarm_fp_kept(void)
{
    must_set_alarm(1, use_fp);
    for (int i = 0; i < 10 || alarm_calls < SOME_TICKS; i++) {
        fp_set in, out;
        fp_fill(in, i);
        fp_hold(in, out, 1000000, i % 2 ? SYS_getpid : 0, 0);
        fp_expect_same(in, out, "across a handler");
    }
}

void alarm_fp_first(void)
{
    static const fp_set zero;
    fp_set out;
    must_set_alarm(1, use_fp);
    while (alarm_calls < 2)
        ;
    must_set_alarm(0, 0);
    fp_store(out);
    fp_expect_same(zero, out, "before its first use");
}

static void hold_often(void *arg)
{
    (void)arg;
    must_set_alarm(1, wild_handler);
    for (int i = 0; i < 3; i++)
        hold_both();
}

void alarm_many(void)
{
    for (int i = 0; i < 6; i++)
        start_child(hold_often, 0);
    expect_children(6);
}
