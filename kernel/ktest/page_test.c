// Frames: the account, references, blocks, promises, running out.
#include "kernel/errno.h"
#include "kernel/ktest/ktest.h"
#include "kernel/lib/string.h"
#include "kernel/mem/page.h"

KTEST(page_account)
{
    int64 before = ktest_available();
    struct page *p = page_alloc(PAGE_ZERO);
    check(p && ktest_available() == before - 1);
    const uint64 *words = page_to_virt(p);
    for (uint i = 0; i < PGSIZE / 8; i++)
        check(words[i] == 0);
    check(virt_to_page(words) == p && phys_to_page(page_to_phys(p)) == p);
    page_put(p);
    check(ktest_available() == before);
}

KTEST(page_references)
{
    struct page *p = page_alloc(0);
    check(p && page_refs(p) == 1);
    page_get(p);
    check(page_refs(p) == 2);
    page_put(p);
    int64 before = ktest_available();
    check(page_refs(p) == 1);
    page_put(p);
    check(page_refs(p) == 0 && ktest_available() == before + 1);

    int refs = page_refs(zero_page);
    page_get(zero_page);
    page_put(zero_page);
    page_put(zero_page);
    check(page_refs(zero_page) == refs); // never counted, never freed
}

KTEST(page_blocks)
{
    for (uint order = 1; order <= PAGE_ORDER_MAX; order++) {
        int64 before = ktest_available();
        struct page *a = page_alloc_order(order, 0), *b = page_alloc_order(order, 0);
        check(a && b && a != b);
        check(page_to_phys(a) % ((uint64)PGSIZE << order) == 0);
        check(ktest_available() == before - (2L << order));
        memset(page_to_virt(a), 1, PGSIZE << order);
        memset(page_to_virt(b), 2, PGSIZE << order);
        check(((char *)page_to_virt(a))[(PGSIZE << order) - 1] == 1);
        page_put(a);
        page_put(b);
        check(ktest_available() == before);
    }
}

KTEST(page_promises)
{
    int64 all = ktest_available();
    check(page_promise(all + 1) == -ENOMEM && ktest_available() == all);
    check(page_promise(all) == 0 && ktest_available() == 0);
    check(page_alloc(0) == 0 && page_alloc_order(3, 0) == 0 && page_promise(1) == -ENOMEM);
    struct page *p = page_alloc(PAGE_PROMISED); // spends one
    check(p && ktest_available() == 0);
    page_put(p); // free again, and not promised
    check(ktest_available() == 1);
    page_unpromise(all - 1);
    check(ktest_available() == all);
}

// Takes every frame, chained through its first word.
KTEST(page_exhaustion)
{
    int64 all = ktest_available(), n = 0;
    struct page *chain = 0;
    for (struct page *p; (p = page_alloc(0)) != 0; n++) {
        *(struct page **)page_to_virt(p) = chain;
        chain = p;
    }
    int64 left = ktest_available();
    while (chain) {
        struct page *next = *(struct page **)page_to_virt(chain);
        page_put(chain);
        chain = next;
    }
    check(n == all && left == 0);
    check(ktest_available() == all);
    struct page *big = page_alloc_order(PAGE_ORDER_MAX, 0); // all joined again
    check(big);
    page_put(big);
}

static bool always(void) { return true; }

KTEST(page_failure_hook)
{
    bool (*saved)(void) = alloc_failure_hook;
    check(page_promise(1) == 0);
    int64 before = ktest_available();
    alloc_failure_hook = always;
    struct page *p = page_alloc(0), *q = page_alloc_order(2, 0);
    int r = page_promise(1);
    struct page *promised = page_alloc(PAGE_PROMISED); // may not fail
    alloc_failure_hook = saved;
    check(!p && !q && r == -ENOMEM && promised);
    check(ktest_available() == before);
    page_put(promised);
}
