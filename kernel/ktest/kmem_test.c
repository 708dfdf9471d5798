// Small objects.
#include "kernel/ktest/ktest.h"
#include "kernel/lib/string.h"
#include "kernel/mem/kmem.h"
#include "kernel/mem/page.h"

struct thing {
    uint64 number;
    char rest[301]; // no multiple of a word
};

#define THINGS 100

static struct kmem_cache things = KMEM_CACHE("ktest", struct thing);
static struct thing *thing[THINGS];

static bool zero_filled(const struct thing *t)
{
    const char *bytes = (const char *)t;
    for (uint i = 0; i < sizeof(*t); i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static bool alloc_things(void)
{
    for (uint i = 0; i < THINGS; i++) {
        thing[i] = kmem_alloc(&things);
        if (!thing[i] || !zero_filled(thing[i]))
            return false;
        memset(thing[i], 0xff, sizeof(struct thing));
        thing[i]->number = i;
    }
    return true;
}

KTEST(kmem_objects_are_distinct_and_zero)
{
    uint64 before = kmem_objects();
    check(alloc_things());
    check(kmem_objects() == before + THINGS);
    for (uint i = 0; i < THINGS; i++)
        check(thing[i]->number == i);
    for (uint i = 0; i < THINGS; i += 2)
        kmem_free(&things, thing[i]);
    for (uint i = 0; i < THINGS; i += 2) {
        thing[i] = kmem_alloc(&things);
        check(thing[i] && zero_filled(thing[i]));
    }
    for (uint i = 1; i < THINGS; i += 2)
        check(thing[i]->number == i); // untouched
    for (uint i = 0; i < THINGS; i++)
        kmem_free(&things, thing[i]);
}

KTEST(kmem_gives_frames_back)
{
    int64 before = ktest_available();
    check(alloc_things());
    check(ktest_available() < before - 5);
    for (uint i = 0; i < THINGS; i++)
        kmem_free(&things, thing[i]);
    check(ktest_available() == before && list_empty(&things.partial));

    check(page_promise(before) == 0); // nothing may be taken out of promises
    struct thing *t = kmem_alloc(&things);
    page_unpromise(before);
    check(!t);
}
