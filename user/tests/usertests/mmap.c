// Memory that programs map: without a file, here; where it goes (mmap_places.c), what it may be
// used for (mmap_rights.c), what becomes of it (mmap_life.c). With a file: filemap.c.
#include "user/tests/usertests/mmap.h"

static void map_private(void)
{
    char *p = map_pages(20, MAP_PRIVATE);
    expect(is_zero(p, 10 * PGSIZE), "pages that were read first are zero");
    write_words(p, 20, 100);
    expect_words(p, 20, 100);
    for (int i = 0; i < 20; i++)
        expect(is_zero(p + i * PGSIZE + 8, PGSIZE - 8), "the rest of page %d is zero", i);
    if (must_fork() == 0) {
        expect_words(p, 20, 100);
        write_words(p, 20, 200);
        exit(0);
    }
    expect_children(1);
    expect_words(p, 20, 100);
    unmap(p, 20 * PGSIZE);
}

// All processes see the same page, no matter which of them touches it first.
static void map_shared(void)
{
    char *p = map_pages(20, MAP_SHARED);
    struct gate g = make_gate();
    write_words(p, 5, 100);
    if (must_fork() == 0) {
        expect_words(p, 5, 100);
        write_words(p + 5 * PGSIZE, 5, 105);
        wait_at(&g);
        expect_words(p, 20, 100);
        *word(p, 0) = frame_of(p);
        *word(p, 19) = frame_of(p + 19 * PGSIZE);
        exit(0);
    }
    while (*word(p, 9) == 0)
        pause(1);
    expect_words(p, 10, 100);
    write_words(p + 10 * PGSIZE, 10, 110);
    open_gate(&g);
    expect_children(1);
    expect((uint64)*word(p, 0) == frame_of(p) && (uint64)*word(p, 19) == frame_of(p + 19 * PGSIZE),
           "the same frames");
    unmap(p, 20 * PGSIZE);
}

// A length is rounded up to pages, in all calls.
static void map_lengths(void)
{
    static const long lengths[] = {1, PGSIZE - 1, PGSIZE, PGSIZE + 1, 3 * PGSIZE + 7};
    for (int i = 0; i < 5; i++) {
        long pages = PGROUNDUP(lengths[i]) / PGSIZE;
        map_at(FAR, pages + 1, MAP_PRIVATE);
        write_words(FAR, pages + 1, 1);
        expect(mmap(FAR, lengths[i], RW, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == FAR,
               "map %ld bytes", lengths[i]);
        expect(is_zero(FAR, pages * PGSIZE) && *word(FAR, pages) == 1 + pages, "%ld pages are new",
               pages);
        unmap(FAR, lengths[i]);
        expect(load_kills((uint64)FAR + pages * PGSIZE - 1), "the last byte of page %ld is gone",
               pages - 1);
        expect(*word(FAR, pages) == 1 + pages, "page %ld is not", pages);
        unmap(FAR, PGSIZE * (pages + 1));
    }
}

// Pages [from, to) of 8 go; the others keep their bytes.
static void unmap_some(int flags, int from, int to)
{
    char *p = map_pages(8, flags);
    write_words(p, 8, 10);
    unmap(p + from * PGSIZE, (to - from) * PGSIZE);
    for (int i = 0; i < 8; i++) {
        int gone = i >= from && i < to;
        expect(load_kills((uint64)p + i * PGSIZE) == gone, "page %d of [%d, %d) is %s", i, from, to,
               gone ? "gone" : "there");
        expect(gone || *word(p, i) == 10 + i, "page %d keeps its bytes", i);
    }
    unmap(p, 8 * PGSIZE);
    for (int i = 0; i < 8; i += 7)
        expect(load_kills((uint64)p + i * PGSIZE), "page %d is gone with all", i);
}

static void unmap_parts(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        unmap_some(flags, 0, 3);
        unmap_some(flags, 3, 5);
        unmap_some(flags, 6, 8);
        unmap_some(flags, 0, 8);
    }
}

// One munmap over several mappings, with holes between and around them.
static void unmap_over_many(void)
{
    for (int i = 0; i < 5; i++)
        write_words(map_at(FAR + 4 * i * PGSIZE, 2, i % 2 ? MAP_SHARED : MAP_PRIVATE), 2, 10 * i);
    unmap(FAR + PGSIZE, 16 * PGSIZE);
    for (int i = 1; i < 17; i++)
        expect(load_kills((uint64)FAR + i * PGSIZE), "page %d is gone", i);
    expect(*word(FAR, 0) == 0 && *word(FAR, 17) == 41, "the first and the last page are not");
    unmap(FAR - 10 * PGSIZE, 100 * PGSIZE);
    unmap(FAR, PGSIZE);
    expect(load_kills((uint64)FAR) && load_kills((uint64)FAR + 17 * PGSIZE), "now they are");
}

// A new mapping at a place where something was unmapped has new pages.
static void remapped_is_zero(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        map_at(FAR, 4, flags);
        memset(FAR, 'x', 4 * PGSIZE);
        unmap(FAR + PGSIZE, 2 * PGSIZE);
        map_at(FAR + PGSIZE, 2, flags);
        expect(is_zero(FAR + PGSIZE, 2 * PGSIZE), "new pages are zero");
        for (int i = 0; i < PGSIZE; i++)
            expect(FAR[i] == 'x' && FAR[3 * PGSIZE + i] == 'x', "the others keep byte %d", i);
        unmap(FAR, 4 * PGSIZE);
    }
}

// Frames come at the first touch, and go with munmap.
static void map_takes_what_is_touched(void)
{
    const long pages = 600, touched = 200;
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        settle();
        uint64 resident = self_now().resident, size = self_now().size;
        char *p = map_pages(pages, flags);
        expect(self_now().resident == resident && self_now().size == size + pages * PGSIZE,
               "no page without a touch");
        for (long i = 0; i < touched; i++)
            *word(p, 3 * i) = 1;
        expect(self_now().resident >= resident + touched, "%ld pages were touched", touched);
        unmap(p, pages * PGSIZE);
        expect(self_now().resident == resident && self_now().size == size, "all are given back");
    }
}

// System calls work on pages that were not touched before.
static void calls_on_untouched_pages(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        int fd = filled_file("f", 3 * PGSIZE, 7);
        char *p = map_pages(5, flags);
        expect(lseek(fd, 0, SEEK_SET) == 0 && read(fd, p + PGSIZE / 2, 3 * PGSIZE) == 3 * PGSIZE,
               "read into them");
        expect(is_filled(p + PGSIZE / 2, 0, 3 * PGSIZE, 7) && is_zero(p, PGSIZE / 2),
               "the file's bytes, and zeroes");
        expect(write(fd, p + 4 * PGSIZE, PGSIZE) == PGSIZE, "write from one");
        expect_zeroes(fd, 3 * PGSIZE, PGSIZE);
        unmap(p, 5 * PGSIZE);
        discard(fd, "f");
    }
}

#define MANY 300

// Mapped in one order, unmapped in another.
static void map_many(void)
{
    static char *places[MANY];
    for (int i = 0; i < MANY; i++) {
        places[i] = map_pages(1 + i % 3, i % 2 ? MAP_SHARED : MAP_PRIVATE);
        *word(places[i], i % 3) = i;
    }
    for (int i = 0; i < MANY; i += 2)
        unmap(places[i], PGSIZE * (1 + i % 3));
    for (int i = 1; i < MANY; i += 2)
        expect(*word(places[i], i % 3) == i, "mapping %d is as it was", i);
    for (int i = 0; i < MANY; i += 2)
        places[i] = map_pages(1 + i % 3, MAP_PRIVATE);
    for (int i = 0; i < MANY; i++) {
        expect(*word(places[i], i % 3) == (i % 2 ? i : 0), "mapping %d is right", i);
        unmap(places[i], PGSIZE * (1 + i % 3));
    }
}

const struct test mmap_tests[] = {
    TEST(map_private, BOTH, "",
         "private pages without a file: zeroes, kept, a child's are its own"),
    TEST(map_shared, BOTH, "",
         "shared pages without a file are the same frames in parent and child"),
    TEST(map_lengths, 0, "", "lengths of mmap and munmap are rounded up to pages"),
    TEST(unmap_parts, 0, "", "munmap of the start, the middle, the end, all: exactly those pages"),
    TEST(unmap_over_many, 0, "", "one munmap over several mappings and the holes between"),
    TEST(remapped_is_zero, 0, "", "pages mapped where others were unmapped are zero"),
    TEST(map_takes_what_is_touched, 0, "",
         "a mapping takes frames when they are touched, munmap gives them back"),
    TEST(calls_on_untouched_pages, BOTH, "",
         "read() into and write() from pages that nobody has touched"),
    TEST(map_many, 0, "", "hundreds of mappings, unmapped and mapped again in another order"),
    TEST(map_default_places, 0, "",
         "without a hint mappings go downwards from TRAPFRAME, and into holes"),
    TEST(map_hints, 0, "",
         "a hint is taken if there is room, rounded down; else another place is found"),
    TEST(map_fixed, 0, "", "MAP_FIXED replaces what is there, exactly"),
    TEST(map_fixed_refuses, 0, "", "MAP_FIXED refuses the heap, unaligned and wild addresses"),
    TEST(map_refuses, 0, "", "mmap refuses lengths, rights and flags that make no sense"),
    TEST(map_refuses_files, 0, "",
         "mmap refuses files that are not open for it, and what is no file"),
    TEST(heap_stops_at_mapping, 0, "", "the heap cannot grow into a mapping"),
    TEST(unmap_refuses, 0, "", "munmap refuses the heap and unaligned addresses"),
    TEST(protect_none_and_back, BOTH, "", "mprotect to no access and back keeps the bytes"),
    TEST(protect_read_only, BOTH, "",
         "mprotect to read-only: loads work, stores kill, and can be allowed again"),
    TEST(protect_parts, 0, "", "mprotect of a part leaves its neighbours as they are"),
    TEST(protect_execute, 0, "",
         "code written to a page runs after mprotect, and can be written no more"),
    TEST(protect_execute_shared, 0, "", "so does a child's look at a shared page of code"),
    TEST(protect_refuses, 0, "", "mprotect refuses holes, write with execute, unaligned addresses"),
    TEST(protect_after_fork, 0, "", "mprotect does not undo copy-on-write"),
    TEST(protect_stops_system_calls, BOTH, "",
         "read() and write() respect what mprotect took away"),
    TEST(advise_dont_need, 0, "",
         "MADV_DONTNEED drops private pages, and keeps shared ones' bytes"),
    TEST(advise_refuses, 0, "",
         "madvise and msync refuse holes, unaligned addresses and unknown advice"),
    TEST(protect_heap, ALONE, "",
         "parts of the heap are made read-only and back; promises stay exact"),
    TEST(advise_heap, ALONE, "", "MADV_DONTNEED of the heap: pages are zero, and promised again"),
    TEST(protect_leaf, ALONE, "", "mprotect of a leaf of 2 MiB: read-only, back, no access, back"),
    TEST(advise_leaf, ALONE, "", "MADV_DONTNEED within a leaf of 2 MiB"),
    TEST(mappings_over_fork, BOTH, "", "a child has its parent's mappings, rights and holes"),
    TEST(shared_pages_of_many, 0, "", "processes of three generations count in one shared page"),
    TEST(mappings_end_with_exec, 0, "", "exec drops all mappings"),
    TEST(mappings_end_with_exit, ALONE, "", "exit and a kill drop all mappings"),
    TEST(unmap_while_shared, 0, "", "a shared page stays with others when one unmaps it"),
    TEST(map_too_many, ALONE, "",
         "REGIONS_MAX pieces of an address space: then mmap, mprotect, munmap say ENOMEM"),
    TEST(map_neighbors, ALONE, "",
         "neighbours that are alike are one mapping, also when mprotect makes them alike"),
    TEST(map_out_of_memory, ALONE, "",
         "a call that finds no memory for one more mapping fails with ENOMEM"),
    END_OF_TESTS,
};
