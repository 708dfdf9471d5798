// Floating-point registers across switches. sstatus.FS in the trap frame says what user mode finds:
// off (not in use), clean (as saved) or dirty (to be saved).
#include "kernel/proc/fp.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/fpu.h"
#include "kernel/errno.h"
#include "kernel/mem/kmem.h"
#include "kernel/proc/proc.h"

static struct kmem_cache fp_cache = KMEM_CACHE("fpregs", struct fpregs);

static void set_state(struct proc *p, uint64 fs) { p->tf->sstatus = (p->tf->sstatus & ~(uint64)SSTATUS_FS) | fs; }

// => interrupts off: the registers of this hart are p's.
static void save_if_dirty(struct proc *p)
{
    if ((p->tf->sstatus & SSTATUS_FS) != SSTATUS_FS_DIRTY)
        return;
    fpu_save(p->fp);
    set_state(p, SSTATUS_FS_CLEAN);
}

bool fp_save(struct proc *p, struct fpregs *to)
{
    if (p->fp == 0)
        return false;
    irq_off();
    save_if_dirty(p);
    irq_on();
    *to = *p->fp;
    return true;
}

void fp_restore(struct proc *p, const struct fpregs *from)
{
    irq_off();
    *p->fp = *from;
    fpu_load(p->fp);
    set_state(p, SSTATUS_FS_CLEAN);
    this_cpu()->fp_owner = p;
    irq_on();
}

int fp_enable(struct proc *p)
{
    static const struct fpregs zero;
    p->fp = kmem_alloc(&fp_cache);
    if (p->fp == 0)
        return -ENOMEM;
    fp_restore(p, &zero);
    return 0;
}

int fp_fork(struct proc *child, struct proc *parent)
{
    if (parent->fp == 0)
        return 0;
    child->fp = kmem_alloc(&fp_cache);
    if (child->fp == 0)
        return -ENOMEM;
    fp_save(parent, child->fp);
    return 0;
}

void fp_drop(struct proc *p)
{
    if (p->fp == 0)
        return;
    irq_off();
    set_state(p, 0);
    if (this_cpu()->fp_owner == p)
        this_cpu()->fp_owner = 0;
    struct fpregs *fp = p->fp;
    p->fp = 0;
    irq_on();
    kmem_free(&fp_cache, fp);
}

void fp_switch_out(struct proc *p)
{
    if (p->fp != 0)
        save_if_dirty(p);
}

void fp_switch_in(struct proc *p, int last)
{
    struct cpu *c = this_cpu();
    if (p->fp == 0 || (c->fp_owner == p && last == c->index))
        return;
    fpu_load(p->fp);
    c->fp_owner = p;
}
