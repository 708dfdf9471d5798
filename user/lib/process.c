// Runs another program.
#include "user/lib/util.h"

int run_command(char **argv)
{
    int status, pid = fork();

    if (pid < 0) {
        complain("fork failed");
        return NOT_RUN;
    }
    if (pid == 0) {
        exec(argv[0], argv);
        complain("exec %s failed", argv[0]);
        exit(NOT_RUN);
    }
    if (waitpid(pid, &status, 0) != pid)
        return NOT_RUN;
    return status;
}
