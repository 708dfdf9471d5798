// Files mapped into memory: what they show, and where stores go. The file's end is in
// filemap_end.c, read() and write() beside a mapping in filemap_io.c and, while it is unmapped,
// filemap_race.c, several mappings of one file in filemap_share.c.
#include "user/tests/usertests/filemap.h"

#define PAGES 8

// A private mapping shows the file; stores are its own, and stay when the file changes.
static void map_file_private(void)
{
    int fd = filled_file("f", PAGES * PGSIZE, 1);
    char *p = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_PRIVATE);
    expect(is_filled(p, 0, PAGES * PGSIZE, 1), "the file's bytes");
    fill(p + 2 * PGSIZE, 0, 3 * PGSIZE, 2);
    fill(p + 7 * PGSIZE, 0, 100, 3);
    expect_filled(fd, 0, PAGES * PGSIZE, 1);
    char *q = map_file(fd, 0, PAGES * PGSIZE, PROT_READ, MAP_PRIVATE);
    expect(is_filled(q, 0, PAGES * PGSIZE, 1), "another mapping shows the file's bytes, too");
    write_at(fd, 2 * PGSIZE, 3 * PGSIZE, 4);
    expect(is_filled(p + 2 * PGSIZE, 0, 3 * PGSIZE, 2), "what was stored stays");
    unmap(p, PAGES * PGSIZE);
    unmap(q, PAGES * PGSIZE);
    expect_filled(fd, 5 * PGSIZE, 3 * PGSIZE, 1);
    discard(fd, "f");
}

// Stores to pages that were read, and that were not; kept after munmap.
static void map_file_shared(void)
{
    int fd = filled_file("f", PAGES * PGSIZE, 1);
    char *p = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_SHARED);
    expect(is_filled(p, 0, 4 * PGSIZE, 1), "the file's bytes");
    fill(p + PGSIZE, PGSIZE, 5 * PGSIZE, 2);
    expect(is_filled(p + PGSIZE, PGSIZE, 5 * PGSIZE, 2), "the mapping shows what was stored");
    unmap(p, PAGES * PGSIZE);
    expect_filled(fd, 0, PGSIZE, 1);
    expect_filled(fd, PGSIZE, 5 * PGSIZE, 2);
    expect_filled(fd, 6 * PGSIZE, 2 * PGSIZE, 1);
    expect(size_of(fd) == PAGES * PGSIZE, "the file is as long as it was");
    discard(fd, "f");
}

// Pages from the middle of a file, also where it needs indirect blocks.
static void map_offsets(void)
{
    static const uint64 places[] = {3, NDIRECT - 1, NDIRECT + NINDIRECT - 2};
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        for (int i = 0; i < 3; i++) {
            uint64 at = places[i] * PGSIZE, n = 4 * PGSIZE;
            int fd = new_file("f");
            write_at(fd, at - PGSIZE, 6 * PGSIZE, 1);
            char *p = map_file(fd, at, n, RW, flags);
            expect(is_filled(p, at, n, 1), "the bytes at offset %lu", at);
            fill(p + PGSIZE + 10, at + PGSIZE + 10, 2 * PGSIZE, 2);
            unmap(p, n);
            expect_filled(fd, at - PGSIZE, 2 * PGSIZE + 10, 1);
            expect_filled(fd, at + PGSIZE + 10, 2 * PGSIZE, flags == MAP_SHARED ? 2 : 1);
            expect_filled(fd, at + 3 * PGSIZE + 10, 2 * PGSIZE - 10, 1);
            discard(fd, "f");
        }
    }
}

// A length that is no multiple of the page: the page is there, what follows is not.
static void map_part_of_page(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        int fd = filled_file("f", 4 * PGSIZE, 1);
        char *p = map_file(fd, PGSIZE, PGSIZE + 100, RW, flags);
        expect(is_filled(p, PGSIZE, 2 * PGSIZE, 1), "two pages are there");
        expect(load_kills((uint64)p + 2 * PGSIZE), "a third is not");
        fill(p + PGSIZE + 100, 2 * PGSIZE + 100, 50, 2);
        unmap(p, 100);
        expect(load_kills((uint64)p) && is_filled(p + PGSIZE, 2 * PGSIZE, 100, 1),
               "the first goes as a whole");
        unmap(p + PGSIZE, 1);
        expect(load_kills((uint64)p + PGSIZE), "and the second");
        expect_filled(fd, 2 * PGSIZE + 100, 50, flags == MAP_SHARED ? 2 : 1);
        discard(fd, "f");
    }
}

// Parts that are unmapped from start, middle and end are written, the rest stays what it is.
static void map_file_unmap_parts(void)
{
    int fd = filled_file("f", PAGES * PGSIZE, 1);
    char *p = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_SHARED);
    fill(p, 0, PAGES * PGSIZE, 2);
    unmap(p + 3 * PGSIZE, 2 * PGSIZE);
    unmap(p, PGSIZE);
    unmap(p + 7 * PGSIZE, PGSIZE);
    expect_filled(fd, 0, PAGES * PGSIZE, 2);
    expect(is_filled(p + PGSIZE, PGSIZE, 2 * PGSIZE, 2), "pages 1 and 2");
    expect(is_filled(p + 5 * PGSIZE, 5 * PGSIZE, 2 * PGSIZE, 2),
           "pages 5 and 6 are the file's pages 5 and 6");
    for (int i = 0; i < PAGES; i++)
        expect(load_kills((uint64)p + i * PGSIZE) == (i == 0 || i == 3 || i == 4 || i == 7),
               "page %d", i);
    fill(p + 5 * PGSIZE, 5 * PGSIZE, 2 * PGSIZE, 3);
    unmap(p, PAGES * PGSIZE);
    expect_filled(fd, 0, 5 * PGSIZE, 2);
    expect_filled(fd, 5 * PGSIZE, 2 * PGSIZE, 3);
    discard(fd, "f");
}

// MAP_FIXED over the middle of one file's mapping: another file, another page of the same.
static void map_file_fixed(void)
{
    int fd = filled_file("f", PAGES * PGSIZE, 1), other = filled_file("g", PAGES * PGSIZE, 2);
    char *p = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_SHARED);
    expect(is_filled(p, 0, PAGES * PGSIZE, 1), "all of f");
    char *q = p + 2 * PGSIZE, *r = p + 5 * PGSIZE;
    expect(mmap(q, 2 * PGSIZE, RW, MAP_SHARED | MAP_FIXED, other, PGSIZE) == q, "g over f");
    expect(mmap(r, PGSIZE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0) == r, "f over f");
    expect(is_filled(q, PGSIZE, 2 * PGSIZE, 2) && is_filled(r, 0, PGSIZE, 1), "the new pages");
    expect(is_filled(p + 6 * PGSIZE, 6 * PGSIZE, 2 * PGSIZE, 1), "and the old behind them");
    memset(p, 'x', PAGES * PGSIZE);
    unmap(p, PAGES * PGSIZE);
    expect_filled(fd, 2 * PGSIZE, 2 * PGSIZE, 1);
    expect_filled(fd, 5 * PGSIZE, PGSIZE, 1);
    expect_filled(other, 0, PGSIZE, 2);
    expect_filled(other, 3 * PGSIZE, 5 * PGSIZE, 2);
    discard(fd, "f");
    discard(other, "g");
}

// What descriptor a mapping was made through decides for good what may be done to it.
static void protect_file(void)
{
    int fd = filled_file("f", 2 * PGSIZE, 1), reader = open("f", O_RDONLY);
    char *p = map_file(reader, 0, 2 * PGSIZE, PROT_READ, MAP_SHARED);
    char *q = map_file(reader, 0, 2 * PGSIZE, PROT_READ, MAP_PRIVATE);
    char *r = map_file(fd, 0, 2 * PGSIZE, PROT_READ, MAP_SHARED);
    close(reader);
    expect(FAILS(mprotect(p, PGSIZE, RW), EACCES), "a file opened to read is not written");
    expect(store_kills((uint64)p), "by a store");
    protect(q, PGSIZE, RW);
    fill(q, 0, PGSIZE, 2);
    expect_filled(fd, 0, PGSIZE, 1);
    expect(store_kills((uint64)r), "a store that mmap did not ask for");
    protect(r, 2 * PGSIZE, RW);
    fill(r, 0, 2 * PGSIZE, 3);
    protect(r, 2 * PGSIZE, PROT_READ);
    expect(store_kills((uint64)r) && store_kills((uint64)r + PGSIZE), "a store after mprotect");
    expect(is_filled(p, 0, 2 * PGSIZE, 3) && is_filled(q, 0, PGSIZE, 2),
           "each mapping has its bytes");
    expect_filled(fd, 0, 2 * PGSIZE, 3);
    unmap(p, 2 * PGSIZE);
    unmap(q, 2 * PGSIZE);
    unmap(r, 2 * PGSIZE);
    discard(fd, "f");
}

// Private pages are dropped: the file's bytes of now come back. Shared ones were the file's anyway.
static void advise_file(void)
{
    int fd = filled_file("f", PAGES * PGSIZE, 1);
    char *p = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_PRIVATE),
         *q = map_file(fd, 0, PAGES * PGSIZE, RW, MAP_SHARED);
    fill(p, 0, PAGES * PGSIZE, 2);
    fill(q, 0, 4 * PGSIZE, 3);
    expect(madvise(p + PGSIZE, 5 * PGSIZE, MADV_DONTNEED) == 0, "madvise of the private mapping");
    expect(madvise(q, PAGES * PGSIZE, MADV_DONTNEED) == 0, "and of the shared one");
    expect(is_filled(p, 0, PGSIZE, 2) && is_filled(p + 6 * PGSIZE, 6 * PGSIZE, 2 * PGSIZE, 2),
           "pages that are kept");
    expect(is_filled(p + PGSIZE, PGSIZE, 3 * PGSIZE, 3),
           "the file's bytes, as stored by the other mapping");
    expect(is_filled(p + 4 * PGSIZE, 4 * PGSIZE, 2 * PGSIZE, 1), "and as they were");
    expect(is_filled(q, 0, 4 * PGSIZE, 3), "nothing is lost of the shared mapping");
    expect(madvise(p, PAGES * PGSIZE, MADV_WILLNEED) == 0 &&
               madvise(q, PAGES * PGSIZE, MADV_WILLNEED) == 0,
           "WILLNEED");
    expect(is_filled(p, 0, PGSIZE, 2) && is_filled(q, 0, 4 * PGSIZE, 3), "changes nothing");
    unmap(p, PAGES * PGSIZE);
    unmap(q, PAGES * PGSIZE);
    discard(fd, "f");
}

// 4 MiB, forwards and backwards.
static void map_large_file(void)
{
    const long size = 4 * MB;
    int fd = filled_file("f", size, 1);
    char *p = map_file(fd, 0, size, RW, MAP_SHARED);
    expect(is_filled(p, 0, size, 1), "all of it");
    unmap(p, size);
    p = map_file(fd, 0, size, RW, MAP_SHARED);
    for (long at = size - PGSIZE; at >= 0; at -= PGSIZE)
        fill(p + at, at, PGSIZE, 2);
    unmap(p, size);
    expect_filled(fd, 0, size, 2);
    discard(fd, "f");
}

const struct test filemap_tests[] = {
    TEST(map_file_private, BOTH, "",
         "a private mapping shows the file, and keeps stores to itself"),
    TEST(map_file_shared, BOTH, "", "stores into a shared mapping are in the file after munmap"),
    TEST(map_offsets, 0, "",
         "mappings of pages from the middle of a file, where blocks are indirect, too"),
    TEST(map_part_of_page, 0, "", "a length that is no multiple of the page"),
    TEST(map_file_unmap_parts, 0, "",
         "parts of a file's mapping are unmapped; the rest stays where it was"),
    TEST(map_file_fixed, 0, "", "MAP_FIXED puts pages of files into the middle of a mapping"),
    TEST(protect_file, BOTH, "", "mprotect obeys how the file was open at mmap"),
    TEST(advise_file, BOTH, "",
         "MADV_DONTNEED: the file's bytes come back; WILLNEED changes nothing"),
    TEST(map_large_file, 0, "", "4 MiB of a file, read forwards, stored backwards"),
    TEST(map_last_page, 0, "",
         "beyond the file's end its last page is zero, and stores there stay out of the file"),
    TEST(map_beyond_end, BOTH, "", "a touch of a page beyond the end kills; the file never grows"),
    TEST(map_beyond_end_calls, BOTH, "",
         "read() into such a page and write() from it fail with EFAULT"),
    TEST(map_of_growing_file, 0, "", "pages appear in a mapping when the file grows"),
    TEST(map_stale_tail, 0, "", "what was stored beyond the end is not in the file when it grows"),
    TEST(map_truncated, BOTH, "",
         "a touch kills when the file was cut, and new bytes come when it grows again"),
    TEST(map_truncated_in_page, 0, "", "a file cut within a page: zeroes follow"),
    TEST(map_emptied_by_open, 0, "", "O_TRUNC of a file that is mapped"),
    TEST(map_truncated_by_other, 0, "",
         "a file is cut and grows while another process touches its pages"),
    TEST(map_sees_write, BOTH, "", "write() is seen by mappings, of pages touched before and not"),
    TEST(read_sees_store, BOTH, "",
         "a store into a shared mapping is seen by read(), again and again"),
    TEST(read_into_own_mapping, BOTH, "", "read() of a file into its own mapping"),
    TEST(write_from_own_mapping, BOTH, "", "write() to a file from its own mapping"),
    TEST(copies_within_a_page, 0, "", "read() and write() between a page of a file and itself"),
    TEST(copies_with_private_pages, BOTH, "",
         "the same with private pages: absent, read, copied, shared by fork"),
    TEST(
        copies_while_unmapped, BOTH, "",
        "the same while another thread unmaps and protects the pages: all that is counted arrives"),
    TEST(copies_while_private_unmapped, BOTH, "",
         "the same with private pages: the file keeps its bytes"),
    TEST(map_cut_while_divided, 0, "",
         "a file is cut while another process divides its mapping: all lose the pages"),
    TEST(map_cut_once, ALONE, "",
         "a cut looks once at each process, however many mappings of the file it has"),
    TEST(map_cut_while_mapped, ALONE, "",
         "a cut ends while others map the file without end, and looks at each once"),
    TEST(map_cut_while_forked, 0, "",
         "a file is cut while a process that has mapped it forks: the children lose the pages"),
    TEST(map_hole, 0, "", "a hole of a file shows zeroes, and can be stored into"),
    TEST(map_sync, 0, "", "msync, fsync and sync between stores to the same page lose none"),
    TEST(map_outlives_cache, ALONE, "",
         "what was stored comes back from the disk when the cache gave way"),
    TEST(map_two_views, 0, "", "two mappings of a file in one process are the same frames"),
    TEST(map_two_processes, BOTH, "",
         "two processes that open and map a file have the same frames"),
    TEST(map_ping_pong, 0, "",
         "two processes take turns: one stores, the other writes, both see all"),
    TEST(map_over_fork, BOTH, "",
         "mappings of files over fork: shared ones are one, private ones are two"),
    TEST(map_unlinked, ALONE, "",
         "a file that is unlinked while mapped lives as long as the mapping"),
    TEST(map_closed, 0, "", "a mapping outlives its descriptor, and names no other file's bytes"),
    TEST(map_file_ends_with_exit, 0, "", "what was stored is in the file after exit, a kill, exec"),
    TEST(map_file_pieces, 0, "", "one file in many mappings, in another order"),
    TEST(map_many_writers, 0, "",
         "four processes store into and write to pieces of the same pages"),
    TEST(map_futex, BOTH, "",
         "processes wait and wake each other at a word of a page that they share"),
    END_OF_TESTS,
};
