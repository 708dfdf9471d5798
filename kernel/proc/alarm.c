// Alarms: see alarm.h.
#include "kernel/proc/alarm.h"
#include "kernel/arch/csr.h"
#include "kernel/errno.h"
#include "kernel/mem/kmem.h"
#include "kernel/thread/fp.h"
#include "kernel/thread/thread.h"

// The thread's own, from its first alarm_set on. Interrupts do not touch it: they count t->ticks.
struct alarm {
    uaddr_t handler;
    uint64 interval; // ticks; 0: stopped
    uint64 due;      // value of t->ticks at which the handler is called
    bool in_handler; // then the rest is what alarm_return puts back
    struct trapframe frame;
    struct fpregs fp; // if the frame says that it is in use
};

static struct kmem_cache alarm_cache = KMEM_CACHE("alarm", struct alarm);

int alarm_set(struct thread *t, int ticks, uaddr_t handler)
{
    if (ticks < 0)
        return -EINVAL;
    if (t->alarm == NULL)
        t->alarm = kmem_alloc(&alarm_cache);
    if (t->alarm == NULL)
        return -ENOMEM;

    t->alarm->handler = handler;
    t->alarm->interval = ticks;
    t->alarm->due = t->ticks + ticks;
    return 0;
}

void alarm_deliver(struct thread *t)
{
    struct alarm *a = t->alarm;
    if (a->in_handler || a->interval == 0 || t->ticks < a->due)
        return;

    // Keep what the program was doing, and send it to the handler instead.
    fp_save(t, &a->fp);
    a->frame = *t->tf;
    a->in_handler = true;
    t->tf->epc = a->handler;
    t->tf->sp &= ~15UL;
}

int64 alarm_return(struct thread *t)
{
    struct alarm *a = t->alarm;
    if (a == NULL || !a->in_handler)
        return -EINVAL;

    // The program goes on where the alarm met it; the next interval begins now.
    if (a->frame.sstatus & SSTATUS_FS)
        fp_restore(t, &a->fp);
    *t->tf = a->frame;
    a->in_handler = false;
    a->due = t->ticks + a->interval;
    return t->tf->a0;
}

int alarm_fork(struct thread *child, struct thread *parent)
{
    if (parent->alarm == NULL || !parent->alarm->in_handler)
        return 0;
    child->alarm = kmem_alloc(&alarm_cache);
    if (child->alarm == NULL)
        return -ENOMEM;

    // The child can end the handler that it is in, and gets no further alarm.
    *child->alarm = *parent->alarm;
    child->alarm->interval = 0;
    return 0;
}

void alarm_drop(struct thread *t)
{
    if (t->alarm != NULL)
        kmem_free(&alarm_cache, t->alarm);
    t->alarm = NULL;
}
