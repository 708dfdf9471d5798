// 16550 serial line (National Semiconductor PC16550D data sheet), interrupt driven.
#ifndef KERNEL_DEV_UART_H
#define KERNEL_DEV_UART_H

#include "kernel/lib/kdef.h"

// received: called from the interrupt handler for each byte, interrupts off.
void uart_init(void (*received)(int byte));

// Queues n bytes for output; waits (sleeping) for room. For threads that hold no spinlock. Lines
// of up to 1,024 bytes leave in one piece. 0; -EINTR: the process was killed meanwhile.
int uart_write(const char *text, size_t n);
// Queues n bytes if there is room for all of them: true if so. Anywhere. For echo.
bool uart_try_write(const char *text, size_t n);
// The same for a whole line, n > 0 bytes, which begins at the beginning of one: while the line that
// was begun last has not ended, it is refused, or a newline comes before it, as start says. For the
// log, which is told by log_send when it may try again.
enum line_start {
    WAITS_FOR_LINE,  // is refused
    BREAKS_OWN_LINE, // the same, unless this thread has begun that line
    BREAKS_ANY_LINE,
};
bool uart_try_line(const char *text, size_t n, enum line_start start);
// Sends n bytes now, by polling, past the queue and without a lock: for early boot and panics. A
// line that takes nothing for some seconds is given up.
void uart_send(const char *text, size_t n);
// Polls until queue and shift register are empty: true; false: the line is given up.
bool uart_drain(void);
// After a panic, when the other harts have stopped: sends what is queued, whatever they held.
void uart_take_over(void);

#endif
