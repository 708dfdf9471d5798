// The console: the serial line as a terminal.
//
// Input is one ring with three marks: complete lines lie in [read, line), the line being typed in
// [line, edit). The interrupt handler edits that line and, at its end, moves line up and wakes
// the readers. Of a line that is too long the first LINE_SIZE - 1 bytes are kept, with a bell for
// each that is not. A line of which a byte found no room in the ring is dropped as a whole: better
// none than half a command.
#include "kernel/dev/console.h"

#include "kernel/dev/uart.h"
#include "kernel/errno.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/waitq.h"

#define CTRL(letter) ((letter) - '@')
#define DEL          0x7f
#define END_OF_INPUT CTRL('D') // in the ring: where reading stops without a newline

#define INPUT_SIZE 8192
#define LINE_SIZE  1024 // of one line, with its end

// Guards what follows.
static struct spinlock input_lock = SPINLOCK_INIT("console", CONSOLE);
static struct {
    uint32 read, line, edit; // counts of bytes; read <= line <= edit <= read + INPUT_SIZE
    bool overflow;           // a byte of the line being typed found no room in the ring
    char ring[INPUT_SIZE];
} input;

void (*console_list)(void);
void (*console_interrupt)(bool all);
bool (*console_may_read)(void);

// What a key shows on the screen. It is left out when output is stuck: input goes on.
static void echo(const char *text) { uart_try_write(text, strlen(text)); }

// Takes back the last character: of a UTF-8 sequence all bytes. False if there is none.
static bool erase_locked(void)
{
    if (input.edit == input.line)
        return false;
    while ((input.ring[--input.edit % INPUT_SIZE] & 0xc0) == 0x80 && input.edit != input.line)
        ;
    echo("\b \b");
    return true;
}

static void drop_line_locked(const char *shown)
{
    input.edit = input.line;
    input.overflow = false;
    echo(shown);
}

static void add_locked(char c)
{
    // One place is kept for the line's end.
    bool full = input.edit - input.read >= INPUT_SIZE - 1;
    if (full)
        input.overflow = true;
    if (full || input.edit - input.line >= LINE_SIZE - 1) {
        echo("\a");
        return;
    }
    input.ring[input.edit++ % INPUT_SIZE] = c;
    uart_try_write(&c, 1);
}

static void end_line_locked(char end)
{
    if (input.overflow || input.edit - input.read >= INPUT_SIZE) {
        drop_line_locked("\a");
        return;
    }
    input.ring[input.edit++ % INPUT_SIZE] = end;
    input.line = input.edit;
    if (end == '\n')
        echo("\n");
    wakeup(&input);
}

static void edit_locked(int c)
{
    switch (c) {
    case '\b':
    case DEL:
        erase_locked();
        break;
    case CTRL('U'):
        while (erase_locked())
            ;
        input.overflow = false;
        break;
    case CTRL('C'):
        drop_line_locked("^C\n");
        break;
    case CTRL('\\'):
        drop_line_locked("^\\\n");
        break;
    case '\r':
    case '\n':
        end_line_locked('\n');
        break;
    case CTRL('D'):
        end_line_locked(END_OF_INPUT);
        break;
    default: // other control characters would confuse the terminal if echoed
        if (c >= ' ' || c == '\t')
            add_locked(c);
    }
}

// A byte has come. Interrupt handler.
static void received(int c)
{
    spin_lock(&input_lock);
    edit_locked(c); // Ctrl-P is none of its keys
    spin_unlock(&input_lock);
    if (c == CTRL('P'))
        console_list();
    if (c == CTRL('C') || c == CTRL('\\'))
        console_interrupt(c == CTRL('\\'));
}

// Moves at most one line, or the rest of one, to dst.
static size_t take_line_locked(char *dst, size_t n)
{
    size_t got = 0;

    // A Ctrl-D behind n bytes of a line goes with them: the next read would take it for the end of
    // the input.
    while (input.read != input.line) {
        char c = input.ring[input.read % INPUT_SIZE];
        if (got == n && c != END_OF_INPUT)
            break;
        input.read++;
        if (c == END_OF_INPUT)
            break;
        dst[got++] = c;
        if (c == '\n')
            break;
    }
    return got;
}

static int64 console_read(int, void *dst, uint64, size_t n)
{
    int64 result = 0;

    spin_lock(&input_lock);
    while (result == 0) {
        // Asked in each turn: who loses the console while it waits for a line does not get that
        // line.
        if (!console_may_read()) {
            result = -EIO;
            break;
        }
        if (input.read != input.line) {
            result = take_line_locked(dst, n);
            break;
        }
        result = sleep_killable(&input, &input_lock);
    }
    spin_unlock(&input_lock);
    return result;
}

static int64 console_write(int, const void *src, uint64, size_t n)
{
    int error = uart_write(src, n);
    return error ? error : (int64)n;
}

int console_printf(const char *format, ...)
{
    char text[PRINT_MAX + 1];
    va_list args;

    va_start(args, format);
    int n = min_u64(kvsnprintf(text, sizeof(text), format, args), PRINT_MAX);
    va_end(args);
    return uart_write(text, n);
}

const struct dev_ops console_ops = {.read = console_read, .write = console_write};

void console_init(void) { uart_init(received); }
