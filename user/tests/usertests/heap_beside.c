// Memory that sbrk has promised is there, even if other processes fill the block cache meanwhile.
#include "user/tests/usertests/files_data.h"
#include "user/tests/usertests/heap.h"
#include "user/tests/usertests/heap_probe.h"

// Promises itself all the memory there is: its start.
static char *take_promises(void)
{
    own_pages();
    char *start = grow_heap(0, SBRK_EAGER);
    for (int step = MB; step >= PGSIZE; step /= 16)
        while (sbrk(step) != SBRK_ERROR)
            ;
    return start;
}

// Spends all promises, and gives the memory back.
static void spend_promises(char *start)
{
    long pages = ((char *)sbrk(0) - start) / PGSIZE;
    write_words(start, pages, 3);
    expect_words(start, pages, 3);
    sbrk(start - (char *)sbrk(0));
}

enum { SIZE = 12 << 20 };

static struct gate ready, go;

// Touches a page of each piece that one page table maps, and, when it is told to, all the others.
static void map_and_touch(int fd)
{
    volatile char *p = mmap(0, SIZE, PROT_READ, MAP_SHARED, fd, 0);
    expect(p != MAP_FAILED, "mmap");
    for (int at = 0; at < SIZE; at += 1 << 20)
        (void)p[at];
    own_pages();
    open_gate(&ready);
    wait_at(&go);
    for (int at = 0; at < SIZE; at += PGSIZE)
        (void)p[at];
    exit(0);
}

void promise_beside_mapping(void)
{
    int status, fd = filled_file("f", SIZE, 1);
    expect(fsync(fd) == 0, "fsync");
    settle();
    ready = make_gate();
    go = make_gate();
    int pid = must_fork();
    if (pid == 0)
        map_and_touch(fd);
    wait_at(&ready);
    char *start = take_promises();
    open_gate(&go);
    expect(waitpid(pid, &status, 0) == pid && status == -1,
           "who maps more than there is ends with -1, not %d", status);
    spend_promises(start);
    discard(fd, "f");
}

// Files whose inodes lie in as many blocks.
enum { BLOCKS = 100, STRIDE = BSIZE / sizeof(struct dinode), HOLDERS = 2 };

static void name_of(char *name, int i) { snprintf(name, 20, "f%d", i); }

static void hold_files(int which)
{
    char name[20];
    own_pages();
    open_gate(&ready);
    wait_at(&go);
    for (int i = which; i < BLOCKS; i += HOLDERS) {
        name_of(name, i * STRIDE);
        open(name, O_RDONLY); // may fail for want of memory
    }
    pause(1000000);
}

void promise_beside_inodes(void)
{
    char name[20];
    int pids[HOLDERS];
    for (int i = 0; i < BLOCKS * (int)STRIDE; i++) {
        name_of(name, i);
        close(new_file(name));
    }
    for (int i = 0; i < BLOCKS * (int)STRIDE; i++) {
        name_of(name, i);
        if (i % STRIDE != 0)
            remove(name);
    }
    settle();
    go = make_gate();
    for (int i = 0; i < HOLDERS; i++) {
        ready = make_gate();
        pids[i] = must_fork();
        if (pids[i] == 0)
            hold_files(i);
        wait_at(&ready);
    }
    char *start = take_promises();
    sbrk(-24 * PGSIZE); // what else it takes to open files
    open_gate(&go);
    pause(20);
    spend_promises(start);
    for (int i = 0; i < HOLDERS; i++)
        kill(pids[i]);
    while (wait(0) > 0)
        ;
    for (int i = 0; i < BLOCKS; i++) {
        name_of(name, i * STRIDE);
        remove(name);
    }
}
