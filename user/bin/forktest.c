// forktest: forks until the kernel refuses, then waits for all children. The kernel must refuse
// before there are 1000.
#include "user/lib/util.h"

#define LIMIT 1000

int main(int argc, char **argv)
{
    int n, gate[2];
    char c;

    (void)argv;
    if (argc != 1)
        usage("forktest");

    // Each child waits until the gate, a pipe, is closed: so all are there at the same time.
    printf("fork test\n");
    if (pipe(gate) < 0)
        fail("forktest: pipe");
    for (n = 0; n < LIMIT; n++) {
        int pid = fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            close(gate[1]);
            read(gate[0], &c, 1); // returns when the parent closes the other end
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
    if (n == LIMIT) {
        printf("forktest: fork worked 1000 times\n");
        return 1;
    }
    if (wait(NULL) != -1) {
        printf("forktest: one child too many\n");
        return 1;
    }
    printf("fork test OK\n");
    return 0;
}
