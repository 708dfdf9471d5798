// nomem [-l | script...]: see nomem.h. Prints "nomem: SCRIPT: N failures survived" for each script
// that went well; exit status 1 if one did not, or if the kernel cannot fail allocations.
#include "user/tests/nomem/nomem.h"

#define DIR_NAME "/nomem.dir"
#define LIMIT    20000

// How a script's process ends if all its allocations worked.
#define UNHARMED 10

static void remove_leftovers(void)
{
    static char *argv[] = {"rm", "-r", DIR_NAME, 0};
    int pid = must_fork();
    if (pid == 0) {
        close(2);
        open("/null", O_WRONLY);
        exec("/rm", argv);
        exit(1);
    }
    waitpid(pid, 0, 0);
}

// Runs a script whose n-th allocation fails: whether there was an n-th.
static int run_once(const struct script *s, int n)
{
    int status, pid = must_fork();
    if (pid == 0) {
        expect(mkdir(DIR_NAME) == 0 && chdir(DIR_NAME) == 0, "mkdir " DIR_NAME);
        failalloc(n);
        s->run();
        exit(failalloc(0) < 0 ? UNHARMED : 0);
    }
    expect(waitpid(pid, &status, 0) == pid, "the script's process");
    remove_leftovers();
    return status != UNHARMED;
}

// Once without a failure to fill the caches, then with all of them.
static int run_script(const struct script *s)
{
    struct sysinfo before;
    int n = 1;
    for (int i = 0; i < 3; i++)
        run_once(s, LIMIT);
    leak_start(&before);
    while (n < LIMIT && run_once(s, n))
        n++;
    if (n == LIMIT) {
        printf("nomem: %s: FAILED: no end after %d failures\n", s->name, n);
        return 1;
    }
    if (leak_check(&before, 1)) {
        printf("nomem: %s: FAILED: a leak after %d failures\n", s->name, n - 1);
        return 1;
    }
    printf("nomem: %s: %d failures survived\n", s->name, n - 1);
    return 0;
}

static int selected(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return 1;
    return argc == 1;
}

int main(int argc, char **argv)
{
    int bad = 0, count = 0;
    if (argc == 2 && strcmp(argv[1], "-l") == 0) {
        for (const struct script *s = scripts; s->name; s++)
            printf("%s\n", s->name);
        return 0;
    }
    errno = 0;
    if (failalloc(0) == -1 && errno == ENOSYS) {
        printf("nomem: this kernel does not fail allocations: build it with KTEST=1\n");
        return 1;
    }
    remove_leftovers();
    for (const struct script *s = scripts; s->name; s++) {
        if (selected(s->name, argc, argv)) {
            bad |= run_script(s);
            count++;
        }
    }
    if (count == 0)
        usage("nomem [-l | script...]");
    return bad;
}
