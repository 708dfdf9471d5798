// Panics and backtraces.
//
// The first hart that panics owns the end of the run; others that panic meanwhile just stop. A
// panic within a panic (from a hook, say) prints its message and ends the machine without another
// attempt at what failed; a third prints nothing.
#include "kernel/lib/panic.h"

#include "kernel/lib/print.h"
#include "kernel/lib/symbols.h"

#define NOBODY      (-1)
#define STACK_ALIGN 0x4000 // kernel stacks end at a multiple of this
#define FRAMES_MAX  64

int (*panic_hart)(void);
static struct panic_hooks hooks;
static int panic_owner = NOBODY; // a: hart that panicked first
static int panic_depth;          // panics on that hart

void panic_set_hooks(const struct panic_hooks *h)
{
    hooks.begin = h->begin ? h->begin : hooks.begin;
    hooks.context = h->context ? h->context : hooks.context;
    hooks.end = h->end ? h->end : hooks.end;
}

bool panicking(void)
{
    return __atomic_load_n(&panic_owner, __ATOMIC_RELAXED) != NOBODY;
}

static noreturn void stop(void)
{
    for (;;)
        __asm__ volatile("" ::: "memory");
}

static void print_address(uint64 address)
{
    uint64 offset;
    // A return address may lie behind its function, if that ends with the call.
    const char *name = symbol_find(address - 1, &offset);

    if (name)
        kprintf("%p %s+0x%lx\n", (void *)address, name, offset + 1);
    else
        kprintf("%p\n", (void *)address);
}

void backtrace_from(uint64 fp, uint64 lo, uint64 hi)
{
    kprintf("backtrace:\n");
    for (int i = 0; i < FRAMES_MAX && fp % 16 == 0 && fp >= lo + 16 && fp <= hi; i++) {
        const uint64 *frame = (const uint64 *)fp;
        if (frame[-1] == 0)
            break;
        print_address(frame[-1]);
        lo = fp; // frames only go upwards: a broken chain ends
        fp = frame[-2];
    }
}

// Prints the message, and for the first panic all that is known of its circumstances.
static void report(const char *file, int line, const char *format, va_list args, uint64 fp)
{
    char text[256];

    kvsnprintf(text, sizeof(text), format, args);
    kprintf("panic: hart %d: %s:%d: %s\n", panic_owner, file, line, text);
    if (panic_depth > 1)
        return;
    if (hooks.context)
        hooks.context();
    backtrace_from(fp, fp - 16, ((fp - 1) | (STACK_ALIGN - 1)) + 1);
}

void panic_at(const char *file, int line, const char *format, ...)
{
    int hart = panic_hart ? panic_hart() : 0;
    int first = NOBODY;
    va_list args;

    if (!__atomic_compare_exchange_n(&panic_owner, &first, hart, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE) &&
        first != hart)
        stop();
    if (++panic_depth == 1 && hooks.begin)
        hooks.begin();
    if (panic_depth <= 2) {
        va_start(args, format);
        report(file, line, format, args, (uint64)__builtin_frame_address(0));
        va_end(args);
    }
    if (panic_depth <= 3 && hooks.end)
        hooks.end();
    stop();
}
