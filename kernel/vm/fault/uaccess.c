// Reaching user memory (uaccess.h); the accesses themselves are in uaccess.S.
//
// The debug build allows supervisor mode to use user pages (sstatus.SUM) only here, so that a
// stray user address in the kernel faults. The plain build leaves SUM set.
#include "kernel/vm/fault/uaccess.h"

#include "kernel/arch/csr.h"
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lock/lockdep.h"
#include "kernel/thread/self.h"
#include "kernel/memlayout.h"

#define UACCESS_FAULT (-1)

extern char uaccess_start[], uaccess_end[], uaccess_landing[];
size_t uaccess_copy(void *dst, const void *src, size_t n);
size_t uaccess_copy_bytes(void *dst, const void *src, size_t n);
int64 uaccess_string(char *dst, const char *src, size_t max);
int64 uaccess_store_nothing(uaddr_t word);

static void access_begin(void)
{
    lockdep_assert_none();
    debug_assert(!thread_in_transaction());
    if (DEBUG_BUILD)
        csr_set(sstatus, SSTATUS_SUM);
}

static void access_end(void)
{
    if (DEBUG_BUILD)
        csr_clear(sstatus, SSTATUS_SUM);
}

// Returns how many bytes of [addr, addr + n) lie before the end of user memory.
static size_t clip(uaddr_t addr, size_t n)
{
    return addr < TRAPFRAME ? min_u64(n, TRAPFRAME - addr) : 0;
}

// Returns exactly how many bytes were copied.
static size_t copy(char *dst, const char *src, size_t n)
{
    access_begin();

    // By words. Bytes of the last group may have been copied without being counted: so if something
    // is left, the bytes are copied again one by one up to the bad address.
    size_t left = uaccess_copy(dst, src, n);
    if (unlikely(left != 0))
        left = uaccess_copy_bytes(dst + (n - left), src + (n - left), left);
    access_end();
    return n - left;
}

size_t copyin_partial(void *dst, uaddr_t src, size_t n)
{
    return copy(dst, (const char *)src, clip(src, n));
}

size_t copyout_partial(uaddr_t dst, const void *src, size_t n)
{
    return copy((char *)dst, src, clip(dst, n));
}

size_t uaccess_writable(uaddr_t addr, size_t n)
{
    size_t room = clip(addr, n), found = 0;

    // One word of each page.
    access_begin();
    while (found < room && uaccess_store_nothing((addr + found) & ~3UL) == 0)
        found += PGSIZE - (addr + found) % PGSIZE;
    access_end();
    return min_u64(found, room);
}

int copyin(void *dst, uaddr_t src, size_t n)
{
    return copyin_partial(dst, src, n) == n ? 0 : -EFAULT;
}

int copyout(uaddr_t dst, const void *src, size_t n)
{
    return copyout_partial(dst, src, n) == n ? 0 : -EFAULT;
}

int64 copyinstr(char *dst, uaddr_t src, size_t max)
{
    size_t room = clip(src, max);

    access_begin();
    int64 length = uaccess_string(dst, (const char *)src, room);
    access_end();
    if (length == UACCESS_FAULT)
        return -EFAULT;
    if ((size_t)length < room)
        return length;

    // No 0: the string is too long for the caller, or it runs into the end of user memory.
    return room < max ? -EFAULT : -ENAMETOOLONG;
}

bool uaccess_pc(uint64 pc, uint64 *landing)
{
    *landing = (uint64)uaccess_landing;
    return pc >= (uint64)uaccess_start && pc < (uint64)uaccess_end;
}
