// Panics and backtraces.
//
// The first hart that panics becomes the owner of the end, before it prints anything. It stops the
// others wherever they are, and then needs no lock and no queue. Others that panic meanwhile wait
// to be stopped. A panic within a panic (from a hook, say) prints its message and ends the machine,
// without another attempt at what has failed; a third one prints nothing.
#include "kernel/lib/panic.h"

#include "kernel/lib/print.h"
#include "kernel/lib/symbols.h"

#define NOBODY      (-1)
#define STACK_ALIGN 0x4000 // kernel stacks end at a multiple of this
#define FRAMES_MAX  64

struct panic_hooks panic_hooks;
static int panic_owner = NOBODY; // a: hart that panicked first
static int panic_depth;          // panics on that hart

static int this_hart(void)
{
    if (panic_hooks.hart == NULL)
        return 0;
    return panic_hooks.hart();
}

bool panicking(void)
{
    int owner = __atomic_load_n(&panic_owner, __ATOMIC_RELAXED);
    return owner != NOBODY && owner == this_hart();
}

// A function may end with the call: then the return address lies behind it. So the address before
// it is looked up.
static void print_return_address(uint64 address)
{
    uint64 offset;
    const char *name = symbol_find(address - 1, &offset);

    if (name != NULL)
        kprintf("%p %s+0x%lx\n", (void *)address, name, offset + 1);
    else
        kprintf("%p\n", (void *)address);
}

// Prints the return addresses of the calls that led to frame pointer fp, within its stack. The
// kernel is built with frame pointers: the return address lies at fp - 8, the caller's frame
// pointer at fp - 16. Trap entry, and the code that starts a thread, have no frame: there the chain
// ends.
static void backtrace_from(uint64 fp)
{
    uint64 lo = fp, hi = ((fp - 1) | (STACK_ALIGN - 1)) + 1;

    kprintf("backtrace:\n");
    for (int i = 0; i < FRAMES_MAX && fp % 16 == 0 && fp >= lo && fp <= hi; i++) {
        const uint64 *frame = (const uint64 *)fp;
        if (frame[-1] == 0 || frame[-2] == 0)
            break;
        print_return_address(frame[-1]);
        lo = fp + 16; // the next frame lies higher: so a broken chain ends, too
        fp = frame[-2];
    }
}

__attribute__((noinline)) void backtrace(void)
{
    backtrace_from((uint64)__builtin_frame_address(0));
    // The call must not be the last thing here: else this frame would be gone before it.
    __asm__ volatile("");
}

// Prints the message, and for the first panic all that is known of how it came about.
static void report(const char *file, int line, const char *format, va_list args, uint64 fp)
{
    char text[256];

    kvsnprintf(text, sizeof(text), format, args);
    kprintf("panic: hart %d: %s:%d: %s\n", panic_owner, file, line, text);
    if (panic_depth > 1)
        return;
    if (panic_hooks.context != NULL)
        panic_hooks.context();
    backtrace_from(fp);
}

void panic_at(const char *file, int line, const char *format, ...)
{
    int hart = this_hart();
    int first = NOBODY;
    va_list args;

    // Another hart panics already: wait until it stops this one.
    __atomic_compare_exchange_n(&panic_owner, &first, hart, false, __ATOMIC_ACQ_REL,
                                __ATOMIC_ACQUIRE);
    if (first != NOBODY && first != hart)
        for (;;)
            ;

    // A hook in which the panic before happened is not called again.
    panic_depth++;
    if (panic_depth == 1 && panic_hooks.begin != NULL)
        panic_hooks.begin();
    if (panic_depth <= 2) {
        va_start(args, format);
        report(file, line, format, args, (uint64)__builtin_frame_address(0));
        va_end(args);
    }
    if (panic_depth <= 3 && panic_hooks.end != NULL)
        panic_hooks.end();
    for (;;)
        ;
}
