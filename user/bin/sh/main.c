// The shell's main program: where its lines come from.
//
//     sh            standard input, with the prompt `$ ` before each line (also if it is a file)
//     sh FILE       a script, without prompts
//     sh -c LINE    that line
//
// The shell reads its input byte by byte and stops behind a newline: the bytes that follow belong
// to the commands that the line starts.
#include "kernel/fcntl.h"
#include "user/bin/sh/sh.h"

enum input { INPUT_LINE, INPUT_TOO_LONG, INPUT_END };

// Reads a line into line[LINE_MAX], without its newline. A line that is too long is read to its
// end and forgotten.
static enum input read_command(int fd, char *line)
{
    int n = 0, any = 0;
    char c;

    while (read(fd, &c, 1) == 1) {
        any = 1;
        if (c == '\n')
            break;
        if (n < LINE_MAX && c != 0)
            line[n++] = c;
    }

    // The 0 at the end needs a byte, too.
    if (n == LINE_MAX)
        return INPUT_TOO_LONG;
    line[n] = 0;
    return any ? INPUT_LINE : INPUT_END;
}

// Runs a line. An empty line leaves the status of the last command as it is.
static void run_line(const char *line)
{
    int err;
    struct command *c = parse_line(line, &err);

    if (c)
        run(c);
    else if (err)
        last_status = 2;
}

// Runs all lines of an open file.
static void run_file(int fd, int prompt)
{
    static char line[LINE_MAX];

    for (;;) {
        reap_background();
        if (prompt)
            write_all(2, "$ ", 2);

        switch (read_command(fd, line)) {
        case INPUT_LINE:
            run_line(line);
            break;
        case INPUT_TOO_LONG:
            fprintf(2, "sh: line too long\n");
            last_status = 2;
            break;
        case INPUT_END:
            return;
        }
    }
}

int main(int argc, char **argv)
{
    // sh -c LINE
    if (argc == 3 && strcmp(argv[1], "-c") == 0) {
        if (strlen(argv[2]) >= LINE_MAX) {
            fprintf(2, "sh: line too long\n");
            return 2;
        }
        run_line(argv[2]);
        return last_status;
    }
    if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
        usage("sh [file | -c command]");

    // sh FILE
    if (argc == 2) {
        script_fd = open(argv[1], O_RDONLY);
        if (script_fd < 0)
            fail("sh: cannot open %s", argv[1]);
        run_file(script_fd, 0);
        return last_status;
    }

    // sh
    run_init(1);
    run_file(0, 1);
    return last_status;
}
