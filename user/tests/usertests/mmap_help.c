// What the areas mmap, filemap and demand share: see mmap.h.
#include "user/tests/usertests/mmap.h"

#include "user/tests/usertests/procs_help.h"

static char *must_map(void *addr, long bytes, int prot, int flags, int fd, off_t offset)
{
    char *p = mmap(addr, bytes, prot, flags, fd, offset);
    expect(p != MAP_FAILED, "mmap(%p, %ld, %d, 0x%x, %d, %ld)", addr, bytes, prot, flags, fd,
           offset);
    expect((uint64)p % PGSIZE == 0 && (uint64)p >= USERBASE && (uint64)p + bytes <= TRAPFRAME,
           "a good place: %p", (void *)p);
    return p;
}

char *map_pages(long pages, int flags)
{
    return must_map(0, pages * PGSIZE, RW, flags | MAP_ANONYMOUS, -1, 0);
}

char *map_file(int fd, off_t offset, long bytes, int prot, int flags)
{
    return must_map(0, bytes, prot, flags, fd, offset);
}

char *map_at(char *p, long pages, int flags)
{
    char *got = must_map(p, pages * PGSIZE, RW, flags | MAP_FIXED | MAP_ANONYMOUS, -1, 0);
    expect(got == p, "a fixed mapping lies at %p, not %p", (void *)p, (void *)got);
    return p;
}

void unmap(void *p, long bytes) { expect(munmap(p, bytes) == 0, "munmap(%p, %ld)", p, bytes); }

void protect(void *p, long bytes, int prot)
{
    expect(mprotect(p, bytes, prot) == 0, "mprotect(%p, %ld, %d)", p, bytes, prot);
}

static char block[PGSIZE];

// In the few frames that the cache keeps, the last blocks that were used before give way to those
// of a file that is read then.
static void write_all_memory(void *arg)
{
    char *p = sbrk(0);
    (void)arg;
    own_pages();
    take_memory(0);
    for (char *end = sbrk(0); p < end; p += PGSIZE)
        *p = 1;
    int fd = open("filler", O_RDONLY);
    while (read(fd, block, sizeof(block)) > 0)
        ;
}

// With a file of 2 MiB the cache holds more than it keeps for itself and for those who map its
// pages.
void empty_cache(void)
{
    int fd = open("filler", O_CREATE | O_WRONLY);
    for (int i = 0; i < 512; i++)
        expect(write(fd, block, sizeof(block)) == sizeof(block), "filler");
    close(fd);
    sync();
    long evicted = counter_value("page_evicted");
    expect(status_of(write_all_memory, 0) == 0, "all memory is taken");
    expect(counter_value("page_evicted") > evicted, "the cache has given way");
    unlink("filler");
}
