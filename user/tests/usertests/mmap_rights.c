// mprotect: what programs and system calls can do with pages afterwards.
#include "user/tests/usertests/mmap.h"

#include "user/tests/usertests/procs_help.h"

void protect_none_and_back(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        char *p = map_pages(8, flags);
        write_words(p, 4, 20);
        protect(p, 8 * PGSIZE, PROT_NONE);
        for (int i = 0; i < 8; i += 3)
            expect(load_kills((uint64)p + i * PGSIZE) && store_kills((uint64)p + i * PGSIZE),
                   "page %d is closed", i);
        protect(p, 8 * PGSIZE, RW);
        expect_words(p, 4, 20);
        expect(is_zero(p + 4 * PGSIZE, 4 * PGSIZE), "untouched pages are zero still");
        write_words(p, 8, 30);
        expect_words(p, 8, 30);
        unmap(p, 8 * PGSIZE);
    }
}

void protect_read_only(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        char *p = map_pages(8, flags);
        write_words(p, 4, 20);
        protect(p, 8 * PGSIZE, PROT_READ);
        expect_words(p, 4, 20);
        expect(is_zero(p + 4 * PGSIZE, 2 * PGSIZE), "two more are read");
        for (int i = 0; i < 8; i++)
            expect(store_kills((uint64)p + i * PGSIZE), "a store to page %d", i);
        expect_words(p, 4, 20);
        protect(p, 8 * PGSIZE, RW);
        write_words(p, 8, 30);
        expect_words(p, 8, 30);
        unmap(p, 8 * PGSIZE);
    }
}

void protect_parts(void)
{
    static const int rights[] = {PROT_NONE, PROT_READ, RW};
    char *p = map_pages(9, MAP_PRIVATE);
    write_words(p, 9, 1);
    for (int i = 0; i < 9; i++)
        protect(p + i * PGSIZE, 1, rights[i % 3]);
    for (int i = 0; i < 9; i++) {
        expect(load_kills((uint64)p + i * PGSIZE) == (i % 3 == 0), "loads from page %d", i);
        expect(store_kills((uint64)p + i * PGSIZE) == (i % 3 != 2), "stores to page %d", i);
    }
    protect(p + PGSIZE, 7 * PGSIZE, RW); // over all of them but the first and the last
    expect_words(p + PGSIZE, 8, 2);
    write_words(p + PGSIZE, 8, 9);
    expect(load_kills((uint64)p), "the first is as it was");
    protect(p, 9 * PGSIZE, PROT_READ);
    expect(*word(p, 0) == 1, "and has its bytes");
    expect_words(p + PGSIZE, 8, 9);
    unmap(p, 9 * PGSIZE);
}

// Code that lies in its own page, from which it runs wherever that is: returns 42, then 43.
static const uint code[] = {0x02a00513, 0x00008067}; // li a0, 42; ret

void protect_execute(void)
{
    char *p = map_pages(2, MAP_PRIVATE);
    int (*f)(void) = (int (*)(void))p;
    for (uint i = 0; i < 3; i++) {
        memcpy(p, code, sizeof(code));
        *(uint *)p += i << 20;
        expect(fetch_kills((uint64)p), "no page that can be written is executed");
        protect(p, PGSIZE, PROT_READ | PROT_EXEC);
        expect(f() == 42 + (int)i, "the code of round %d runs", i);
        expect(store_kills((uint64)p), "and can be written no more");
        protect(p, PGSIZE, RW);
    }
    expect(fetch_kills((uint64)p + PGSIZE), "nor one that is untouched");
    unmap(p, 2 * PGSIZE);
}

void protect_execute_shared(void)
{
    char *p = map_pages(1, MAP_SHARED);
    memcpy(p, code, sizeof(code));
    protect(p, PGSIZE, PROT_READ | PROT_EXEC);
    int pid = must_fork();
    if (pid == 0)
        exit(((int (*)(void))p)());
    expect_status(pid, 42);
    unmap(p, PGSIZE);
}

void protect_refuses(void)
{
    char *p = map_at(FAR, 4, MAP_PRIVATE);
    write_words(p, 4, 5);
    expect(FAILS(mprotect(p + 1, PGSIZE, PROT_READ), EINVAL), "an unaligned address");
    expect(FAILS(mprotect(p, PGSIZE, PROT_WRITE | PROT_EXEC), EINVAL), "write with execute");
    expect(FAILS(mprotect(p, PGSIZE, RW | PROT_EXEC), EINVAL), "all three");
    expect(FAILS(mprotect(p + 4 * PGSIZE, PGSIZE, PROT_READ), ENOMEM), "a hole");
    expect(FAILS(mprotect(p - PGSIZE, 2 * PGSIZE, PROT_READ), ENOMEM), "a hole before it");
    expect(mprotect((char *)TRAPFRAME, PGSIZE, RW) == -1, "what is the kernel's");
    expect(mprotect((char *)0xffffffc080000000, PGSIZE, RW) == -1, "all of it");
    unmap(p + PGSIZE, PGSIZE);
    expect(FAILS(mprotect(p, 4 * PGSIZE, RW), ENOMEM), "a hole in the middle");
    expect(*word(p, 0) == 5 && *word(p, 2) == 7, "the bytes stay");
    unmap(p, 4 * PGSIZE);
}

// Both have the pages copy-on-write, and both may write them again by mprotect.
void protect_after_fork(void)
{
    char *p = map_pages(8, MAP_PRIVATE);
    struct gate g = make_gate();
    write_words(p, 8, 1);
    if (must_fork() == 0) {
        protect(p, 8 * PGSIZE, PROT_READ);
        protect(p, 8 * PGSIZE, RW);
        wait_at(&g);
        expect_words(p, 8, 1);
        write_words(p, 8, 100);
        expect_words(p, 8, 100);
        exit(0);
    }
    protect(p, 8 * PGSIZE, PROT_NONE);
    protect(p, 8 * PGSIZE, RW);
    write_words(p, 4, 200);
    open_gate(&g);
    expect_children(1);
    expect_words(p, 4, 200);
    expect_words(p + 4 * PGSIZE, 4, 5);
    unmap(p, 8 * PGSIZE);
}

static void expect_calls(char *p, int zero, int to, int readable, int writable)
{
    int r = read(zero, p, 10);
    expect(writable ? r == 10 : FAILS(r, EFAULT), "read() into the page: %d", r);
    r = write(to, p, 10);
    expect(readable ? r == 10 : FAILS(r, EFAULT), "write() from the page: %d", r);
}

void protect_stops_system_calls(void)
{
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) {
        char *p = map_pages(2, flags);
        int zero = open("/zero", O_RDONLY), to = new_file("f");
        *p = 1;
        for (int i = 0; i < 2; i++) { // a touched and an untouched page
            expect_calls(p + i * PGSIZE, zero, to, 1, 1);
            protect(p, 2 * PGSIZE, PROT_READ);
            expect_calls(p + i * PGSIZE, zero, to, 1, 0);
            protect(p, 2 * PGSIZE, PROT_NONE);
            expect_calls(p + i * PGSIZE, zero, to, 0, 0);
            protect(p, 2 * PGSIZE, RW);
            expect_calls(p + i * PGSIZE, zero, to, 1, 1);
        }
        unmap(p, 2 * PGSIZE);
        expect_calls(p, zero, to, 0, 0);
        close(zero);
        discard(to, "f");
    }
}
