// Floating-point registers across switches. sstatus.FS in the trap frame says what user mode finds:
// off (not in use), clean (as saved) or dirty (to be saved).
#include "kernel/thread/fp.h"
#include "kernel/arch/cpu.h"
#include "kernel/thread/thread.h"

static bool in_use(const struct thread *t) { return (t->tf->sstatus & SSTATUS_FS) != 0; }

static void set_clean(struct thread *t)
{
    t->tf->sstatus = (t->tf->sstatus & ~(uint64)SSTATUS_FS) | SSTATUS_FS_CLEAN;
}

void fp_switch_out(struct thread *t)
{
    if ((t->tf->sstatus & SSTATUS_FS) != SSTATUS_FS_DIRTY)
        return;
    fpu_save(&t->fp);
    set_clean(t);
}

void fp_switch_in(struct thread *t, int last)
{
    struct cpu *c = this_cpu();
    // This hart still has them if t was the last to use them here and has run nowhere else since.
    if (!in_use(t) || (c->fp_owner == t && last == c->index))
        return;
    fpu_load(&t->fp);
    c->fp_owner = t;
}

void fp_save(struct thread *t, struct fpregs *to)
{
    if (!in_use(t))
        return;
    irq_off();
    fp_switch_out(t);
    irq_on();
    *to = t->fp;
}

void fp_restore(struct thread *t, const struct fpregs *from)
{
    irq_off();
    t->fp = *from;
    fpu_load(&t->fp);
    set_clean(t);
    this_cpu()->fp_owner = t;
    irq_on();
}

void fp_enable(struct thread *t)
{
    static const struct fpregs zero;
    fp_restore(t, &zero);
}
