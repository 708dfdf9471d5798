// poweroff [status]: switches the machine off. The emulator ends with that status (0).
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    long status = 0;
    if (argc > 2 || (argc == 2 && (parse_long(argv[1], &status) < 0 || status < 0 || status > 127)))
        usage("poweroff [status]");
    poweroff(status);
    fail("poweroff");
}
