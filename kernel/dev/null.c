// The devices null and zero.
#include "kernel/dev/null.h"

#include "kernel/dev/dev.h"
#include "kernel/lib/string.h"

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

static int64 swallow(int minor, const void *src, uint64 off, size_t n)
{
    (void)minor, (void)src, (void)off;
    return n;
}

static const struct dev_ops null_ops = {.name = "null", .read = null_read, .write = swallow};
static const struct dev_ops zero_ops = {.name = "zero", .read = zero_read, .write = swallow};

void null_init(void)
{
    dev_register(DEV_NULL, &null_ops);
    dev_register(DEV_ZERO, &zero_ops);
}
