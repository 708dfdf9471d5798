// primes: prints the primes from 2 to LAST. A pipeline of processes finds them.
//
// The first process sends all numbers into the pipeline. Each of the others prints the first number
// that it receives, which is a prime, and hands on the numbers that this prime does not divide. A
// process forks the next one and waits for its end. So the first process, for which the shell
// waits, is the last to end.
#include "user/lib/util.h"

#define LAST 280

// Forks the next process of the pipeline, with a pipe to it. In the old process it returns the end
// to write to. In the new process it returns -1, and sets *in to the end to read from.
static int add_process(int *in)
{
    int ends[2];

    if (pipe(ends) < 0)
        fail("primes: cannot make the pipeline longer");
    int pid = fork();
    if (pid < 0)
        fail("primes: cannot make the pipeline longer");
    if (pid > 0) {
        close(ends[0]);
        return ends[1];
    }

    // The new process: the pipe to the old process is not for it.
    if (*in >= 0)
        close(*in);
    close(ends[1]);
    *in = ends[0];
    return -1;
}

static int receive(int in, int *n) { return read_all(in, n, sizeof(*n)) == sizeof(*n); }

// Returns 0 if the next process has ended. It has printed why.
static int hand_on(int out, int n) { return write_all(out, &n, sizeof(n)) == 0; }

// Tells the next process that there are no more numbers, and waits for its end, which comes after
// that of all processes behind it. Returns its exit status.
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

    // The first process sends the numbers.
    int out = add_process(&in);
    if (out >= 0) {
        for (n = 2; n <= LAST && hand_on(out, n); n++)
            ;
        return end_of_numbers(out);
    }

    // Each of the others comes here with the end that it reads from. Its first number is a prime.
    while (receive(in, &prime)) {
        printf("prime %d\n", prime);
        out = add_process(&in);
        if (out < 0)
            continue; // this is the new process

        while (receive(in, &n))
            if (n % prime != 0 && !hand_on(out, n))
                break;
        return end_of_numbers(out);
    }
    return 0;
}
