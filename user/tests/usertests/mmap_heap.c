// mprotect and madvise of the heap, whose pages may be promised, and parts of leaves of 2 MiB.
#include "user/tests/usertests/mmap.h"
#include "user/tests/usertests/super.h"

// What is promised, and what this process has of that: a touch moves it from the one to the other.
static uint64 promised_or_there(void) { return system_now().promised + self_now().resident; }

void advise_heap(void)
{
    settle();
    uint64 before = system_now().promised;
    char *p = grow_heap(64 * PGSIZE, SBRK_EAGER);
    write_words(p, 64, 1);
    expect(system_now().promised == before, "all promises are spent");
    expect(madvise(p + 8 * PGSIZE, 48 * PGSIZE, MADV_DONTNEED) == 0, "madvise");
    expect(system_now().promised == before + 48, "48 pages are promised again, not %lu",
           system_now().promised - before);
    expect(is_zero(p + 8 * PGSIZE, 48 * PGSIZE), "they are zero");
    expect_words(p, 8, 1);
    expect_words(p + 56 * PGSIZE, 8, 57);
    write_words(p, 64, 5);
    expect_words(p, 64, 5);
    expect(madvise(p + 60 * PGSIZE, 4 * PGSIZE, MADV_DONTNEED) == 0, "madvise up to the break");
    expect(sbrk(-64 * PGSIZE) == p + 64 * PGSIZE && system_now().promised == before,
           "nothing stays promised");
}

void protect_heap(void)
{
    settle();
    uint64 before = system_now().promised;
    char *p = grow_heap(16 * PGSIZE, SBRK_EAGER);
    uint64 all = promised_or_there();
    *word(p, 3) = *word(p, 5) = 7;
    protect(p + 4 * PGSIZE, 4 * PGSIZE, PROT_READ);
    expect(promised_or_there() == all, "the parts have the promises of the whole");
    expect(store_kills((uint64)p + 5 * PGSIZE) && *word(p, 5) == 7 && *word(p, 6) == 0,
           "a part can be read only");
    *word(p, 3) = *word(p, 8) = 8;
    protect(p + 12 * PGSIZE, 4 * PGSIZE, PROT_READ);
    expect(sbrk(PGSIZE) == p + 16 * PGSIZE && (*word(p, 16) = 9) == 9,
           "the heap grows behind a part");
    expect(store_kills((uint64)p + 15 * PGSIZE), "which stays as it is");
    protect(p, 17 * PGSIZE, RW);
    write_words(p, 17, 3);
    expect_words(p, 17, 3);
    expect(promised_or_there() == all + 1, "a page for a page");
    protect(p + 2 * PGSIZE, PGSIZE, PROT_NONE);
    expect(sbrk(-17 * PGSIZE) == p + 17 * PGSIZE && system_now().promised == before,
           "it shrinks over all parts");
}

void protect_leaf(void)
{
    char *p = grow_leaves(1, 1);
    protect(p, SUPERPGSIZE, PROT_READ);
    expect(is_leaf_at(p, SHARED), "a leaf can be read only");
    expect(store_kills((uint64)p + 5 * PGSIZE), "all of it");
    protect(p, SUPERPGSIZE, RW);
    *word(p, 0) = 1;
    expect(is_leaf_at(p, LEAF_RW), "and can be written again");
    protect(p, SUPERPGSIZE, PROT_NONE);
    expect(load_kills((uint64)p) && load_kills((uint64)p + SUPERPGSIZE - 1), "no access to a leaf");
    protect(p, SUPERPGSIZE, RW);
    expect_words(p, LEAF_PAGES, 1);
    write_words(p, LEAF_PAGES, 2);
    expect_words(p, LEAF_PAGES, 2);
}

void advise_leaf(void)
{
    char *p = grow_leaves(1, 1);
    expect(madvise(p + 100 * PGSIZE, 10 * PGSIZE, MADV_DONTNEED) == 0,
           "the middle of a leaf is dropped");
    expect_words(p, 100, 1);
    expect(is_zero(p + 100 * PGSIZE, 10 * PGSIZE), "it is zero");
    expect_words(p + 110 * PGSIZE, LEAF_PAGES - 110, 111);
    write_words(p, LEAF_PAGES, 3);
    expect_words(p, LEAF_PAGES, 3);
}
