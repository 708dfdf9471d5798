// forktest: forks until the kernel refuses, which it must before 1000 processes, and waits for all.
#include "user/lib/util.h"

#define LIMIT 1000

int main(int argc, char **argv)
{
    int n, gate[2];
    char c;
    (void)argv;
    if (argc != 1)
        usage("forktest");
    printf("fork test\n");
    if (pipe(gate) < 0)
        fail("forktest: pipe");
    for (n = 0; n < LIMIT; n++) {
        int pid = fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            close(gate[1]);
            read(gate[0], &c, 1); // until the parent closes the other end
            exit(0);
        }
    }
    close(gate[1]);
    for (int i = 0; i < n; i++) {
        int status;
        if (wait(&status) < 0 || status != 0) {
            printf("forktest: a child is missing or failed\n");
            return 1;
        }
    }
    if (n == LIMIT || wait(0) != -1) {
        printf("forktest: %s\n", n == LIMIT ? "fork worked 1000 times" : "one child too many");
        return 1;
    }
    printf("fork test OK\n");
    return 0;
}
