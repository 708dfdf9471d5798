// 16550 serial line (National Semiconductor PC16550D data sheet), interrupt driven.
#ifndef KERNEL_DEV_UART_H
#define KERNEL_DEV_UART_H

#include "kernel/lib/kdef.h"

// received: called from the interrupt handler for each byte, interrupts off.
void uart_init(void (*received)(int byte));

// Queues n bytes for output, and sleeps while there is no room. For threads that hold no spinlock.
// A line of up to 1,024 bytes leaves in one piece. 0; -EINTR: the process was killed meanwhile.
int uart_write(const char *text, size_t n);
// Queues n bytes if there is room for all of them: true if so. May be called anywhere. For echo.
bool uart_try_write(const char *text, size_t n);
// The same for a whole line, n > 0 bytes. It must stand at the beginning of a line: while the line
// that was queued last has not ended, the new one is refused, or a newline is queued before it, as
// start says. For the log, which is called (log_send) when it may try again.
enum line_start {
    WAITS_FOR_LINE,  // is refused
    BREAKS_OWN_LINE, // the same, unless this thread has begun that line
    BREAKS_ANY_LINE,
};
bool uart_try_line(const char *text, size_t n, enum line_start start);
// Sends n bytes now, by polling, past the queue and without a lock: for early boot and panics. When
// the serial line takes nothing for some seconds, nothing more is sent.
void uart_send(const char *text, size_t n);
// Polls until queue and shift register are empty: true. False: the serial line takes nothing.
bool uart_drain(void);
// After a panic, when the other harts have stopped: sends what is queued, without the lock, which a
// stopped hart may hold.
void uart_take_over(void);

#endif
