// The kernel's log: what kprintf prints once the system runs.
//
//     kprintf -> ring -> the serial line's queue, line by line, when there is room and no other
//     line is open
//
// Printing never waits, whatever the serial line does. Lines that find no room in the ring are
// lost, and so are those that log_admits refuses. How many were lost is printed when there is room,
// at most once a second.
#ifndef KERNEL_DEV_LOG_H
#define KERNEL_DEV_LOG_H

#include "kernel/dev/uart.h"

// What kprintf calls with its text (print_output).
void log_print(const char *text, size_t n);
// From here on kprintf prints into the log. Before, as after a panic, it prints by polling.
void log_begin(void);
// Sends all that is in the log, by polling: before the machine is switched off.
void log_drain(void);
// After a panic, when the other harts have stopped: sends what is in the log; kprintf prints by
// polling again.
void log_take_over(void);

// Asked before a message that a program can bring about as often as it likes. False: there were
// many in this second; the message must not be printed, and counts as lost. May be called anywhere.
bool log_admits(void);

// Hands the serial line what it takes. May be called anywhere.
void log_send(enum line_start start);
// For each clock tick, on one hart: sends what has waited too long for the end of another line, and
// says how many lines were lost.
void log_tick(void);

#endif
