// What a thread of mapstress does. It keeps to what it knows of its own slots, and takes its chance
// with the others'.
#include "user/tests/mapstress/mapstress.h"

// --- Numbers and places ---

int pick(struct worker *w, int n)
{
    w->seed = w->seed * 6364136223846793005UL + 1442695040888963407UL;
    return (w->seed >> 33) % n;
}

static char *slot_of(int worker, int slot)
{
    return (char *)ARENA + (worker * SLOTS + slot) * 2L * SLOT_SIZE;
}

static char *own_page(struct worker *w, int slot, int page)
{
    return slot_of(w->me, slot) + page * PGSIZE;
}

char *any_word(struct worker *w)
{
    return slot_of(pick(w, nworkers), pick(w, SLOTS)) + pick(w, SLOT_SIZE / 8) * 8;
}

static void check_word(struct worker *w, const void *p, uint64 word)
{
    expect(word == 0 || word >> 32 == MAGIC, "worker %d finds 0x%lx at %p", w->me, word, p);
}

// --- Own slots ---

static void set_rights(struct worker *w, int slot, int from, int n, int rights)
{
    for (int i = from; i < from + n; i++)
        w->rights[slot][i] = rights;
}

// MAP_FIXED over all of a slot.
static void map_slot(struct worker *w)
{
    int slot = pick(w, SLOTS), flags = pick(w, 2) ? MAP_SHARED : MAP_PRIVATE,
        with_file = pick(w, 3) > 0;
    off_t offset = pick(w, FILE_PAGES - SLOT_PAGES + 1) * PGSIZE;
    char *p = slot_of(w->me, slot);
    flags |= MAP_FIXED | (with_file ? 0 : MAP_ANONYMOUS);
    void *got = mmap(p, SLOT_SIZE, PROT_READ | PROT_WRITE, flags, with_file ? w->file : -1,
                     with_file ? offset : 0);
    expect(got == p || errno == ENOMEM, "worker %d maps a slot at %p", w->me, (void *)p);
    set_rights(w, slot, 0, SLOT_PAGES, got == p ? PROT_READ | PROT_WRITE : GONE);
}

// A call that is given a page that is not there, or may not be used so, says so.
static void expect_refused(struct worker *w, char *page, int rights)
{
    uint64 word = 0;
    if (rights == GONE || rights == PROT_NONE)
        expect(write(w->ends[1], page, 8) == -1 && (errno == EFAULT || out_of_memory()),
               "worker %d: no write from %p", w->me, page);
    if (rights <= PROT_READ) {
        expect(write(w->ends[1], &word, 8) == 8, "worker %d: write to a pipe", w->me);
        expect(read(w->ends[0], page, 8) == -1 && (errno == EFAULT || out_of_memory()),
               "worker %d: no read into %p", w->me, page);
        expect(read(w->ends[0], &word, 8) == 8, "worker %d: the pipe has its bytes still", w->me);
    }
}

static void unmap_pages(struct worker *w)
{
    int slot = pick(w, SLOTS), from = pick(w, SLOT_PAGES), n = 1 + pick(w, SLOT_PAGES - from);
    if (munmap(own_page(w, slot, from), n * PGSIZE) < 0) {
        expect(out_of_memory(), "worker %d: munmap", w->me);
        return;
    }
    set_rights(w, slot, from, n, GONE);
    expect_refused(w, own_page(w, slot, from + pick(w, n)), GONE);
}

static void protect_pages(struct worker *w)
{
    static const int choices[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
                                  PROT_READ | PROT_WRITE};
    int slot = pick(w, SLOTS), from = pick(w, SLOT_PAGES), n = 1 + pick(w, SLOT_PAGES - from);
    int rights = choices[pick(w, 4)], hole = 0;
    for (int i = from; i < from + n; i++)
        hole |= w->rights[slot][i] == GONE;
    if (hole)
        return;
    // A wild thread may have made a hole since.
    if (mprotect(own_page(w, slot, from), n * PGSIZE, rights) < 0) {
        if (out_of_memory())
            return;
        set_rights(w, slot, from, n, GONE);
        expect(munmap(own_page(w, slot, from), n * PGSIZE) == 0,
               "worker %d: munmap of what is left", w->me);
        return;
    }
    set_rights(w, slot, from, n, rights);
    expect_refused(w, own_page(w, slot, from + pick(w, n)), rights);
}

// Loads and stores in pages that allow it.
static void touch_pages(struct worker *w)
{
    for (int i = 0; i < 20; i++) {
        int slot = pick(w, SLOTS), page = pick(w, SLOT_PAGES), rights = w->rights[slot][page];
        volatile uint64 *p = (uint64 *)own_page(w, slot, page) + pick(w, PGSIZE / 8);
        if (rights == GONE || rights == PROT_NONE)
            continue;
        check_word(w, (void *)p, *p);
        if (rights & PROT_WRITE)
            *p = new_word(w);
    }
}

// --- Anybody's ---

// Between the file and anybody's pages: all arrives, or a part, or it is refused.
static void read_file(struct worker *w)
{
    lseek(w->file, pick(w, FILE_PAGES * PGSIZE / 8) * 8, SEEK_SET);
    int n = pick(w, COPY_MAX / 8) * 8, r = read(w->file, any_word(w), n);
    expect(r <= n && (r >= 0 || errno == EFAULT || out_of_memory()),
           "worker %d: read of %d bytes: %d", w->me, n, r);
}

static void write_file(struct worker *w)
{
    int at = pick(w, (FILE_PAGES * PGSIZE - COPY_MAX) / 8) * 8, n = pick(w, COPY_MAX / 8) * 8;
    lseek(w->file, at, SEEK_SET);
    int r = write(w->file, any_word(w), n);
    expect(r <= n && (r >= 0 || errno == EFAULT || out_of_memory()),
           "worker %d: write of %d bytes: %d", w->me, n, r);
}

// From anybody's pages through a pipe to anybody's.
static void copy_through_pipe(struct worker *w)
{
    uint64 words[32];
    int n = write(w->ends[1], any_word(w), 8 * (1 + pick(w, 32)));
    int r = n > 0 ? read(w->ends[0], any_word(w), n) : 0;
    while (r < n) {
        int more = read(w->ends[0], words, n - (r < 0 ? 0 : r));
        expect(more > 0, "worker %d: %d of %d bytes of a pipe", w->me, r, n);
        for (int i = 0; r <= 0 && i < more / 8; i++)
            check_word(w, words, words[i]);
        r = (r < 0 ? 0 : r) + more;
    }
}

static void advise_pages(struct worker *w)
{
    char *p = (char *)PGROUNDDOWN((uint64)any_word(w));
    switch (pick(w, 4)) {
    case 0:
        msync(p, pick(w, SLOT_SIZE) + 1, pick(w, 2) ? MS_SYNC : MS_ASYNC);
        break;
    case 1:
        madvise(p, pick(w, SLOT_SIZE) + 1, MADV_WILLNEED);
        break;
    default:
        madvise(p, pick(w, SLOT_SIZE) + 1, MADV_DONTNEED);
    }
}

// The child has this thread only, and all slots as they are.
static void fork_one(struct worker *w)
{
    int status, pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 5; i++) {
            touch_pages(w);
            (i % 2 ? map_slot : unmap_pages)(w);
            grow_heap(w);
        }
        exit(0);
    }
    if (pid < 0)
        return;
    expect(waitpid(pid, &status, 0) == pid, "worker %d: its child is waited for", w->me);
    expect(status == 0 || (status == -1 && (wild || little_memory)),
           "worker %d: a child ends with %d", w->me, status);
}

static void wild_load(struct worker *w) { (void)*(volatile uint64 *)any_word(w); }

static void wild_store(struct worker *w) { *(volatile uint64 *)any_word(w) = new_word(w); }

static void wild_unmap(struct worker *w)
{
    munmap((char *)PGROUNDDOWN((uint64)any_word(w)), PGSIZE);
}

static void wild_protect(struct worker *w)
{
    mprotect((char *)PGROUNDDOWN((uint64)any_word(w)), PGSIZE, pick(w, 2) ? PROT_NONE : PROT_READ);
}

static void wild_truncate(struct worker *w)
{
    ftruncate(w->file, pick(w, FILE_PAGES) * PGSIZE);
    ftruncate(w->file, FILE_PAGES * PGSIZE);
}

// What may kill the crew.
static void be_wild(struct worker *w)
{
    static void (*const deeds[])(struct worker *) = {wild_load, wild_store, wild_unmap,
                                                     wild_protect, wild_truncate};
    if (wild && pick(w, 20) == 0)
        deeds[pick(w, 5)](w);
}

static void (*const operations[])(struct worker *) = {
    touch_pages,  touch_pages,  touch_pages,       touch_pages,       map_slot,
    map_slot,     unmap_pages,  read_file,         read_file,         write_file,
    write_file,   advise_pages, copy_through_pipe, copy_through_pipe, fork_one,
    advise_pages, advise_pages, protect_pages,     be_wild,           use_futex,
    use_futex,    use_files,    write_own_memory,
};

int work(void *arg)
{
    struct worker *w = arg;
    for (int i = 0; i < w->ops; i++)
        operations[pick(w, sizeof(operations) / sizeof(operations[0]))](w);
    return 0;
}
