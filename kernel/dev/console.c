// The console: the serial line as a terminal (console.h).
//
// Input is one ring with three marks: complete lines lie in [read, line), the line being typed in
// [line, edit). The interrupt handler edits the line being typed. At the end of that line it moves
// the mark `line` up to `edit` and wakes the readers. Of a line that is too long the first
// LINE_SIZE - 1 bytes are kept; for each further byte a bell rings. If one byte of a line finds no
// room in the ring, the whole line is dropped: half a command would be worse than none.
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

// Shows on the screen what a key does. When output is stuck nothing is shown, and input goes on.
static void echo(const char *text) { uart_try_write(text, strlen(text)); }

// Takes back the last character: of a UTF-8 sequence all bytes, of which all but the first begin
// with the bits 10. False: the line is empty.
static bool erase_locked(void)
{
    if (input.edit == input.line)
        return false;
    while ((input.ring[--input.edit % INPUT_SIZE] & 0xc0) == 0x80 && input.edit != input.line)
        ;
    echo("\b \b");
    return true;
}

// Forgets the line being typed, and shows that.
static void drop_line_locked(const char *shown)
{
    input.edit = input.line;
    input.overflow = false;
    echo(shown);
}

// Adds c to the line being typed.
static void add_char_locked(char c)
{
    // One byte of ring and line is kept for the line's end.
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

// Ends the line being typed, by a newline or END_OF_INPUT: from now on it can be read.
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
            add_char_locked(c);
    }
}

// Interrupt handler: a byte has come.
static void received(int c)
{
    spin_lock(&input_lock);
    edit_locked(c);
    spin_unlock(&input_lock);

    // These keys do more, without the lock.
    if (c == CTRL('P'))
        console_list();
    if (c == CTRL('C') || c == CTRL('\\'))
        console_interrupt(c == CTRL('\\'));
}

// Moves up to n bytes of one line to dst. Returns how many; 0: the input has ended (Ctrl-D).
static size_t take_line_locked(char *dst, size_t n)
{
    size_t got = 0;

    // A Ctrl-D right behind the n bytes is taken together with them: the next read would take it
    // for the end of the input.
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

static int64 console_read(void *dst, uint64, size_t n)
{
    int64 result = 0;

    spin_lock(&input_lock);
    while (result == 0) {
        // Asked in each turn: a process that loses the console while it waits for a line does not
        // get that line.
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

static int64 console_write(const void *src, size_t n)
{
    int err = uart_write(src, n);
    return err ? err : (int64)n;
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
