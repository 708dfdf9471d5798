// leakcheck command [argument...]: runs a command, and says whether all that it used was given
// back. The first run warms the caches; a leak is what each of three runs after it loses.
// Exit status: 0 no leak, 1 a leak or the command failed.
#include "user/lib/test.h"

#define RUNS 3

int main(int argc, char **argv)
{
    struct sysinfo before;
    if (argc < 2)
        usage("leakcheck command [argument...]");
    int status = run_command(argv + 1);
    if (status != 0) {
        printf("leakcheck: %s: exit status %d\n", argv[1], status);
        return 1;
    }
    for (int i = 1; i <= RUNS; i++) {
        leak_start(&before);
        run_command(argv + 1);
        if (leak_check(&before, i == RUNS) == 0) {
            printf("leakcheck: %s: OK\n", argv[1]);
            return 0;
        }
    }
    printf("leakcheck: %s: FAILED\n", argv[1]);
    return 1;
}
