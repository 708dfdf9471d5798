// memkeep: takes all memory that it can have, fills it, says so, waits for a line of input, and
// tells whether every word is still there: whether a device has written into memory that it was to
// let go of.
#include "user/lib/util.h"

#define PIECE (256L * 1024)

int main(int argc, char **argv)
{
    uint64 *first = (uint64 *)sbrk(0), *end = first, wrong = 0;
    char line[16];
    (void)argv;
    if (argc != 1)
        usage("memkeep");
    while (sbrk(PIECE) != SBRK_ERROR)
        end += PIECE / sizeof(*end);
    for (uint64 *p = first; p < end; p++)
        *p = (uint64)p;
    printf("memkeep: filled\n");
    read(0, line, sizeof(line));
    for (uint64 *p = first; p < end; p++)
        wrong += *p != (uint64)p;
    printf("memkeep: %lu words are wrong\n", wrong);
    return wrong > 0;
}
