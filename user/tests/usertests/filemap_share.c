// One file, several mappings, several processes.
#include "user/tests/usertests/filemap.h"

#include "user/tests/usertests/procs_help.h"

void map_two_views(void)
{
    int fd = filled_file("f", 4 * PGSIZE, 1);
    char *p = map_file(fd, 0, 4 * PGSIZE, RW, MAP_SHARED),
         *q = map_file(fd, PGSIZE, 3 * PGSIZE, RW, MAP_SHARED);
    char *r = map_file(fd, 0, 4 * PGSIZE, PROT_READ, MAP_PRIVATE);
    fill(p + PGSIZE, 0, PGSIZE, 2);
    expect(is_filled(q, 0, PGSIZE, 2) && is_filled(r + PGSIZE, 0, PGSIZE, 2),
           "a store is seen by the other views");
    fill(q + PGSIZE, 0, PGSIZE, 3);
    expect(is_filled(p + 2 * PGSIZE, 0, PGSIZE, 3) && is_filled(r + 2 * PGSIZE, 0, PGSIZE, 3),
           "both ways");
    for (int i = 1; i < 3; i++) {
        expect(frame_of(p + i * PGSIZE) == frame_of(q + (i - 1) * PGSIZE), "page %d is one frame",
               i);
        expect(frame_of(p + i * PGSIZE) == frame_of(r + i * PGSIZE), "for the private view, too");
    }
    unmap(p, 4 * PGSIZE);
    expect(is_filled(q, 0, PGSIZE, 2), "one view outlives the other");
    unmap(q, 3 * PGSIZE);
    unmap(r, 4 * PGSIZE);
    discard(fd, "f");
}

// A process that knows nothing of this one's mapping maps the file itself.
static void map_for_oneself(void *arg)
{
    uint64 *frames = arg;
    int fd = open("f", O_RDWR);
    char *p = map_file(fd, 0, 3 * PGSIZE, RW, MAP_SHARED);
    close(fd);
    expect(is_filled(p, 0, 3 * PGSIZE, 2), "what the other stored");
    for (int i = 0; i < 3; i++)
        frames[i] = frame_of(p + i * PGSIZE);
    fill(p + 2 * PGSIZE, 0, PGSIZE, 3);
}

void map_two_processes(void)
{
    int fd = filled_file("f", 3 * PGSIZE, 1);
    uint64 *frames = (uint64 *)map_pages(1, MAP_SHARED);
    if (must_fork() == 0) {
        char *p = map_file(fd, 0, 3 * PGSIZE, RW, MAP_SHARED);
        fill(p, 0, 3 * PGSIZE, 2);
        expect(status_of(map_for_oneself, frames) == 0, "another process maps it, too");
        for (int i = 0; i < 3; i++)
            expect(frames[i] != 0 && frame_of(p + i * PGSIZE) == frames[i], "page %d is one frame",
                   i);
        expect(is_filled(p + 2 * PGSIZE, 0, PGSIZE, 3), "what the other stored");
        exit(0);
    }
    expect_children(1);
    expect_filled(fd, 0, 2 * PGSIZE, 2);
    unmap(frames, PGSIZE);
    discard(fd, "f");
}

#define ROUNDS 100

// Round n is the storer's if n is even: it leaves n + 1 in all pages, at a place that moves.
static void take_turns(int fd, int mine)
{
    volatile long *turn = (long *)map_file(fd, 0, 5 * PGSIZE, RW, MAP_SHARED);
    char *p = (char *)turn + PGSIZE;
    while (*turn < ROUNDS) {
        if (*turn % 2 != mine)
            continue;
        long n = *turn, at = n * 24 % PGSIZE, next = n + 1;
        for (int i = 0; i < 4 && n > 0; i++)
            expect(*(long *)(p + i * PGSIZE + (n - 1) * 24 % PGSIZE) == n, "page %d in round %ld",
                   i, n);
        for (int i = 0; i < 4; i++) {
            if (mine == 0)
                *(long *)(p + i * PGSIZE + at) = next;
            else
                expect(lseek(fd, (1 + i) * PGSIZE + at, SEEK_SET) > 0 && write(fd, &next, 8) == 8,
                       "write");
        }
        *turn = next;
    }
}

void map_ping_pong(void)
{
    int fd = new_file("f");
    expect(ftruncate(fd, 5 * PGSIZE) == 0, "ftruncate");
    for (int i = 0; i < 2; i++) {
        if (must_fork() == 0) {
            take_turns(open("f", O_RDWR), i);
            exit(0);
        }
    }
    expect_children(2);
    discard(fd, "f");
}

void map_over_fork(void)
{
    int fd = filled_file("f", 4 * PGSIZE, 1);
    char *p = map_file(fd, 0, 4 * PGSIZE, RW, MAP_SHARED),
         *q = map_file(fd, 0, 4 * PGSIZE, RW, MAP_PRIVATE);
    fill(q, 0, PGSIZE, 2);
    expect(p[PGSIZE] == q[PGSIZE], "a page of both is touched");
    if (must_fork() == 0) {
        expect(is_filled(q, 0, PGSIZE, 2) && is_filled(q + PGSIZE, PGSIZE, 3 * PGSIZE, 1),
               "the private pages");
        fill(q, 0, 4 * PGSIZE, 3);
        expect(is_filled(p, 0, 4 * PGSIZE, 1), "the shared ones");
        fill(p, 0, 2 * PGSIZE, 4);
        fill(p + 3 * PGSIZE, 0, PGSIZE, 4);
        exit(0);
    }
    expect_children(1);
    expect(is_filled(p, 0, 2 * PGSIZE, 4) && is_filled(p + 3 * PGSIZE, 0, PGSIZE, 4),
           "the child's stores");
    expect(is_filled(p + 2 * PGSIZE, 2 * PGSIZE, PGSIZE, 1), "a page that nobody stored into");
    expect(is_filled(q, 0, PGSIZE, 2) && is_filled(q + 2 * PGSIZE, 2 * PGSIZE, PGSIZE, 1),
           "the private pages");
    fill(p + 2 * PGSIZE, 2 * PGSIZE, PGSIZE, 5);
    unmap(p, 4 * PGSIZE);
    unmap(q, 4 * PGSIZE);
    expect_filled(fd, 2 * PGSIZE, PGSIZE, 5);
    discard(fd, "f");
}

void map_unlinked(void)
{
    uint64 blocks = free_blocks();
    int fd = filled_file("f", 20 * PGSIZE, 1);
    char *p = map_file(fd, 0, 20 * PGSIZE, RW, MAP_SHARED);
    discard(fd, "f");
    expect(FAILS(open("f", O_RDONLY), ENOENT), "the name is gone");
    fd = filled_file("f", 20 * PGSIZE, 2); // another file of that name
    expect(is_filled(p, 0, 10 * PGSIZE, 1), "the file's bytes are not");
    fill(p + 5 * PGSIZE, 0, 15 * PGSIZE, 3);
    sync();
    expect(is_filled(p, 0, 5 * PGSIZE, 1) && is_filled(p + 5 * PGSIZE, 0, 15 * PGSIZE, 3),
           "and can be changed");
    expect_filled(fd, 0, 20 * PGSIZE, 2);
    discard(fd, "f");
    expect(free_blocks() + 20 <= blocks, "the file has its blocks still");
    unmap(p, 19 * PGSIZE);
    expect(is_filled(p + 19 * PGSIZE, 14 * PGSIZE, PGSIZE, 3), "the last page holds it");
    unmap(p + 19 * PGSIZE, PGSIZE);
    sync();
    expect(free_blocks() == blocks, "now they are free: %lu, not %lu", blocks, free_blocks());
}

void map_closed(void)
{
    int fd = filled_file("f", 3 * PGSIZE, 1);
    char *p = map_file(fd, 0, 3 * PGSIZE, RW, MAP_SHARED);
    close(fd);
    int other = filled_file("g", 3 * PGSIZE, 2);
    expect(other == fd, "the descriptor is another file's now");
    expect(is_filled(p, 0, 3 * PGSIZE, 1), "the mapping shows the first");
    fill(p, 0, 3 * PGSIZE, 3);
    unmap(p, 3 * PGSIZE);
    expect_filled(other, 0, 3 * PGSIZE, 2);
    discard(other, "g");
    fd = open("f", O_RDONLY);
    expect_filled(fd, 0, 3 * PGSIZE, 3);
    discard(fd, "f");
}

static void store_and_end(void *arg)
{
    char *argv[] = {"true", 0};
    int how = (long)arg, fd = open("f", O_RDWR);
    fill(map_file(fd, 0, 3 * PGSIZE, RW, MAP_SHARED), 0, 3 * PGSIZE, 10 + how);
    if (how == 1)
        *(volatile char *)0 = 1;
    if (how == 2)
        kill(getpid());
    if (how == 3)
        exec("/true", argv);
}

void map_file_ends_with_exit(void)
{
    int fd = filled_file("f", 3 * PGSIZE, 1);
    for (long how = 0; how < 4; how++) {
        int status = status_of(store_and_end, (void *)how);
        expect(status == (how == 1 || how == 2 ? -1 : 0), "end %ld", how);
        expect_filled(fd, 0, 3 * PGSIZE, 10 + how);
    }
    discard(fd, "f");
}

#define PIECES 60

// Page i of the file lies at place i * 7 % PIECES, in a mapping of its own.
void map_file_pieces(void)
{
    int fd = filled_file("f", PIECES * PGSIZE, 1);
    for (int i = 0; i < PIECES; i++) {
        char *at = FAR + i * 7 % PIECES * PGSIZE;
        expect(mmap(at, PGSIZE, RW, MAP_SHARED | MAP_FIXED, fd, i * PGSIZE) == at, "piece %d", i);
    }
    for (int place = 0; place < PIECES; place++) {
        int i = place * 43 % PIECES; // 7 * 43 is 1 modulo 60
        expect(is_filled(FAR + place * PGSIZE, i * PGSIZE, PGSIZE, 1), "page %d at place %d", i,
               place);
        fill(FAR + place * PGSIZE, i * PGSIZE, PGSIZE, 2);
    }
    expect_filled(fd, 0, PIECES * PGSIZE, 2);
    unmap(FAR, PIECES * PGSIZE);
    discard(fd, "f");
}

#define WRITERS 4

// Writer w has bytes [w * 1024, ...) of each page: it stores in even rounds, writes in odd ones.
static void be_writer(int w)
{
    int fd = open("f", O_RDWR), n = PGSIZE / WRITERS;
    char *p = map_file(fd, 0, 4 * PGSIZE, RW, MAP_SHARED);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 4; i++) {
            uint64 at = i * PGSIZE + w * n;
            if (round > 0)
                expect(is_filled(p + at, at, n, round - 1 + w), "writer %d, round %d, page %d", w,
                       round, i);
            if (round % 2)
                write_at(fd, at, n, round + w);
            else
                fill(p + at, at, n, round + w);
        }
        if (round % 16 == w)
            expect(msync(p, 4 * PGSIZE, MS_SYNC) == 0, "msync");
    }
}

void map_many_writers(void)
{
    int fd = new_file("f");
    expect(ftruncate(fd, 4 * PGSIZE) == 0, "ftruncate");
    run_children(be_writer, WRITERS);
    for (int i = 0; i < 4 * WRITERS; i++) {
        uint64 n = PGSIZE / WRITERS;
        expect_filled(fd, i * n, n, 49 + i % WRITERS);
    }
    discard(fd, "f");
}

// --- A futex ---

#define TURNS 1000

static void wait_in_turn(int *turn, int me)
{
    for (int i = 0; i < TURNS; i++) {
        while (__atomic_load_n(turn, __ATOMIC_SEQ_CST) != me)
            futex(turn, FUTEX_WAIT, !me, 0);
        __atomic_store_n(turn, !me, __ATOMIC_SEQ_CST);
        futex(turn, FUTEX_WAKE, 1, 0);
    }
}

static void use_with_child(int *turn, int *of_child)
{
    *turn = 0;
    if (must_fork() == 0) {
        wait_in_turn(of_child, 1);
        exit(0);
    }
    wait_in_turn(turn, 0);
    expect_children(1);
}

// A word of a shared page is one word, wherever each process sees it.
void map_futex(void)
{
    int *word = (int *)map_pages(1, MAP_SHARED);
    use_with_child(word, word);
    unmap(word, PGSIZE);
    int fd = filled_file("f", 2 * PGSIZE, 1);
    char *p = map_file(fd, 0, 2 * PGSIZE, RW, MAP_SHARED),
         *q = map_file(fd, PGSIZE, PGSIZE, RW, MAP_SHARED);
    use_with_child((int *)(p + PGSIZE + 100), (int *)(q + 100));
    unmap(p, 2 * PGSIZE);
    unmap(q, PGSIZE);
    discard(fd, "f");
}
