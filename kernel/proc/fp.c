// Floating-point registers across switches. sstatus.FS in the trap frame says what user mode finds:
// off (not in use), clean (as saved) or dirty (to be saved).
#include "kernel/proc/fp.h"
#include "kernel/arch/cpu.h"
#include "kernel/proc/proc.h"

static bool in_use(const struct proc *p) { return (p->tf->sstatus & SSTATUS_FS) != 0; }

static void set_clean(struct proc *p)
{
    p->tf->sstatus = (p->tf->sstatus & ~(uint64)SSTATUS_FS) | SSTATUS_FS_CLEAN;
}

void fp_switch_out(struct proc *p)
{
    if ((p->tf->sstatus & SSTATUS_FS) != SSTATUS_FS_DIRTY)
        return;
    fpu_save(&p->fp);
    set_clean(p);
}

void fp_switch_in(struct proc *p, int last)
{
    struct cpu *c = this_cpu();
    if (!in_use(p) || (c->fp_owner == p && last == c->index))
        return;
    fpu_load(&p->fp);
    c->fp_owner = p;
}

void fp_save(struct proc *p, struct fpregs *to)
{
    if (!in_use(p))
        return;
    irq_off();
    fp_switch_out(p);
    irq_on();
    *to = p->fp;
}

void fp_restore(struct proc *p, const struct fpregs *from)
{
    irq_off();
    p->fp = *from;
    fpu_load(&p->fp);
    set_clean(p);
    this_cpu()->fp_owner = p;
    irq_on();
}

void fp_enable(struct proc *p)
{
    static const struct fpregs zero;
    fp_restore(p, &zero);
}
