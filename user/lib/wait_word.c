// How threads wait for a word of memory to change: see thread.h. It is a file of its own because
// malloc needs it, and not the rest of thread.c.
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "user/lib/thread.h"

int sys_futex(int *addr, int op, int value, int ticks);

int thread_wait_word(int *word, int value, int ticks)
{
    int before = errno;

    int late = sys_futex(word, FUTEX_WAIT, value, ticks) < 0 && errno == ETIMEDOUT;
    errno = before;
    return late ? -1 : 0;
}

void thread_wake_word(int *word, int most) { sys_futex(word, FUTEX_WAKE, most, 0); }
