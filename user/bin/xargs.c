// xargs [-n count] [command [argument...]]: runs the command (echo) once for each line of standard
// input, with the words of the line as further arguments; with -n once for each count words,
// wherever the lines end. Blanks part words; blank lines count for nothing.
// Exit status: 0, 1 if a run failed, 127 if the command could not be run: no more is tried then.
#include "user/lib/util.h"

static char *words[MAXARG + 1]; // the command's, then the input's
static int fixed, count;        // words of the command, of both
static int most;                // words of the input in one run

static char text[ARGMAX]; // the input's words, each with a 0 behind it
static int used;          // bytes of it
static int in_word;

// The next byte of standard input, -1 at its end.
static int next_byte(void)
{
    static char buf[4096];
    static int have, at;
    if (at == have) {
        at = 0;
        if ((have = read(0, buf, sizeof(buf))) < 0)
            fail("xargs: cannot read standard input");
        if (have == 0)
            return -1;
    }
    return (uchar)buf[at++];
}

static void add_byte(char c)
{
    if (used == sizeof(text) || (!in_word && count == MAXARG)) {
        fprintf(2, "xargs: too many arguments for one run of %s\n", words[0]);
        exit(1);
    }
    if (!in_word)
        words[count++] = text + used;
    text[used++] = c;
    in_word = c != 0;
}

static void end_word(void)
{
    if (in_word)
        add_byte(0);
}

// Runs the command if there is something to run it with. Returns 1 if it failed.
static int run(void)
{
    if (count == fixed)
        return 0;
    words[count] = 0;
    int status = run_command(words);
    if (status == NOT_RUN)
        exit(NOT_RUN);
    count = fixed;
    used = 0;
    return status != 0;
}

int main(int argc, char **argv)
{
    long limit = 0;
    int first = 1, status = 0, c;
    if (argc > 1 && strcmp(argv[1], "-n") == 0) {
        if (argc < 3 || parse_long(argv[2], &limit) < 0 || limit < 1 || limit > MAXARG)
            usage("xargs [-n count] [command [argument...]]");
        first = 3;
    }
    if (first < argc)
        refuse_option(argv[first], "xargs [-n count] [command [argument...]]");
    words[0] = "echo";
    fixed = 1;
    if (first < argc) {
        fixed = argc - first;
        memmove(words, argv + first, fixed * sizeof(*words));
    }
    count = fixed;
    most = limit;

    while ((c = next_byte()) >= 0) {
        if (c != 0 && !isspace(c)) {
            add_byte(c);
            continue;
        }
        end_word();
        if (most ? count - fixed == most : c == '\n')
            status |= run();
    }
    end_word();
    return status | run();
}
