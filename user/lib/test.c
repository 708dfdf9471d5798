// What the test programs share: see user/lib/test.h.
#include "user/lib/test.h"

const char *test_name = "test";

void expect(int ok, const char *format, ...)
{
    char line[200];
    va_list args;

    if (ok)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    printf("%s: expected: %s (errno %d: %s)\n", test_name, line, errno, strerror(errno));
    exit(1);
}

struct sysinfo system_now(void)
{
    struct sysinfo s;
    expect(sysinfo(&s) == 0, "sysinfo");
    return s;
}

struct procinfo self_now(void)
{
    struct procinfo info;
    int pid = getpid();
    expect(procinfo(pid, &info) == pid, "procinfo of this process");
    return info;
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

void nothing(void *arg) { (void)arg; }

void expect_children(int n)
{
    int status;
    for (int i = 0; i < n; i++)
        expect(wait(&status) > 0 && status == 0, "child %d of %d ends well", i + 1, n);
}

void run_children(void (*child)(int i), int n)
{
    for (int i = 0; i < n; i++) {
        if (must_fork() == 0) {
            child(i);
            exit(0);
        }
    }
    expect_children(n);
}

void expect_less_waiting(void (*child)(int i), int n, long limit)
{
    long failed = lock_failures();

    expect(failed >= 0, "the statistics have a total");
    run_children(child, n);
    failed = lock_failures() - failed;
    print_statistics("--- lock");
    printf("%ld failed attempts, below %ld wanted\n", failed, limit);
    expect(failed < limit, "less waiting");
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

    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return a0;
}
