// The devices null and zero.
#include "kernel/dev/dev.h"
#include "kernel/lib/string.h"

int64 dev_swallow(int minor, const void *src, uint64 off, size_t n)
{
    (void)minor, (void)src, (void)off;
    return n;
}

static int64 null_read(int minor, void *dst, uint64 off, size_t n)
{
    (void)minor, (void)dst, (void)off, (void)n;
    return 0;
}

static int64 zero_read(int minor, void *dst, uint64 off, size_t n)
{
    (void)minor, (void)off;
    memset(dst, 0, n);
    return n;
}

const struct dev_ops null_ops = {.read = null_read, .write = dev_swallow};
const struct dev_ops zero_ops = {.read = zero_read, .write = dev_swallow};
