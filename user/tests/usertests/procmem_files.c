// Writing from outside into what is mapped (procmem.h).
#include "user/lib/thread.h"
#include "user/tests/usertests/procmem.h"

#define SIZE (3 * PGSIZE + 100) // bytes of the file

static char held[4 * PGSIZE]; // what the file holds

// The file "f", full of 'f's, open in that mode.
static int open_f(int mode)
{
    int fd = open("f", O_CREATE | O_WRONLY);
    memset(held, 'f', SIZE);
    expect(fd >= 0 && write_all(fd, held, SIZE) == 0 && close(fd) == 0, "make f");
    fd = open("f", mode);
    expect(fd >= 0, "open f");
    return fd;
}

static void remove_f(int fd)
{
    close(fd);
    expect(unlink("f") == 0, "unlink f");
}

static char *map(int fd, int pages, int prot, int flags)
{
    char *p = mmap(0, pages * PGSIZE, prot, flags, fd, 0);
    expect(p != MAP_FAILED, "mmap");
    return p;
}

// The file holds 'f's, but for n bytes c from `at` on.
static void expect_file(int fd, int at, int n, char c)
{
    expect(lseek(fd, 0, SEEK_SET) == 0 && read_all(fd, held, sizeof(held)) == SIZE,
           "read the file");
    expect_bytes("the file, before", held, at, 'f');
    expect_bytes("the file", held + at, n, c);
    expect_bytes("the file, behind", held + at + n, SIZE - at - n, 'f');
}

void procmem_private_file(void)
{
    int fd = open_f(O_RDONLY);
    char *p = map(fd, 4, PROT_READ, MAP_PRIVATE), *other = map(fd, 4, PROT_READ, MAP_PRIVATE);
    expect(p[0] == 'f' && other[PGSIZE] == 'f', "one page is there, the others perhaps");
    poke_oneself(p + PGSIZE - 3, 'x', PGSIZE + 6);
    expect_bytes("what was written", p + PGSIZE - 3, PGSIZE + 6, 'x');
    expect(p[PGSIZE - 4] == 'f' && p[2 * PGSIZE + 3] == 'f', "beside it");
    expect_bytes("another mapping", other, SIZE, 'f');
    expect_file(fd, 0, 0, 0);
    expect((pgpte(p + PGSIZE) & (PTE_W | PTE_R)) == PTE_R, "the program may still not write there");
    expect(madvise(p, 4 * PGSIZE, MADV_DONTNEED) == 0, "madvise");
    expect_bytes("the mapping again", p, SIZE, 'f');
    expect(munmap(p, 4 * PGSIZE) == 0 && munmap(other, 4 * PGSIZE) == 0, "munmap");
    remove_f(fd);
}

void procmem_beyond_file(void)
{
    int fd = open_f(O_RDONLY);
    char *p = map(fd, 6, PROT_READ, MAP_PRIVATE);
    expect(procmem_write(getpid(), p + SIZE, "xx", 2) == 2, "in the last page, behind the end");
    expect(p[SIZE] == 'x' && p[SIZE + 2] == 0 && p[SIZE - 1] == 'f', "it is there");
    expect_no_poke("beyond the last page", p + 4 * PGSIZE, EFAULT);
    expect(procmem_write(getpid(), p + 4 * PGSIZE - 5, "xxxxxxxx", 8) == 5, "up to there");
    expect_file(fd, 0, 0, 0);
    expect(munmap(p, 6 * PGSIZE) == 0, "munmap");
    remove_f(fd);
}

// After fsync the entry has lost the right to be stored to.
void procmem_shared_file(void)
{
    int fd = open_f(O_RDWR);
    char *p = map(fd, 4, PROT_READ | PROT_WRITE, MAP_SHARED);
    poke_oneself(p + PGSIZE - 3, 'x', 5);
    expect_file(fd, PGSIZE - 3, 5, 'x');
    expect(fsync(fd) == 0, "fsync");
    poke_oneself(p + PGSIZE - 3, 'y', 5);
    expect_file(fd, PGSIZE - 3, 5, 'y');
    expect(munmap(p, 4 * PGSIZE) == 0, "munmap");
    remove_f(fd);
}

extern char end[];

void procmem_shared_read_only(void)
{
    char *process_page = (char *)PGROUNDUP((uint64)end);
    static const int modes[] = {O_RDONLY, O_RDWR};
    for (int i = 0; i < 2; i++) {
        int fd = open_f(modes[i]);
        char *p = map(fd, 4, PROT_READ, MAP_SHARED);
        expect_no_poke("shared, untouched", p + 10, EFAULT);
        expect(p[10] == 'f', "as it was");
        expect_no_poke("shared, mapped", p + 10, EFAULT);
        expect_file(fd, 0, 0, 0);
        expect(munmap(p, 4 * PGSIZE) == 0, "munmap");
        remove_f(fd);
    }
    char *p = map(-1, 1, PROT_READ, MAP_SHARED | MAP_ANONYMOUS);
    expect_no_poke("shared memory", p, EFAULT);
    expect_no_poke("the process page", process_page, EFAULT);
    expect(ugetpid() == getpid(), "it is as it was");
    expect_no_poke("the process page, mapped", process_page, EFAULT);
    expect(munmap(p, PGSIZE) == 0, "munmap");
}

static char *memory;

static int memory_is_new(void) { return memory[5] != 'x'; }

static int memory_is_old(void) { return memory[5] != 'm'; }

void procmem_shared_memory(void)
{
    memory = map(-1, 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS);
    memset(memory, 'm', PGSIZE);
    hold_children();
    int written = start_waiting(memory_is_new), other = start_waiting(memory_is_new);
    expect(procmem_write(written, memory + 5, "x", 1) == 1, "into a child's shared memory");
    expect(memory_is_new() == 0, "all see it");
    release_children();
    expect_status(written, 0);
    expect_status(other, 0);
    expect(munmap(memory, PGSIZE) == 0, "munmap");
}

// Pages of one's own that may only be read, then not even that; then everything again.
void procmem_protected(void)
{
    memory = map(-1, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    memset(memory, 'm', PGSIZE);
    expect(mprotect(memory, 2 * PGSIZE, PROT_READ) == 0, "mprotect");
    hold_children();
    int child = start_waiting(memory_is_old);
    poke_oneself(memory + 5, 'x', 1);
    poke_oneself(memory + PGSIZE, 'z', 1);
    expect(memory_is_new() == 0 && memory[PGSIZE] == 'z' && memory[PGSIZE + 1] == 0,
           "what was written");
    release_children();
    expect_status(child, 0);
    expect(mprotect(memory, 2 * PGSIZE, PROT_NONE) == 0, "mprotect");
    expect_no_poke("what may not even be read", memory, EFAULT);
    expect(mprotect(memory, 2 * PGSIZE, PROT_READ | PROT_WRITE) == 0, "mprotect");
    memory[6] = 'w';
    expect(memory_is_new() == 0 && memory[4] == 'm' && memory[PGSIZE] == 'z', "all is still there");
    expect(munmap(memory, 2 * PGSIZE) == 0, "munmap");
}

// --- known 23 ---

static int stop;

static int drop_copies(void *p)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        if (madvise(p, PGSIZE, MADV_DONTNEED) < 0)
            return 1;
    return 0;
}

static int write_copies(void *p)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        if (procmem_write(getpid(), (char *)p + 10, "x", 1) != 1)
            return 1;
    return 0;
}

// The copy that a write has made is dropped before the write finds it.
void procmem_keeps_intent(void)
{
    int fd = open_f(O_RDONLY);
    char *p = map(fd, 1, PROT_READ, MAP_PRIVATE);
    struct thread dropper, writer;
    expect(thread_create(&dropper, drop_copies, p) == 0 &&
               thread_create(&writer, write_copies, p) == 0,
           "threads");
    for (int until = uptime() + 50; uptime() < until; pause(1))
        expect_file(fd, 0, 0, 0);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    int status;
    expect(thread_join(&dropper, &status) == 0 && status == 0, "madvise");
    expect(thread_join(&writer, &status) == 0 && status == 0, "procmem_write");
    expect(munmap(p, PGSIZE) == 0, "munmap");
    remove_f(fd);
}
