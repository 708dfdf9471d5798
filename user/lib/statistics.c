// Reads the device file "statistics": the kernel's counters, and what it tells of its locks
// (kernel/dev/stats.c).
#include "user/lib/util.h"

// The text of the file; NULL: it cannot be read.
static const char *read_statistics(void)
{
    static char text[4096];
    int n = statistics(text, sizeof(text) - 1);

    if (n < 0)
        return NULL;
    text[n] = 0;
    return text;
}

long counter_value(const char *name)
{
    size_t length = strlen(name);
    const char *line = read_statistics();

    // A line is a name, a blank and a number.
    while (line) {
        if (strncmp(line, name, length) == 0 && line[length] == ' ')
            return strtol(line + length, NULL, 10);
        line = strchr(line, '\n');
        if (line)
            line++;
    }
    return -1;
}

long lock_failures(void)
{
    const char *text = read_statistics();

    // The total stands behind the first `=`.
    if (text)
        text = strchr(text, '=');
    if (text == NULL)
        return -1;
    return atoi(text + 2);
}

void print_statistics(const char *from)
{
    const char *text = read_statistics();

    if (text)
        text = strstr(text, from);
    while (text) {
        const char *end = strchr(text, '\n');
        if (end == NULL)
            break;

        // The kernel fills lines up with blanks: print the line without them.
        int length = end - text;
        while (length > 0 && text[length - 1] == ' ')
            length--;
        printf("%.*s\n", length, text);
        text = end + 1;
    }
}
