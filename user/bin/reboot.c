// reboot: starts the machine anew.
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        usage("reboot");
    reboot();
    fail("reboot");
}
