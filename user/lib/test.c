// What the test programs share: see user/lib/test.h.
#include "user/lib/test.h"

static const char *this_program = "test", *this_test = "";

void expect(int ok, const char *format, ...)
{
    char line[200];
    va_list args;
    if (ok)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    printf("%s: %s: expected: %s (errno %d: %s)\n", this_program, this_test, line, errno, strerror(errno));
    exit(1);
}

int must_fork(void)
{
    int pid = fork();
    expect(pid >= 0, "fork works");
    return pid;
}

int status_of(void (*f)(void *arg), void *arg)
{
    int status, pid = must_fork();
    if (pid == 0) {
        f(arg);
        exit(0);
    }
    expect(waitpid(pid, &status, 0) == pid, "waitpid finds the child");
    return status;
}

static int run_one(const char *program, const struct subtest *t)
{
    int status = -1;
    this_program = program;
    this_test = t->name;
    int pid = fork();
    if (pid == 0) {
        t->run();
        exit(0);
    }
    if (pid > 0)
        waitpid(pid, &status, 0);
    if (status == 0)
        printf("%s: %s: OK\n", program, t->name);
    else
        printf("%s: %s: FAILED (status %d)\n", program, t->name, status);
    return status != 0;
}

static const struct subtest *find(const struct subtest *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return 0;
}

int run_subtests(const char *program, const struct subtest *table, int argc, char **argv)
{
    int bad = 0;
    const struct subtest *t;
    if (argc == 2 && strcmp(argv[1], "-l") == 0) {
        for (t = table; t->name; t++)
            printf("%s\n", t->name);
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        if ((t = find(table, argv[i])) == 0) {
            fprintf(2, "usage: %s [-l | test...]\n", program);
            return 1;
        }
        bad |= run_one(program, t);
    }
    for (t = table; argc == 1 && t->name; t++)
        bad |= run_one(program, t);
    return bad;
}

long raw_syscall(long number, const long args[6])
{
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = args[0];
    register long a1 __asm__("a1") = args[1];
    register long a2 __asm__("a2") = args[2];
    register long a3 __asm__("a3") = args[3];
    register long a4 __asm__("a4") = args[4];
    register long a5 __asm__("a5") = args[5];
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}
