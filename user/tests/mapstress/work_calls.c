// What else a thread of mapstress does: it sleeps and wakes at words that threads share (futex),
// has the kernel write into its own pages (procmem_write), grows a child's heap, and makes, links,
// cuts and removes files.
#include "user/tests/mapstress/mapstress.h"

#define FUTEX_TICKS 2 // the longest sleep

static int bells[4]; // words to sleep at: a number that only grows

// One half sleeps until the word changes, or for a moment; the other half changes it and wakes all.
void use_futex(struct worker *w)
{
    int *bell = &bells[pick(w, 4)];
    int seen = __atomic_load_n(bell, __ATOMIC_RELAXED);

    if (pick(w, 2)) {
        int r = futex(bell, FUTEX_WAIT, seen, FUTEX_TICKS);
        expect(r == 0 || errno == EAGAIN || errno == ETIMEDOUT || errno == EINTR || out_of_memory(),
               "worker %d: futex wait", w->me);
    } else {
        __atomic_add_fetch(bell, 1, __ATOMIC_RELAXED);
        expect(futex(bell, FUTEX_WAKE, MAX_THREADS, 0) >= 0 || out_of_memory(),
               "worker %d: futex wake", w->me);
    }
}

// Anybody's pages, read-only ones, too: what is written there is a word as all others.
void write_own_memory(struct worker *w)
{
    uint64 words[COPY_MAX / 8 / 8];
    int n = 1 + pick(w, sizeof(words) / 8);

    for (int i = 0; i < n; i++)
        words[i] = new_word(w);
    int r = procmem_write(getpid(), any_word(w), words, n * 8);
    expect((r > 0 && r <= n * 8) || errno == EFAULT || errno == EACCES || out_of_memory(),
           "worker %d: procmem_write: %d", w->me, r);
}

// In a child alone, whose heap no other thread uses: what sbrk has promised can be stored into.
void grow_heap(struct worker *w)
{
    int size = (1 + pick(w, 20)) * PGSIZE;
    char *p = sbrk(size);

    if (p == (char *)-1) {
        expect(out_of_memory(), "worker %d: sbrk", w->me);
        return;
    }
    memset(p, 1 + pick(w, 100), size);
    expect(sbrk(-size) == p + size, "worker %d: sbrk back", w->me);
}

// A file of the thread's own: made, written, cut, linked, and removed while it is open and mapped.
void use_files(struct worker *w)
{
    char name[16], other[16];
    uint64 words[64];

    snprintf(name, sizeof name, "ms.%d", w->me);
    snprintf(other, sizeof other, "ms.%d+", w->me);
    int fd = open(name, O_CREATE | O_RDWR);
    if (fd < 0) {
        expect(out_of_memory() || errno == ENOSPC, "worker %d: open of %s", w->me, name);
        return;
    }
    for (int i = 0; i < 64; i++)
        words[i] = new_word(w);
    for (int i = pick(w, 40); i > 0; i--) {
        if (write(fd, words, sizeof words) < 0)
            expect(out_of_memory() || errno == ENOSPC, "worker %d: write of %s", w->me, name);
    }
    void *p = mmap(0, 2 * PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (link(name, other) == 0)
        expect(unlink(other) == 0 || out_of_memory(), "worker %d: unlink of %s", w->me, other);
    expect(unlink(name) == 0 || out_of_memory(), "worker %d: unlink of %s", w->me, name);
    if (ftruncate(fd, pick(w, 4 * PGSIZE)) < 0)
        expect(out_of_memory(), "worker %d: ftruncate of %s", w->me, name);
    if (p != MAP_FAILED)
        expect(munmap(p, 2 * PGSIZE) == 0 || out_of_memory(), "worker %d: munmap of %s", w->me,
               name);
    close(fd);
}
