// faulty HOW...: for each HOW a child that ends by a fault of that kind. faulty storm N: N children
// that do so, one after the other; says how long that took.
#include "kernel/fcntl.h"
#include "user/lib/util.h"

static int word;
static const int constant = 1;

static int recurse(int depth);

// Through this, so that no compiler sees that it does not end.
static int (*volatile deeper)(int) = recurse;

static int recurse(int depth)
{
    volatile char frame[1000];
    frame[depth % 1000] = depth;
    return deeper(depth + 1) + frame[depth % 1000];
}

static int *volatile nowhere;

static void read_null(void) { word = *nowhere; }
static void write_null(void) { *nowhere = 1; }
static void call_null(void) { ((void (*volatile)(void))nowhere)(); }
static void write_constant(void) { *(volatile int *)&constant = 2; }
static void jump_to_data(void) { ((void (*volatile)(void)) & word)(); }
static void overflow(void) { deeper(0); }
static void read_unmapped(void) { word = *(volatile int *)0x2000000000; }
static void read_kernel(void) { word = *(volatile int *)0xffffffc080000000; }
static void stop_here(void) { __asm__ volatile("ebreak"); }
static void do_illegal(void) { __asm__ volatile(".word 0"); }

static const struct {
    const char *name;
    void (*fault)(void);
} kinds[] = {
    {"read-null", read_null},
    {"write-null", write_null},
    {"call-null", call_null},
    {"write-constant", write_constant},
    {"jump-to-data", jump_to_data},
    {"overflow", overflow},
    {"read-unmapped", read_unmapped},
    {"read-kernel", read_kernel},
    {"break", stop_here},
    {"illegal", do_illegal},
};

static void fault_in_child(void (*fault)(void))
{
    int pid = fork();
    if (pid == 0) {
        fault();
        exit(0);
    }
    if (pid < 0)
        fail("fork");
    waitpid(pid, 0, 0);
}

static int storm(int n)
{
    int start = uptime();
    for (int i = 0; i < n; i++)
        fault_in_child(read_null);
    printf("%d faults in %d ticks\n", n, uptime() - start);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "storm") == 0)
        return storm(atoi(argv[2]));
    for (int i = 1; i < argc; i++)
        for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
            if (strcmp(argv[i], kinds[k].name) == 0)
                fault_in_child(kinds[k].fault);
    return 0;
}
