// The kernel's log: what kprintf prints once the system runs.
//
//     kprintf -> ring -> the serial line's queue, line by line, when there is room and no other
//     line is open
//
// Printing never waits, whatever the serial line does. Lines that find no room in the ring are
// lost, and so are those that log_admits refuses; how many is said when there is room, at most once
// a second.
#ifndef KERNEL_DEV_LOG_H
#define KERNEL_DEV_LOG_H

#include "kernel/dev/uart.h"

// What kprintf calls with its text (print_output).
void log_print(const char *text, size_t n);
// From here on kprintf prints into the log; before, as after a panic, by polling.
void log_begin(void);
// Sends all that is there, by polling: before the machine goes.
void log_drain(void);
// After a panic, when the other harts have stopped: kprintf prints by polling again, behind what
// the log has.
void log_take_over(void);

// May another message be printed that a program can bring about as often as it likes? False: there
// were many in this second; it counts as lost. Anywhere.
bool log_admits(void);

// Hands the serial line what it takes. Anywhere.
void log_send(enum line_start start);
// At each clock tick, on one hart: sends what has waited for the end of a line for long, and says
// what was lost.
void log_tick(void);

#endif
