// The block cache: pins, and the account of its memory. And what mounting costs.
#include "kernel/arch/csr.h"
#include "kernel/dev/disk.h"
#include "kernel/fs/alloc.h"
#include "kernel/fs/cache_read.h"
#include "kernel/fs/journal.h"
#include "kernel/ktest/ktest.h"
#include "kernel/lib/print.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"

void ktest_empty_cache(void)
{
    for (uint32 blockno = 0; blockno < disk->blocks; blockno++) {
        struct block *b = cache_pin(blockno, 0);
        if (b && b->state == BLOCK_CLEAN && b->pins == 1 && page_refs(b->page) == 1)
            cache_forget(0, blockno);
        cache_put(b);
    }
}

// Pins a block that the other harts pin and unpin at the same time.
static void pin_again(uint hart)
{
    struct block *b;
    uint n = 0;
    (void)hart;
    for (uint64 end = ktest_end_of_turns(); n < 20000 || time_now() < end; n++, cache_put(b))
        if (cache_get(superblock.datastart, &b) != 0)
            return;
}

KTEST(cache_pins_of_many)
{
    uint64 before = cache_in_use();
    ktest_on_all_harts(pin_again);
    check(cache_in_use() == before); // no pin is lost, and none kept
}

// Pins more blocks than the cache keeps for itself, and unpins them. True if each time nothing is
// missing from what was available before but what is pinned beyond that.
static bool pin_many(int64 before)
{
    struct block *pinned[NBUF + 20];
    bool right = true;
    uint n = 0;
    while (n < ARRAY_LEN(pinned) && cache_get(superblock.datastart + n, &pinned[n]) == 0) {
        n++;
        int64 in_use = cache_in_use(); // the root directory's inode has one, too
        right &= ktest_available() == before - (in_use > NBUF ? in_use - NBUF : 0);
    }
    right &= n == ARRAY_LEN(pinned);
    while (n > 0) {
        cache_put(pinned[--n]);
        int64 in_use = cache_in_use();
        right &= ktest_available() == before - (in_use > NBUF ? in_use - NBUF : 0);
    }
    return right;
}

// Reading moves frames from free to reclaimable, and from there back.
KTEST(cache_account)
{
    check(journal_flush() == 0);
    ktest_empty_cache();
    int64 before = ktest_available();
    check(pin_many(before)); // which reads them
    check(pin_many(before)); // which finds them
    ktest_empty_cache();
    check(ktest_available() == before);
}

// What counting free blocks and inodes costs, when all is in the cache. Whoever runs this with
// QEMU's -icount judges the number (tests/suites/ktest.py); otherwise it is time.
KTEST(mounting_counts)
{
    uint64 free = blocks_free(), free_inodes = inodes_free(), least = -1UL;
    for (uint turn = 0; turn < 4; turn++) {
        uint64 start = csr_read(instret);
        check(alloc_mount() == 0);
        least = min_u64(least, csr_read(instret) - start);
        check(blocks_free() == free && inodes_free() == free_inodes);
    }
    kprintf("mounting: %lu instructions for %u blocks and %u inodes\n", least, superblock.size,
            superblock.ninodes);
}
