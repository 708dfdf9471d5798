// sleep ticks: waits for that many clock ticks (TICK_HZ of them are a second).
#include "user/lib/util.h"

int main(int argc, char **argv)
{
    long ticks;
    if (argc != 2 || parse_long(argv[1], &ticks) < 0 || ticks < 0 || ticks != (int)ticks)
        usage("sleep ticks (a whole number, not negative)");
    return pause(ticks) < 0;
}
