// primes: the primes of 2 to LAST, by a pipeline of processes. The first one feeds all numbers into
// it; each of the others prints the first number that reaches it, a prime, and hands on those that
// this prime does not divide. A process forks its successor when it needs one, and ends after it,
// so the one that the shell waits for is the last to end.
#include "user/lib/util.h"

#define LAST 280

// Forks the next process of the pipeline. The old one gets the end that it writes to; the new one
// gets -1, and *in is the end that it reads from.
static int add_process(int *in)
{
    int ends[2], pid;
    if (pipe(ends) < 0 || (pid = fork()) < 0)
        fail("primes: cannot make the pipeline longer");
    if (pid > 0) {
        close(ends[0]);
        return ends[1];
    }
    if (*in >= 0)
        close(*in);
    close(ends[1]);
    *in = ends[0];
    return -1;
}

static int receive(int in, int *n) { return read_all(in, n, sizeof(*n)) == sizeof(*n); }

// False if the next process has gone: it has said why.
static int hand_on(int out, int n) { return write_all(out, &n, sizeof(n)) == 0; }

// Closes the way to the next process and waits until all behind have ended. Its exit status.
static int end_of_numbers(int out)
{
    int status = 1;
    close(out);
    wait(&status);
    return status;
}

int main(int argc, char **argv)
{
    int in = -1, prime, n;
    (void)argv;
    if (argc != 1)
        usage("primes");
    int out = add_process(&in);
    if (out >= 0) {
        for (n = 2; n <= LAST && hand_on(out, n); n++)
            ;
        return end_of_numbers(out);
    }
    while (receive(in, &prime)) {
        printf("prime %d\n", prime);
        if ((out = add_process(&in)) < 0)
            continue;
        while (receive(in, &n) && (n % prime == 0 || hand_on(out, n)))
            ;
        return end_of_numbers(out);
    }
    return 0;
}
