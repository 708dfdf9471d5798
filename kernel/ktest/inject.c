// Allocation failures on demand: the n-th allocation that the arming process and its children make
// fails, once. One process at a time arms it; kernel threads and other processes are not touched.
#include "kernel/sys/inject.h"
#include "kernel/mem/page.h"
#include "kernel/thread/thread.h"

static int64 countdown; // a: allocations until the failure; 0 or less: it has come, or none is set
static int64 counted;   // a: since it was armed

static bool fails_now(void)
{
    struct thread *p = current();
    if (p == 0 || !p->fail_armed)
        return false;
    __atomic_fetch_add(&counted, 1, __ATOMIC_RELAXED);
    return __atomic_fetch_sub(&countdown, 1, __ATOMIC_RELAXED) == 1;
}

int64 inject_arm(int64 n)
{
    int64 before = __atomic_exchange_n(&counted, 0, __ATOMIC_RELAXED);
    int64 left = __atomic_exchange_n(&countdown, n, __ATOMIC_RELAXED);
    current()->fail_armed = n > 0;
    alloc_failure_hook = fails_now;
    return left > 0 ? -before - 1 : before;
}
