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
// Sends n <= PRINT_MAX bytes now, by polling, after what is queued: kprintf's output. Anywhere.
void uart_write_sync(const char *text, size_t n);
// Polls until queue and shift register are empty.
void uart_drain(void);

#endif
