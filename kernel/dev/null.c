// The devices null and zero.
#include "kernel/dev/null.h"

#include "kernel/lib/string.h"

static int64 null_read(void *, uint64, size_t) { return 0; }

static int64 zero_read(void *dst, uint64, size_t n)
{
    memset(dst, 0, n);
    return n;
}

const struct dev_ops null_ops = {.read = null_read, .write = dev_swallow};
const struct dev_ops zero_ops = {.read = zero_read, .write = dev_swallow};
