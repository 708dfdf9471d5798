// Alarms: see alarm.h.
#include "kernel/proc/alarm.h"
#include "kernel/arch/csr.h"
#include "kernel/errno.h"
#include "kernel/mem/kmem.h"
#include "kernel/proc/fp.h"
#include "kernel/proc/proc.h"

// The process's own, from its first alarm_set on. Interrupts do not touch it: they count p->ticks.
struct alarm {
    uaddr_t handler;
    uint64 interval; // ticks; 0: stopped
    uint64 due;      // value of p->ticks at which the handler is called
    bool in_handler; // then the rest is what alarm_return puts back
    struct trapframe frame;
    struct fpregs fp; // if the frame says that it is in use
};

static struct kmem_cache alarm_cache = KMEM_CACHE("alarm", struct alarm);

int alarm_set(struct proc *p, int ticks, uaddr_t handler)
{
    if (ticks < 0)
        return -EINVAL;
    if (p->alarm == 0 && (p->alarm = kmem_alloc(&alarm_cache)) == 0)
        return -ENOMEM;
    p->alarm->handler = handler;
    p->alarm->interval = ticks;
    p->alarm->due = p->ticks + ticks;
    return 0;
}

void alarm_deliver(struct proc *p)
{
    struct alarm *a = p->alarm;
    if (a->in_handler || a->interval == 0 || p->ticks < a->due)
        return;
    fp_save(p, &a->fp);
    a->frame = *p->tf;
    a->in_handler = true;
    p->tf->epc = a->handler;
    p->tf->sp &= ~15UL;
}

int64 alarm_return(struct proc *p)
{
    struct alarm *a = p->alarm;
    if (a == 0 || !a->in_handler)
        return -EINVAL;
    if (a->frame.sstatus & SSTATUS_FS)
        fp_restore(p, &a->fp);
    *p->tf = a->frame;
    a->in_handler = false;
    a->due = p->ticks + a->interval;
    return p->tf->a0;
}

int alarm_fork(struct proc *child, struct proc *parent)
{
    if (parent->alarm == 0 || !parent->alarm->in_handler)
        return 0;
    child->alarm = kmem_alloc(&alarm_cache);
    if (child->alarm == 0)
        return -ENOMEM;
    *child->alarm = *parent->alarm;
    child->alarm->interval = 0;
    return 0;
}

void alarm_drop(struct proc *p)
{
    if (p->alarm != 0)
        kmem_free(&alarm_cache, p->alarm);
    p->alarm = 0;
}
