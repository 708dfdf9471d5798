// exec beside others that exec, read and write, and with little memory.
#include "user/tests/usertests/exec.h"
#include "user/tests/usertests/exec_elf.h"
#include "user/tests/usertests/procs_help.h"

void exec_while_others_run(void)
{
    start_child(read_and_write, 0);
    start_child(read_and_write, 0);
    for (int i = 0; i < 30; i++)
        expect(program_status("/true") == 0, "exec");
    expect_children(2);
}

// The loader reads the file that this very program came from, several at once.
void exec_own_file(void)
{
    char *argv[] = {"usertests", "-l", "exec_own", 0}, out[200];
    for (int i = 0; i < 3; i++) {
        if (must_fork() == 0) {
            expect(run_program("/usertests", argv, out, sizeof(out)) == 0, "usertests runs");
            expect(memcmp(out, "exec_own_file ", 14) == 0, "and lists this test: %s", out);
            exit(0);
        }
    }
    expect_children(3);
}

void exec_removed_file(void)
{
    char *argv[] = {"prog", 0};
    program_write("prog", code_sleep, code_sleep_end);
    int pid = must_fork();
    if (pid == 0) {
        exec("prog", argv);
        exit(127);
    }
    wait_asleep(pid);
    expect(open("prog", O_WRONLY) == -1 && errno == ETXTBSY, "what runs cannot be written");
    expect(open("prog", O_RDONLY | O_TRUNC) == -1 && errno == ETXTBSY, "nor cut");
    expect(unlink("prog") == 0 && program_status("prog") == -ENOENT, "but removed");
    program_write("prog", code_argc, code_argc_end);
    expect(program_status("prog") == 1, "the new program is another");
    int fd = open("prog", O_RDWR);
    expect(program_status("prog") == -ETXTBSY && close(fd) == 0,
           "what may be written cannot be run");
    expect(program_status("prog") == 1 && unlink("prog") == 0, "afterwards it can");
    pause(1);
    expect_killed(pid);
}

void segment_without_rights(void)
{
    static struct program p;
    program_init(&p, code_pgpte, code_pgpte_end);
    program_add_data(&p, SUM_BASE, 100, SUM_SIZE);
    program_save(&p, "p");
    expect(program_status("p") == (PTE_R | PTE_W),
           "pgpte of a segment that can be read and written");
    p.segment[1].flags = 0;
    program_save(&p, "p");
    expect(program_status("p") == 0, "of one with no right");
    memcpy(p.code, code_sum, code_sum_end - code_sum);
    program_save(&p, "p");
    expect(program_status("p") == -1, "a load from it kills");
    unlink("p");
}

void exec_storm(void)
{
    static struct program p;
    for (int i = 0; i < 4; i++) {
        char name[8];
        snprintf(name, sizeof(name), "p%d", i);
        program_init(&p, code_sum, code_sum_end);
        p.data[0] = i + 1;
        program_add_data(&p, SUM_BASE, 1, SUM_SIZE);
        program_save(&p, name);
        if (must_fork() == 0) {
            for (int j = 0; j < 25; j++)
                expect(program_status(name) == i + 1, "program %s runs", name);
            exit(0);
        }
    }
    expect_children(4);
    unlink("p0");
    unlink("p1");
    unlink("p2");
    unlink("p3");
}

static void fail_and_exec(void *arg)
{
    char *argv[] = {"true", 0};
    (void)arg;
    exec("/README", argv);
    exec("/none", argv);
    exec("/true", argv);
    exit(1);
}

// So many that even a page lost each time would be missed.
void fork_exec_loses_nothing(void)
{
    struct sysinfo before, after;
    for (int i = 0; i < 10; i++)
        status_of(fail_and_exec, 0);
    sysinfo(&before);
    for (int i = 0; i < 100; i++)
        expect(status_of(fail_and_exec, 0) == 0, "child");
    sysinfo(&after);
    expect(after.freemem + 80 * PGSIZE > before.freemem, "%lu bytes free before, %lu after",
           before.freemem, after.freemem);
}

static void exec_with_pages_left(void *arg)
{
    char *argv[] = {"true", 0};
    take_memory((long)arg);
    exec("/true", argv);
    exit(errno == ENOMEM ? 1 : 2);
}

// The program is small, and from some number of pages on there must be enough.
void exec_at_low_memory(void)
{
    for (long left = 0; left < 40; left += left < 16 ? 1 : 4) {
        int status = status_of(exec_with_pages_left, (void *)left);
        expect(status == 0 || status == 1 || status == -1, "with %ld pages an end, not %d", left,
               status);
    }
    expect(status_of(exec_with_pages_left, (void *)200) == 0, "200 pages are enough");
    expect(program_status("/true") == 0, "exec works again");
}

// Memory is written, not just promised, page by page; then some of it is given back.
static void exec_in_full_memory(void *arg)
{
    char *argv[] = {"echo", "x", 0};
    long left = (long)arg;
    errno = 0;
    for (char *p; (p = sbrk(PGSIZE)) != SBRK_ERROR;)
        p[PGSIZE - 1] = 1;
    for (long i = 0; i < left; i++)
        sbrk(-PGSIZE);
    close(1);
    exec("/echo", argv);
    exit(errno == ENOMEM ? 1 : 2);
}

// 1 is also echo's status: it cannot write.
void execout(void)
{
    for (long left = 0; left < 15; left++) {
        int status = status_of(exec_in_full_memory, (void *)left);
        expect(status == 1 || status == -1, "with %ld pages an end, not %d", left, status);
    }
    expect(program_status("/true") == 0, "exec works again");
}
