// Programs in memory: pages come from the file when they are touched, all processes that run it
// have the same ones, and nobody writes to a file that is being run.
#include "user/tests/usertests/mmap.h"

#include "user/tests/usertests/exec_elf.h"
#include "user/tests/usertests/procs_help.h"

#define PAGES 256 // of the program "big", whose page i begins with big_byte(i)

static char big_byte(int i) { return i == 100 ? 20 : i == 200 ? 22 : 1; }

// A program of 1 MiB, all of it text.
static void make_big(const char *code, const char *end)
{
    static struct program p;
    program_init(&p, code, end);
    p.segment[0].filesz = p.segment[0].memsz = PAGES * PGSIZE;
    int fd = open("big", O_CREATE | O_TRUNC | O_WRONLY);
    expect(fd >= 0 && write(fd, &p, PGSIZE) == PGSIZE, "the first page is written");
    for (int i = 1; i < PAGES; i++) {
        memset(chunk, i, PGSIZE);
        chunk[0] = big_byte(i);
        expect(write(fd, chunk, PGSIZE) == PGSIZE, "page %d is written", i);
    }
    close(fd);
}

// Runs the program at path, a name in this directory, with the reading end of g as its standard
// input: when it returns, exec is over.
static int start_program(const char *path, struct gate *g)
{
    char *argv[] = {(char *)path, 0};
    int pid = must_fork();
    if (pid == 0) {
        dup2(g->ends[0], 0);
        close(g->ends[0]);
        close(g->ends[1]);
        exec(path, argv);
        exit(1);
    }
    wait_called(pid, path);
    return pid;
}

static void reads_what_it_touches(void)
{
    struct gate g = make_gate();
    make_big(code_pages_later, code_pages_later_end);
    empty_cache();
    long requests = counter_value("disk_read"), pages = system_now().freepages;
    int pid = start_program("big", &g);
    wait_asleep(pid);
    struct procinfo info;
    expect(procinfo(pid, &info) == pid && info.resident < 64, "%lu pages are resident",
           info.resident);
    open_gate(&g);
    expect_status(pid, 42);
    pages -= system_now().freepages;
    expect(counter_value("disk_read") > requests, "the disk is read");
    expect(pages < 110, "%ld blocks are read for three pages and what is read ahead, not %d", pages,
           PAGES);
    remove("big");
}

// Frame of page i of process pid's program.
static uint64 frame_in(int pid, int i)
{
    static uint64 table[512];
    expect(pgtable(pid, 0, USERBASE, 0, table) == 0, "the tables of %d", pid);
    return PTE2PA(table[USERBASE / PGSIZE + i]);
}

#define MANY 20

// 20 times 256 pages would be 20 MiB; what each takes for itself is tables and stacks.
static void text_is_held_once(void)
{
    int pids[MANY];
    struct gate g = make_gate();
    make_big(code_pages_first, code_pages_first_end);
    settle();
    uint64 before = system_now().freemem;
    for (int i = 0; i < MANY; i++)
        wait_asleep(pids[i] = start_program("big", &g));
    uint64 after = system_now().freemem;
    expect(before - after < (PAGES + MANY * 40) * PGSIZE, "%d processes take %lu pages", MANY,
           (before - after) / PGSIZE);
    for (int page = 0; page < PAGES; page += 15) {
        uint64 frame = frame_in(pids[0], page);
        for (int i = 0; i < MANY; i++)
            expect(frame != 0 && frame_in(pids[i], page) == frame,
                   "page %d of process %d is frame 0x%lx", page, i, frame);
    }
    open_gate(&g);
    for (int i = 0; i < MANY; i++)
        expect_status(pids[i], 42);
    remove("big");
}

// A mapping of the program's file shows the frames that run.
static void text_is_the_files(void)
{
    struct gate g = make_gate();
    make_big(code_pages_first, code_pages_first_end);
    int pid = start_program("big", &g), fd = open("big", O_RDONLY);
    wait_asleep(pid);
    char *p = map_file(fd, 0, PAGES * PGSIZE, PROT_READ, MAP_SHARED);
    for (int i = 1; i < PAGES; i += 17) {
        expect(p[i * PGSIZE] == big_byte(i), "page %d", i);
        expect(frame_of(p + i * PGSIZE) == frame_in(pid, i), "page %d is one frame", i);
    }
    unmap(p, PAGES * PGSIZE);
    open_gate(&g);
    expect_status(pid, 42);
    discard(fd, "big");
}

// It is run, unlinked, and no more in memory when its pages are wanted.
static void removed_program_runs_on(void)
{
    struct gate g = make_gate();
    make_big(code_pages_later, code_pages_later_end);
    int pid = start_program("big", &g);
    wait_asleep(pid);
    remove("big");
    empty_cache();
    int fd = filled_file("other", PAGES * PGSIZE, 1); // does not get the blocks of it
    open_gate(&g);
    expect_status(pid, 42);
    expect_filled(fd, 0, PAGES * PGSIZE, 1);
    discard(fd, "other");
}

static void run_big(int i)
{
    (void)i;
    expect(program_status("big") == 42, "big runs");
}

static void many_load_at_once(void)
{
    int null = open("/null", O_RDONLY);
    make_big(code_pages_later, code_pages_later_end);
    dup2(null, 0);
    close(null);
    for (int round = 0; round < 3; round++) {
        empty_cache();
        run_children(run_big, 8);
    }
    remove("big");
}

// Data that lies in the file as in memory is mapped, other data is copied: in both cases a
// process's stores are its own.
static void data_is_ones_own(void)
{
    static struct program p;
    static const uint64 places[] = {SUM_BASE + 0x800, SUM_BASE + 0x7fc, SUM_BASE};
    for (int i = 0; i < 3; i++) {
        program_init(&p, code_increment, code_increment_end);
        p.data[SUM_BASE + 0x800 - places[i] < sizeof(p.data) ? SUM_BASE + 0x800 - places[i] : 0] =
            33;
        program_add_data(&p, places[i], sizeof(p.data), SUM_SIZE);
        program_save(&p, "p");
        int wanted = places[i] == SUM_BASE ? 0 : 33;
        for (int round = 0; round < 3; round++)
            expect(program_status("p") == wanted, "place %d, round %d: the file's data", i, round);
        int fd = open("p", O_RDONLY);
        expect(fd >= 0 && read_all(fd, chunk, CHUNK) == sizeof(p) &&
                   memcmp(chunk, &p, sizeof(p)) == 0,
               "the file");
        discard(fd, "p");
    }
}

// Behind a segment's bytes its last page is zero, though the file goes on.
static void segment_ends_in_page(void)
{
    static struct program p;
    program_init(&p, code_sum, code_sum_end);
    program_add_data(&p, SUM_BASE, 100, SUM_SIZE);
    p.segment[1].off = PGSIZE;
    program_save(&p, "p");
    int fd = open("p", O_WRONLY | O_APPEND);
    memset(chunk, 1, PGSIZE);
    expect(write(fd, chunk, PGSIZE) == PGSIZE, "a page of data");
    close(fd);
    for (int i = 0; i < 2; i++)
        expect(program_status("p") == 100, "100 bytes are 1, all others 0");
    fd = open("p", O_RDONLY);
    expect(lseek(fd, PGSIZE, SEEK_SET) == PGSIZE && read(fd, chunk, PGSIZE) == PGSIZE, "read");
    for (int i = 0; i < PGSIZE; i++)
        expect(chunk[i] == 1, "the file has byte %d still", i);
    discard(fd, "p");
}

static void running_is_not_written(void)
{
    struct gate g = make_gate();
    make_big(code_pages_later, code_pages_later_end);
    int pid = start_program("big", &g),
        flags[] = {
            O_WRONLY,         O_RDWR, O_RDONLY | O_TRUNC, O_WRONLY | O_TRUNC, O_WRONLY | O_CREATE,
            O_RDWR | O_APPEND};
    wait_asleep(pid);
    for (int i = 0; i < 6; i++)
        expect(FAILS(open("big", flags[i]), ETXTBSY), "open with 0x%x", flags[i]);
    int fd = open("big", O_RDONLY), other;
    expect(fd >= 0 && size_of(fd) == PAGES * PGSIZE, "it can be opened to read, and is whole");
    expect(FAILS(ftruncate(fd, 0), EINVAL) || errno == EBADF, "but not be cut");
    expect(link("big", "name") == 0 && FAILS(open("name", O_WRONLY), ETXTBSY), "by no other name");
    expect(rename("name", "big2") == 0 && FAILS(open("big2", O_WRONLY), ETXTBSY), "nor a third");
    remove("big2");
    expect(program_status("/true") == 0, "other programs do not matter");
    open_gate(&g);
    expect_status(pid, 42);
    expect((other = open("big", O_RDWR)) >= 0 && write(other, "x", 1) == 1,
           "when it has ended it can be written");
    close(other);
    discard(fd, "big");
}

static void written_is_not_run(void)
{
    int flags[] = {O_WRONLY, O_RDWR};
    program_write("p", code_argc, code_argc_end);
    for (int i = 0; i < 2; i++) {
        int reader = open("p", O_RDONLY), fd = open("p", flags[i]), two = dup(fd);
        expect(program_status("p") == -ETXTBSY, "it is open to be written");
        close(fd);
        expect(program_status("p") == -ETXTBSY, "and still");
        close(two);
        expect(program_status("p") == 1, "now it is not");
        close(reader);
    }
    int fd = open("p", O_RDWR);
    char *p = map_file(fd, 0, PGSIZE, PROT_READ, MAP_SHARED),
         *q = map_file(fd, 0, PGSIZE, RW, MAP_PRIVATE);
    close(fd);
    expect(program_status("p") == -ETXTBSY, "it is mapped, and could be stored into");
    unmap(p, PGSIZE);
    expect(program_status("p") == 1, "a private mapping does not matter");
    unmap(q, PGSIZE);
    remove("p");
}

static void own_program_is_not_written(void)
{
    expect(FAILS(open("/usertests", O_WRONLY), ETXTBSY), "usertests is being run");
    expect(status_of(nothing, 0) == 0 && FAILS(open("/usertests", O_RDWR), ETXTBSY),
           "after a child's end, too");
    int status = program_status("/true");
    expect(status == 0 && FAILS(open("/usertests", O_WRONLY), ETXTBSY), "and after a child's exec");
    int fd = open("/true", O_RDWR);
    expect(fd >= 0, "a program that nobody runs can be opened to write");
    close(fd);
}

static void try_to_write(void *arg)
{
    (void)arg;
    for (int i = 0; i < 300; i++) {
        int fd = open("p", O_RDWR);
        expect(fd >= 0 || errno == ETXTBSY, "open succeeds, or is refused since the program runs");
        close(fd);
    }
}

// Some run it while others open it to write: each succeeds or is refused; in the end all is free.
static void run_and_write_by_turns(void)
{
    program_write("p", code_argc, code_argc_end);
    start_child(try_to_write, 0);
    start_child(try_to_write, 0);
    for (int i = 0; i < 60; i++) {
        int status = program_status("p");
        expect(status == 1 || status == -ETXTBSY, "it runs, or is refused: %d", status);
    }
    expect_children(2);
    expect(program_status("p") == 1, "it runs");
    int fd = open("p", O_RDWR);
    expect(fd >= 0, "and can be written");
    discard(fd, "p");
}

// A file that is opened to be read, and cut, is written for that long only.
static void cut_file_is_run(void)
{
    program_write("p", code_argc, code_argc_end);
    int fd = open("p", O_RDONLY | O_TRUNC), other = open("p", O_WRONLY);
    expect(fd >= 0 && size_of(fd) == 0 && other >= 0, "the file is cut");
    close(other);
    expect(program_status("p") == -ENOEXEC, "it can be run, were it a program");
    program_write("p", code_argc, code_argc_end);
    expect(program_status("p") == 1, "as it is then");
    discard(fd, "p");
}

const struct test demand_tests[] = {
    TEST(reads_what_it_touches, ALONE, "",
         "exec of 1 MiB that touches three pages reads those and some ahead"),
    TEST(text_is_held_once, ALONE, "",
         "20 processes of one program have its text in the same frames"),
    TEST(text_is_the_files, 0, "", "a program's text is what its file's mapping shows"),
    TEST(removed_program_runs_on, ALONE, "",
         "a program that was removed finds its pages on the disk"),
    TEST(many_load_at_once, ALONE, "", "processes that want the same pages from the disk at once"),
    TEST(data_is_ones_own, 0, "",
         "stores to a program's data do not reach its file or the next run"),
    TEST(segment_ends_in_page, 0, "",
         "behind a segment's bytes are zeroes, not what the file has there"),
    TEST(running_is_not_written, BOTH, "",
         "a file that is being run cannot be opened to write or cut (ETXTBSY)"),
    TEST(written_is_not_run, 0, "", "a file that is open to be written cannot be run (ETXTBSY)"),
    TEST(cut_file_is_run, 0, "", "a file that was cut by open() to read can be run"),
    TEST(own_program_is_not_written, 0, "", "a program's own file cannot be written; others can"),
    TEST(run_and_write_by_turns, 0, "",
         "running and writing a file exclude each other, and leave it free"),
    END_OF_TESTS,
};
