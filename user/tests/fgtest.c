// fgtest WHAT: programs that misuse the console, and some that use it as a shell does, for
// tests/suites/foreground.py.
#include "user/lib/util.h"

static void say(const char *what, int result)
{
    printf("%s: %s\n", what, result == 0 ? "allowed" : strerror(errno));
}

static void sleep_on(void)
{
    for (;;)
        pause(1000);
}

static void spin_on(void)
{
    for (;;)
        __asm__ volatile("");
}

// Tries to get the console, whether it may or not.
static void thief(void)
{
    say("to the parent", tcsetpgrp(0, getppid()));
    say("to itself", tcsetpgrp(0, 0));
    say("to its own group", tcsetpgrp(0, getpid()));
    say("to init", tcsetpgrp(0, 1));
    say("as a shell", tcshell(0));
    sleep_on();
}

// Holds the console for ever, as far as that depends on it: it leaves its group, if it is not its
// own.
static void stay(void)
{
    setpgid(0, 0);
    tcsetpgrp(0, 0);
    spin_on();
}

// A shell that does not listen.
static void deaf(void)
{
    say("as a shell", tcshell(0));
    spin_on();
}

// A child that reads the console goes on in the group of its parent, which ends.
static void leave_reader(void)
{
    char line[64];
    if (fork() > 0) {
        pause(20); // until it waits for a line
        exit(0);
    }
    int n = read(0, line, sizeof(line));
    printf("the child left behind reads %d: %s\n", n, n < 0 ? strerror(errno) : "");
    exit(0);
}

static void child_with_console(void (*action)(void))
{
    if (fork() != 0)
        return;
    say("the child, to itself", tcsetpgrp(0, getpid()));
    setpgid(0, 0);
    action();
    exit(0);
}

static void nothing(void) {}

// Lends the console to a child, as a shell does, and takes it back: while the child lives, which is
// below it in the tree, and after its end, because it did so before.
static void lend(void)
{
    char line[64];
    int status;
    child_with_console(sleep_on);
    pause(20);
    say("back from a child that lives", tcsetpgrp(0, 0));
    child_with_console(nothing);
    wait(&status);
    say("back from a child that has ended", tcsetpgrp(0, 0));
    int n = read(0, line, sizeof(line) - 1);
    printf("reads: %s", n > 0 ? line : strerror(errno));
}

// The child of a child lends the console; its parents have ended before it: nobody is above it but
// init.
static void orphan(void)
{
    if (fork() > 0)
        exit(0);
    pause(10);
    say("the orphan", tcsetpgrp(0, getpid()));
    setpgid(0, 0);
    sleep_on();
}

// Holds all memory, says so, and ends five seconds later.
static void hold_memory(void)
{
    for (int size = 1 << 24; size >= 4096; size /= 2) {
        char *p;
        while ((p = sbrk(size)) != SBRK_ERROR)
            memset(p, 1, size);
    }
    printf("all memory is held\n");
    pause(500);
}

// As many processes as there may be.
static void fill(void)
{
    int pid;
    while ((pid = fork()) > 0)
        ;
    if (pid < 0)
        printf("group %d is full\n", getpid());
    sleep_on();
}

static void end_parent(void)
{
    kill(getppid());
    sleep_on();
}

static const struct {
    const char *name;
    void (*run)(void);
} all[] = {
    {"thief", thief},
    {"stay", stay},
    {"deaf", deaf},
    {"leave-reader", leave_reader},
    {"lend", lend},
    {"orphan", orphan},
    {"hold-memory", hold_memory},
    {"fill", fill},
    {"end-parent", end_parent},
};

int main(int argc, char **argv)
{
    for (uint i = 0; argc == 2 && i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(argv[1], all[i].name) == 0)
            all[i].run();
    return 0;
}
