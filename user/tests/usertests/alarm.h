// The area alarm: sigalarm and sigreturn.
//
//     alarm.c            when the handler is called, and when not
//     alarm_registers.c  what it finds, and what the program finds when it has ended
//     alarm_life.c       alarms across fork, exec and exit
#ifndef USER_TESTS_USERTESTS_ALARM_H
#define USER_TESTS_USERTESTS_ALARM_H

#include "kernel/syscall.h"
#include "user/tests/usertests/procs_help.h"

#define SOME_TICKS 5

extern volatile int alarm_calls; // of a handler

void count_alarm(void); // a handler

void must_set_alarm(int ticks, void (*handler)(void));
// Waits, running, until the handler has been called n times in all.
void await_alarms(int n);
// Runs for so many ticks of the clock that met this process running.
void run_for(uint64 ticks);
// sigreturn outside a handler.
void expect_no_handler(void);

// Fills all registers but sp and spins until a handler has been called: 0 if they are as they were,
// sp too. The second keeps a value in a0 also when it is interrupted.
long hold_registers(void);
long hold_registers_a0(void);

void alarm_registers(void);
void alarm_stack_aligned(void);
void alarm_fp_kept(void);
void alarm_fp_first(void);
void alarm_many(void);
void alarm_not_inherited(void);
void alarm_fork_in_handler(void);
void alarm_ends_at_exec(void);
void alarm_exec_in_handler(void);
void alarm_exit_in_handler(void);
void alarm_bad_handler(void);
void alarm_without_memory(void);

#endif
