// grind [-s seed] [-n rounds] [-t seconds] [-p processes]: see grind.h. It ends after so many
// rounds or seconds; without -n and -t it goes on until it is killed.
#include "user/bin/grind/grind.h"

static const char *current_operation = "start";

static const struct operation *const tables[] = {file_operations, process_operations,
                                                 wild_operations};
// Each digit is the number of a table, and a random digit is picked: so 4 of 10 operations are of
// table 0, 4 of table 1, and 2 of table 2.
static const char shares[] = "0000111122";

void broken(const char *what)
{
    printf("grind: BROKEN: %s: %s (errno %d)\n", current_operation, what, errno);
    exit(1);
}

int pick(int n) { return rand() % n; }

const char *pick_name(char *buf)
{
    static const char *const names[] = {"a", "b", "c", "d", "a/e", "b/e", "a/f", "../x", "a/e/g"};
    strcpy(buf, names[pick(sizeof(names) / sizeof(names[0]))]);
    return buf;
}

static void one_operation(void)
{
    const struct operation *table = tables[shares[pick(sizeof(shares) - 1)] - '0'];
    int n = 0;

    while (table[n].name)
        n++;
    table += pick(n);
    current_operation = table->name;
    table->run();
}

static void worker(uint64 seed, long rounds, int deadline)
{
    srand(seed);
    for (long i = 0; rounds == 0 || i < rounds; i++) {
        if (deadline && uptime() >= deadline)
            break;
        one_operation();
    }
    exit(0);
}

// Runs the workers in a new directory, and removes the directory at the end. Returns 1 if something
// was wrong.
static int grind(long seed, long rounds, int deadline, int workers)
{
    static char *remove[] = {"/rm", "-r", NULL, NULL};
    char dir[32];
    int status, bad = 0;

    snprintf(dir, sizeof(dir), "/grind.%d", getpid());
    if (mkdir(dir) < 0 || chdir(dir) < 0 || mkdir("w") < 0 || chdir("w") < 0)
        fail("grind: cannot make %s", dir);

    for (int i = 0; i < workers; i++) {
        int pid = fork();
        if (pid == 0)
            worker(seed * 1000 + i, rounds, deadline);
        if (pid < 0)
            complain("grind: fork failed");
    }
    while (wait(&status) > 0)
        if (status != 0)
            bad = 1;

    chdir("/");
    remove[2] = dir;
    int pid = fork();
    if (pid == 0) {
        exec(remove[0], remove);
        exit(1);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        bad = 1;
    return bad;
}

int main(int argc, char **argv)
{
    const char *line = "grind [-s seed] [-n rounds] [-t seconds] [-p processes]";
    long seed = 1, rounds = 0, seconds = 0, processes = 3;

    for (int i = 1; i < argc; i += 2) {
        long *value = NULL;
        if (strcmp(argv[i], "-s") == 0)
            value = &seed;
        else if (strcmp(argv[i], "-n") == 0)
            value = &rounds;
        else if (strcmp(argv[i], "-t") == 0)
            value = &seconds;
        else if (strcmp(argv[i], "-p") == 0)
            value = &processes;
        if (value == NULL || i + 1 >= argc || parse_long(argv[i + 1], value) < 0 || *value < 0)
            usage(line);
    }
    if (processes < 1 || processes > 64)
        usage(line);

    printf("grind: seed %ld\n", seed);
    int deadline = seconds ? uptime() + seconds * TICK_HZ : 0;
    int bad = grind(seed, rounds, deadline, processes);
    printf("grind: %s\n", bad ? "FAILED" : "OK");
    return bad;
}
