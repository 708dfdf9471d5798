// Where mappings go, and what mmap and munmap refuse.
#include "user/tests/usertests/mmap.h"

void map_default_places(void)
{
    char *a = map_pages(3, MAP_PRIVATE), *b = map_pages(2, MAP_SHARED);
    expect((uint64)a + 3 * PGSIZE == TRAPFRAME, "the first ends at TRAPFRAME, not at %p",
           (void *)(a + 3 * PGSIZE));
    expect(b + 2 * PGSIZE == a, "the second ends where the first begins, not at %p",
           (void *)(b + 2 * PGSIZE));
    unmap(a, 3 * PGSIZE);
    char *c = map_pages(4, MAP_PRIVATE), *d = map_pages(3, MAP_PRIVATE);
    expect(c + 4 * PGSIZE == b, "four pages have no room where three were");
    expect(d == a, "but three have");
    for (int i = 0; i < 1000; i++) {
        char *e = map_pages(5, MAP_PRIVATE);
        expect(e + 5 * PGSIZE == c, "round %d: always the same place, not %p", i, (void *)e);
        unmap(e, 5 * PGSIZE);
    }
    unmap(c, TRAPFRAME - (uint64)c);
}

static char *map_hint(char *hint, long pages)
{
    char *p = mmap(hint, pages * PGSIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect(p != MAP_FAILED && (uint64)p % PGSIZE == 0, "mmap with the hint %p", (void *)hint);
    return p;
}

void map_hints(void)
{
    expect(map_hint(FAR, 4) == FAR, "a free place is taken");
    expect(map_hint(FAR + 10 * PGSIZE + 123, 1) == FAR + 10 * PGSIZE, "rounded down");
    expect(map_hint(FAR + 4 * PGSIZE, 6) == FAR + 4 * PGSIZE, "if it fits exactly");
    write_words(FAR, 11, 1);
    static const int taken[] = {0, 3, 10, -1};
    for (int i = 0; i < 4; i++) {
        char *p = map_hint(FAR + taken[i] * PGSIZE, 2);
        expect((uint64)p + 2 * PGSIZE == TRAPFRAME, "page %d is taken: another place, not %p",
               taken[i], (void *)p);
        *word(p, 0) = *word(p, 1) = -1;
        unmap(p, 2 * PGSIZE);
    }
    expect_words(FAR, 11, 1);
    char *heap = grow_heap(PGSIZE, SBRK_EAGER), *p = map_hint(heap, 1);
    expect(p != heap && *word(heap, 0) == 0, "the heap's place is taken");
    unmap(p, PGSIZE);
    unmap(FAR, 11 * PGSIZE);
}

// Pages [from, to) of 8 are replaced.
static void replace(int from, int to, int flags)
{
    map_at(FAR, 8, MAP_PRIVATE);
    write_words(FAR, 8, 50);
    map_at(FAR + from * PGSIZE, to - from, flags);
    for (int i = 0; i < 8; i++) {
        int new = i >= from &&i < to;
        expect(*word(FAR, i) == (new ? 0 : 50 + i), "page %d of [%d, %d) is %s", i, from, to,
               new ? "new" : "old");
        *word(FAR, i) = 1;
    }
    unmap(FAR, 8 * PGSIZE);
}

void map_fixed(void)
{
    replace(0, 8, MAP_PRIVATE);
    replace(0, 2, MAP_SHARED);
    replace(3, 5, MAP_PRIVATE);
    replace(6, 8, MAP_SHARED);
    for (int i = 0; i < 8; i += 2)
        map_at(FAR + i * PGSIZE, 1, i % 4 ? MAP_SHARED : MAP_PRIVATE);
    write_words(FAR, 1, 9);
    map_at(FAR + PGSIZE, 7, MAP_PRIVATE); // over three, and holes
    expect(is_zero(FAR + PGSIZE, 7 * PGSIZE) && *word(FAR, 0) == 9, "several are replaced at once");
    char *last = (char *)TRAPFRAME - PGSIZE;
    *map_at(last, 1, MAP_PRIVATE) = 1;
    unmap(last, PGSIZE);
    unmap(FAR, 8 * PGSIZE);
}

static void expect_no_map(void *p, long bytes, int prot, int flags, int fd, off_t offset, int error)
{
    void *got = mmap(p, bytes, prot, flags, fd, offset);
    expect(got == MAP_FAILED, "no mmap(%p, %ld, %d, 0x%x, %d, %ld)", p, bytes, prot, flags, fd,
           offset);
    expect(errno == error || error == 0, "mmap(%p, %ld, %d, 0x%x, %d, %ld) fails with error %d", p,
           bytes, prot, flags, fd, offset, error);
}

void map_fixed_refuses(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    char *heap = grow_heap(4 * PGSIZE, SBRK_EAGER);
    write_words(heap, 4, 3);
    expect_no_map(heap, PGSIZE, RW, flags, -1, 0, EINVAL);
    expect_no_map(heap + 3 * PGSIZE, 10 * PGSIZE, RW, flags, -1, 0, EINVAL);
    expect_no_map(FAR + 1, PGSIZE, RW, flags, -1, 0, EINVAL);
    expect_no_map(FAR + PGSIZE - 1, PGSIZE, RW, flags, -1, 0, EINVAL);
    expect_no_map(0, PGSIZE, RW, flags, -1, 0, 0);
    expect_no_map((char *)TRAPFRAME, PGSIZE, RW, flags, -1, 0, 0);
    expect_no_map((char *)TRAPFRAME - PGSIZE, 2 * PGSIZE, RW, flags, -1, 0, 0);
    expect_no_map((char *)MAXVA, PGSIZE, RW, flags, -1, 0, 0);
    expect_no_map((char *)0xffffffc080000000, PGSIZE, RW, flags, -1, 0, 0);
    expect_no_map((char *)-PGSIZE, 2 * PGSIZE, RW, flags, -1, 0, 0);
    expect_words(heap, 4, 3);
}

void map_refuses(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    expect_no_map(0, 0, RW, flags, -1, 0, EINVAL);
    expect_no_map(0, PGSIZE, RW, MAP_ANONYMOUS, -1, 0, EINVAL);
    expect_no_map(0, PGSIZE, RW, MAP_ANONYMOUS | MAP_SHARED | MAP_PRIVATE, -1, 0, EINVAL);
    expect_no_map(0, PGSIZE, PROT_WRITE | PROT_EXEC, flags, -1, 0, EINVAL);
    expect_no_map(0, PGSIZE, RW | PROT_EXEC, flags, -1, 0, EINVAL);
    expect_no_map(0, -1, RW, flags, -1, 0, 0);
    expect_no_map(0, -PGSIZE, RW, flags, -1, 0, 0);
    expect_no_map(0, MAXVA, RW, flags, -1, 0, 0);
    expect_no_map(0, TRAPFRAME, RW, flags, -1, 0, 0);
}

void map_refuses_files(void)
{
    int ends[2], reader, writer = filled_file("f", 2 * PGSIZE, 1), null = open("/null", O_RDWR);
    close(writer);
    reader = open("f", O_RDONLY);
    writer = open("f", O_WRONLY);
    expect(pipe(ends) == 0 && reader >= 0 && writer >= 0 && null >= 0, "descriptors");
    int directory = open(".", O_RDONLY);
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        expect_no_map(0, PGSIZE, PROT_READ, flags, -1, 0, EBADF);
        expect_no_map(0, PGSIZE, PROT_READ, flags, 999, 0, EBADF);
        expect_no_map(0, PGSIZE, PROT_READ, flags, ends[0], 0, ENODEV);
        expect_no_map(0, PGSIZE, PROT_READ, flags, null, 0, ENODEV);
        expect_no_map(0, PGSIZE, PROT_READ, flags, directory, 0, ENODEV);
        expect_no_map(0, PGSIZE, PROT_READ, flags, writer, 0, EACCES);
        expect_no_map(0, PGSIZE, PROT_READ, flags, reader, 1, EINVAL);
        expect_no_map(0, PGSIZE, PROT_READ, flags, reader, PGSIZE - 1, EINVAL);
        expect_no_map(0, PGSIZE, PROT_READ, flags, reader, -PGSIZE, 0);
        expect_no_map(0, 0, PROT_READ, flags, reader, 0, EINVAL);
        expect_no_map(0, PGSIZE, PROT_WRITE | PROT_EXEC, flags, reader, 0, EINVAL);
    }
    expect_no_map(0, PGSIZE, RW, MAP_SHARED, reader, 0, EACCES);
    expect_no_map(0, PGSIZE, RW, MAP_SHARED, writer, 0, EACCES);
    unmap(map_file(reader, 0, PGSIZE, RW, MAP_PRIVATE), PGSIZE);
    int all[] = {ends[0], ends[1], null, directory, writer};
    for (int i = 0; i < 5; i++)
        close(all[i]);
    discard(reader, "f");
}

void heap_stops_at_mapping(void)
{
    char *brk = grow_heap(PGSIZE, SBRK_EAGER) + PGSIZE, *wall = brk + 16 * PGSIZE;
    map_at(wall, 2, MAP_PRIVATE);
    write_words(wall, 2, 7);
    for (int how = SBRK_EAGER; how <= SBRK_LAZY; how++) {
        expect(sys_sbrk(17 * PGSIZE, how) == SBRK_ERROR, "not into the mapping");
        expect(sys_sbrk(16 * PGSIZE + 1, how) == SBRK_ERROR, "not by a byte");
        expect(sys_sbrk(1000 * PGSIZE, how) == SBRK_ERROR, "not over it");
        expect(sys_sbrk(16 * PGSIZE, how) == brk, "but as far as it");
        memset(brk, 1, 16 * PGSIZE);
        expect(sys_sbrk(-16 * PGSIZE, how) == wall, "and back");
    }
    expect_words(wall, 2, 7);
    unmap(wall, 2 * PGSIZE);
    expect(sys_sbrk(17 * PGSIZE, SBRK_EAGER) == brk && *word(wall, 0) == 0,
           "further when it is gone");
}

void unmap_refuses(void)
{
    char *heap = grow_heap(4 * PGSIZE, SBRK_EAGER);
    write_words(heap, 4, 3);
    map_at(FAR, 2, MAP_PRIVATE);
    write_words(FAR, 2, 8);
    expect(FAILS(munmap(FAR + 1, PGSIZE), EINVAL), "not from within a page");
    expect(FAILS(munmap(heap, PGSIZE), EINVAL), "not the heap");
    expect(FAILS(munmap(heap + 3 * PGSIZE, 100 * PGSIZE), EINVAL),
           "not its last page and what follows");
    munmap((char *)TRAPFRAME - PGSIZE, 4 * PGSIZE); // whatever they answer, all goes on
    munmap((char *)TRAMPOLINE, PGSIZE);
    munmap((char *)0xffffffc080000000, PGSIZE);
    munmap(FAR + 4 * PGSIZE, -PGSIZE);
    expect_words(heap, 4, 3);
    expect_words(FAR, 2, 8);
    unmap(FAR, 2 * PGSIZE);
}
