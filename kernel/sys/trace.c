// What trace prints of system calls, by the names and types of kernel/syscall.h.
//
//     3: syscall open(path="README", flags=0)     with trace -v: when the call begins
//     3: syscall open -> 3                        when the call returns
//
// These are two lines, because a call may wait for long, or not return at all.
#include "kernel/arch/trapframe.h"
#include "kernel/dev/console.h"
#include "kernel/errno.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/watch.h"
#include "kernel/sys/dispatch.h"
#include "kernel/vm/fault/uaccess.h"

#define ARGS_MAX   6   // argument registers
#define STRING_MAX 64  // bytes that are shown of a string
#define LINE_MAX   400 // bytes of all arguments: six numbers, or two strings, with their names

enum kind {
    INT,     // decimal
    LONG,    // decimal
    STRING,  // in quotes
    ADDRESS, // hexadecimal
};

struct call {
    const char *name; // NULL: there is no call of that number
    struct {
        const char *name; // NULL: no more arguments
        enum kind kind;
    } arg[ARGS_MAX];
};

#define KIND(type)                                                                                 \
    _Generic((type)0, const char *: STRING, short: INT, int: INT, long: LONG, uint64: LONG,       \
             default: ADDRESS)

// The entry of read: [5] = {"read", {{"fd", INT}, {"buf", ADDRESS}, {"n", INT}}}.
static const struct call calls[] = {
// clang-format off
#define ARG(type, name) {#name, KIND(type)}
// clang-format on
#define NO_ARGS
#define ENTRY(number, name, result, ...) [number] = {#name, {__VA_ARGS__}},
    SYSCALLS(ENTRY, ENTRY)
#undef ENTRY
#undef NO_ARGS
#undef ARG
};

// The entry of a call that exists and that the running process traces; else NULL.
static const struct call *find_traced(uint64 number)
{
    if (number >= ARRAY_LEN(calls) || calls[number].name == NULL)
        return NULL;
    if (!watch_traces(&current()->proc->watch, number))
        return NULL;
    return &calls[number];
}

void trace_result(uint64 number, int64 result)
{
    const struct call *call = find_traced(number);

    if (result < 0)
        result = -1; // what user mode sees: the error's number is in errno
    if (call != NULL)
        console_printf("%d: syscall %s -> %ld\n", current()->tid, call->name, result);
}

// Writes the user's string in quotes to text, or the address if it cannot be read. Returns the
// length.
static int format_string(char *text, size_t size, uaddr_t addr)
{
    char string[STRING_MAX];
    int64 n = copyinstr(string, addr, sizeof(string));

    if (n == -EFAULT)
        return ksnprintf(text, size, "0x%lx", addr);
    if (n == -ENAMETOOLONG)
        strlcpy(string + sizeof(string) - 4, "...", 4);

    // A name may hold any byte. Only those that print stay, so that the line stays one line.
    for (char *c = string; *c != 0; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return ksnprintf(text, size, "\"%s\"", string);
}

static int format_value(char *text, size_t size, enum kind kind, uint64 value)
{
    if (kind == STRING)
        return format_string(text, size, value);
    if (kind == ADDRESS)
        return ksnprintf(text, size, "0x%lx", value);

    // The call takes the lower half of the register only.
    if (kind == INT)
        value = (int)value;
    return ksnprintf(text, size, "%ld", value);
}

void trace_arguments(uint64 number, const struct trapframe *tf)
{
    const struct call *call = find_traced(number);
    const uint64 *value = &tf->a0;
    const char *before = "";
    char text[LINE_MAX] = "";
    size_t used = 0;

    if (call == NULL)
        return;
    for (int i = 0; i < ARGS_MAX && call->arg[i].name != NULL; i++) {
        used += ksnprintf(text + used, sizeof(text) - used, "%s%s=", before, call->arg[i].name);
        used += format_value(text + used, sizeof(text) - used, call->arg[i].kind, value[i]);
        before = ", ";
    }
    console_printf("%d: syscall %s(%s)\n", current()->tid, call->name, text);
}
