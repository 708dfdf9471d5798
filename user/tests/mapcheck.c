// mapcheck [-s seed] [-n ops]: one file, changed and seen in all ways that there are, by processes
// that take turns; each byte is compared with a model of the file.
//
// The model lies in memory that all processes share, with the baton's state: who has the baton does
// some operations on the file and on the model, and hands it on through a pipe to any of them. Each
// has its own descriptor and its own mappings of the file, so that what one does must reach the
// others' tables, on other harts, before their next turn. The seed decides all.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/lib/test.h"

#define USAGE   "mapcheck [-s seed] [-n ops]"
#define NAME    "/mapcheck.dat"
#define PAGES   24
#define WINDOW  (PAGES * PGSIZE) // the file is never longer
#define WORKERS 4
#define TURN    4 // operations before the baton is handed on, at most

static struct shared {
    long done, wanted, seed; // operations; how many; the seed of the next is seed + done
    long size;               // of the file
    char bytes[WINDOW];      // what it holds; 0 beyond size
} * model;

static char buffer[WINDOW];
static int fd;     // this process's
static char *view; // its shared mapping, which can be written; 0: it has none
static const char *doing = "begin";

static int pick(int n) { return rand() % n; }

// Near the edge of a page more often than not; at most limit.
static int place(int limit)
{
    int at = pick(limit + 1);
    if (pick(2))
        at = at / PGSIZE * PGSIZE + pick(9) - 4;
    return at < 0 ? 0 : at > limit ? limit : at;
}

// How many bytes from at on: mostly few, at most room.
static int length(int room)
{
    int n = pick(4) == 0 ? pick(3 * PGSIZE) : pick(64);
    return n < room ? n : room;
}

static void expect_same(const char *got, int at, int n)
{
    for (int i = 0; i < n; i++)
        expect(got[i] == model->bytes[at + i],
               "operation %ld, %s: byte %d of %ld is 0x%x, not 0x%x", model->done, doing, at + i,
               model->size, got[i], model->bytes[at + i]);
}

static void must(int ok, int at, int n)
{
    expect(ok, "operation %ld: %s of %d bytes at %d of %ld", model->done, doing, n, at,
           model->size);
}

static void changed(int at, int n)
{
    if (n > 0 && at + n > model->size)
        model->size = at + n;
}

static void seek(int at) { must(lseek(fd, at, SEEK_SET) == at, at, 0); }

static char *map_view(void)
{
    if (view == 0) {
        view = mmap(0, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        must(view != MAP_FAILED, 0, WINDOW);
    }
    return view;
}

static void write_bytes(void)
{
    int at = place(model->size), n = length(WINDOW - at), first = rand();
    for (int i = 0; i < n; i++)
        model->bytes[at + i] = first + i * 7;
    seek(at);
    must(write(fd, model->bytes + at, n) == n, at, n);
    changed(at, n);
}

static void store_bytes(void)
{
    int at = place(model->size), n = length(model->size - at), first = rand();
    char *to = map_view() + at;
    for (int i = 0; i < n; i++)
        to[i] = model->bytes[at + i] = first + i * 5;
}

// What lies behind the end in the last page is no part of the file.
static void store_behind_end(void)
{
    int n = PGROUNDUP(model->size) - model->size;
    if (n > 0)
        memset(map_view() + model->size, 'X', n);
}

static void read_bytes(void)
{
    int at = place(model->size), n = length(WINDOW),
        have = model->size - at < n ? model->size - at : n;
    seek(at);
    must(read(fd, buffer, n) == have, at, n);
    expect_same(buffer, at, have);
}

static void load_bytes(void)
{
    int at = place(model->size);
    expect_same(map_view() + at, at, length(model->size - at));
}

// A private mapping that is new: whether one that was touched sees later changes of the file is not
// said.
static void load_privately(void)
{
    int at = place(model->size), n = length(model->size - at);
    char *p = mmap(0, WINDOW, PROT_READ, MAP_PRIVATE, fd, 0);
    must(p != MAP_FAILED, 0, WINDOW);
    expect_same(p + at, at, n);
    must(munmap(p, WINDOW) == 0, 0, WINDOW);
}

// Two ranges of the file that do not meet: *from and *to; how long.
static int two_ranges(int *from, int *to)
{
    int a = place(model->size), b = place(model->size), low = a < b ? a : b, high = a < b ? b : a;
    int n = length(high - low < model->size - high ? high - low : model->size - high);
    *from = a;
    *to = b;
    return n;
}

static void read_into_view(void)
{
    int from, to, n = two_ranges(&from, &to);
    char *p = map_view() + to;
    seek(from);
    must(read(fd, p, n) == n, from, n);
    memmove(model->bytes + to, model->bytes + from, n);
    expect_same(p, to, n);
}

static void write_from_view(void)
{
    int from, to, n = two_ranges(&from, &to);
    char *p = map_view() + from;
    seek(to);
    must(write(fd, p, n) == n, to, n);
    memmove(model->bytes + to, model->bytes + from, n);
}

static void sync_view(void)
{
    int at = pick(PAGES) * PGSIZE;
    must(msync(map_view() + at, pick(WINDOW - at) + 1, pick(2) ? MS_SYNC : MS_ASYNC) == 0, at, 0);
    if (pick(4) == 0)
        must(fsync(fd) == 0, 0, 0);
}

static void advise(void)
{
    int at = pick(PAGES) * PGSIZE;
    must(madvise(map_view() + at, pick(WINDOW - at) + 1, pick(4) ? MADV_DONTNEED : MADV_WILLNEED) ==
             0,
         at, 0);
}

static void unmap_view(void)
{
    if (view)
        must(munmap(view, WINDOW) == 0, 0, WINDOW);
    view = 0;
}

// A part of the view goes, and comes back where it was.
static void remap_part(void)
{
    int at = pick(PAGES) * PGSIZE, n = (1 + pick(PAGES - at / PGSIZE)) * PGSIZE;
    char *p = map_view() + at;
    if (pick(2))
        must(munmap(p, n) == 0, at, n);
    must(mmap(p, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, at) == p, at, n);
}

static void protect_part(void)
{
    int at = pick(PAGES) * PGSIZE, n = (1 + pick(PAGES - at / PGSIZE)) * PGSIZE;
    char *p = map_view() + at;
    must(mprotect(p, n, pick(2) ? PROT_NONE : PROT_READ) == 0, at, n);
    must(mprotect(p, n, PROT_READ | PROT_WRITE) == 0, at, n);
}

static void store_privately(void)
{
    int at = place(model->size), n = length(model->size - at);
    char *p = mmap(0, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    must(p != MAP_FAILED, 0, WINDOW);
    memset(p + at, '?', n);
    must(munmap(p, WINDOW) == 0, 0, WINDOW);
}

static void truncate(void)
{
    int to = place(WINDOW);
    if (pick(2))
        to = place(model->size);
    must(ftruncate(fd, to) == 0, to, 0);
    if (to < model->size)
        memset(model->bytes + to, 0, model->size - to);
    model->size = to;
}

static void open_again(void)
{
    close(fd);
    fd = open(NAME, O_RDWR);
    must(fd >= 0, 0, 0);
}

static void check_size(void)
{
    struct stat st;
    must(fstat(fd, &st) == 0 && (long)st.size == model->size, st.size, 0);
}

static void check_all(void)
{
    check_size();
    seek(0);
    must(read_all(fd, buffer, WINDOW) == model->size, 0, WINDOW);
    expect_same(buffer, 0, model->size);
    expect_same(map_view(), 0, model->size);
}

struct operation {
    const char *name;
    void (*run)(void);
    int weight;
};

static void in_child(void);

static const struct operation operations[] = {
    {"write", write_bytes, 20},
    {"store", store_bytes, 30},
    {"store behind the end", store_behind_end, 3},
    {"read", read_bytes, 20},
    {"load", load_bytes, 20},
    {"load from a private mapping", load_privately, 5},
    {"read into the mapping", read_into_view, 10},
    {"write from the mapping", write_from_view, 10},
    {"msync", sync_view, 1},
    {"madvise", advise, 4},
    {"munmap", unmap_view, 3},
    {"mmap over a part", remap_part, 3},
    {"mprotect", protect_part, 3},
    {"private store", store_privately, 3},
    {"ftruncate", truncate, 5},
    {"open", open_again, 1},
    {"fstat", check_size, 2},
    {"check of all", check_all, 1},
    {"an operation in a child", in_child, 2},
};

static void run_one(void)
{
    int total = 0, n;
    const struct operation *op = operations;
    for (uint i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        total += operations[i].weight;
    for (n = pick(total); n >= op->weight; op++)
        n -= op->weight;
    doing = op->name;
    op->run();
}

// The child has its parent's mappings, and its stores are the file's.
static void in_child(void)
{
    int status, pid = must_fork();
    if (pid == 0) {
        run_one();
        exit(0);
    }
    must(waitpid(pid, &status, 0) == pid && status == 0, status, 0);
}

// Until there is nothing left to do: takes the baton, hands it on.
static void be_worker(int me, int batons[WORKERS][2])
{
    char token;
    fd = open(NAME, O_RDWR);
    expect(fd >= 0, "%s can be opened", NAME);
    while (read(batons[me][0], &token, 1) == 1) {
        srand(model->seed + model->done * 1000003);
        for (int i = 1 + pick(TURN); i > 0 && model->done < model->wanted; i--) {
            run_one();
            model->done++;
            if (model->done % 10000 == 0)
                printf("mapcheck: %ld operations\n", model->done);
        }
        int next = model->done < model->wanted ? pick(WORKERS) : (me + 1) % WORKERS;
        must(write(batons[next][1], &token, 1) == 1, 0, 1);
        if (model->done >= model->wanted)
            break;
    }
    doing = "the end";
    check_all();
}

// The first that fails ends all: whoever waits for the baton would wait for ever.
static int wait_for(const int *pids)
{
    int bad = 0;
    for (int i = 0, status; i < WORKERS; i++) {
        if (wait(&status) < 0 || status == 0 || bad)
            continue;
        bad = 1;
        for (int j = 0; j < WORKERS; j++)
            kill(pids[j]);
    }
    return bad;
}

static int check(void)
{
    int batons[WORKERS][2], pids[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        expect(pipe(batons[i]) == 0, "pipe");
    for (int i = 0; i < WORKERS; i++) {
        if ((pids[i] = must_fork()) == 0) {
            be_worker(i, batons);
            exit(0);
        }
    }
    expect(write(batons[0][1], "!", 1) == 1, "the baton is handed out");
    return wait_for(pids);
}

int main(int argc, char **argv)
{
    long seed = 1, ops = 100000;
    for (int i = 1; i < argc; i += 2) {
        long *value = strcmp(argv[i], "-s") == 0 ? &seed : strcmp(argv[i], "-n") == 0 ? &ops : 0;
        if (value == 0 || i + 1 >= argc || parse_long(argv[i + 1], value) < 0 || *value < 0)
            usage(USAGE);
    }
    test_name = "mapcheck";
    printf("mapcheck: seed %ld\n", seed);
    model = mmap(0, sizeof(*model), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    expect(model != MAP_FAILED, "memory that is shared");
    model->seed = seed;
    model->wanted = ops;
    close(open(NAME, O_CREATE | O_TRUNC | O_RDWR));
    int bad = check();
    unlink(NAME);
    printf("mapcheck: %s\n", bad ? "FAILED" : "OK");
    return bad;
}
