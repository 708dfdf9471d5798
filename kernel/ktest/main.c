// Runs the self-tests (ktest.h).
#include "kernel/ktest/ktest.h"

#include "kernel/lib/print.h"
#include "kernel/mem/kmem.h"
#include "kernel/mem/page.h"

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
#define KTEST_ENTRY(name) {#name, ktest_##name},
    KTESTS(KTEST_ENTRY)
#undef KTEST_ENTRY
};

static const char *running;
static bool failed;

void ktest_fail(const char *file, int line, const char *what)
{
    if (!failed)
        kprintf("ktest %s: FAILED %s:%d %s\n", running, file, line, what);
    failed = true;
}

int64 ktest_available(void)
{
    struct page_stats s;
    page_stats(&s);
    return s.available;
}

static bool run_one(const char *name, void (*run)(void))
{
    uint64 objects = kmem_objects();
    int64 available = ktest_available();
    running = name;
    failed = false;
    run();
    page_check();
    if (kmem_objects() != objects)
        ktest_fail(__FILE__, __LINE__, "small objects leaked");
    if (ktest_available() != available)
        ktest_fail(__FILE__, __LINE__, "frames leaked");
    if (!failed)
        kprintf("ktest %s: OK\n", name);
    return !failed;
}

void ktest_run(void)
{
    uint passed = 0;
    ktest_panic_on_request();
    ktest_start_partner();
    ktest_start_crew();
    for (uint i = 0; i < ARRAY_LEN(tests); i++)
        passed += run_one(tests[i].name, tests[i].run);
    kprintf("ktest: %d passed, %d failed\n", passed, (int)ARRAY_LEN(tests) - passed);
}
