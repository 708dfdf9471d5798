// xargs [-n count] [command [argument...]]: runs the command (echo) once for each line of standard
// input, with the words of the line as further arguments. With -n it runs the command once for each
// `count` words, wherever the lines end. Words are separated by blanks. For a line without words it
// runs nothing.
// Exit status: 0; 1: a command has failed; 127: the command could not be run, and xargs has ended
// there.
#include "user/lib/util.h"

static char *words[MAXARG + 1]; // first the command's, then the input's
static int fixed;               // how many words are the command's
static int count;               // how many words there are now
static int most;                // words of the input for one command; 0: those of a line

static char text[ARGMAX]; // the input's words, each with a 0 behind it
static int used;          // bytes of text that are in use
static int in_word;       // the last word is not complete yet

// The next byte of standard input, -1 at its end.
static int next_byte(void)
{
    static char buf[4096];
    static int have, at;

    if (at == have) {
        at = 0;
        have = read(0, buf, sizeof(buf));
        if (have < 0)
            fail("xargs: cannot read standard input");
        if (have == 0)
            return -1;
    }
    return (uchar)buf[at++];
}

// Adds a byte to the last word, or begins a word with it. A 0 ends the word.
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

// Runs the command if there are words of the input. Returns 1 if it has failed.
static int run(void)
{
    if (count == fixed)
        return 0;

    words[count] = NULL;
    int status = run_command(words);
    if (status == NOT_RUN)
        exit(NOT_RUN);

    // The next command begins without words of the input.
    count = fixed;
    used = 0;
    return status != 0;
}

int main(int argc, char **argv)
{
    long limit = 0;
    int first = 1, status = 0;

    // The option, then the command.
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

    // The words of the input. Each time there are enough, the command runs.
    for (;;) {
        int c = next_byte();
        if (c < 0)
            break;
        if (c != 0 && !isspace(c)) {
            add_byte(c);
            continue;
        }

        end_word();
        if (most ? count - fixed == most : c == '\n')
            status |= run();
    }

    // The input may end without a newline, or with fewer words than `most`.
    end_word();
    return status | run();
}
