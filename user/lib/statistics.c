// What the device file "statistics" says: the kernel's counters, and its locks
// (kernel/dev/stats.c).
#include "user/lib/util.h"

static const char *read_statistics(void)
{
    static char text[4096];
    int n = statistics(text, sizeof(text) - 1);
    if (n < 0)
        return 0;
    text[n] = 0;
    return text;
}

long counter_value(const char *name)
{
    size_t length = strlen(name);
    for (const char *line = read_statistics(); line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && line[length] == ' ')
            return strtol(line + length, 0, 10);
    }
    return -1;
}

long lock_failures(void)
{
    const char *text = read_statistics(), *total = text ? strchr(text, '=') : 0;
    return total ? atoi(total + 2) : -1;
}

void print_statistics(const char *from)
{
    const char *text = read_statistics(), *end;
    for (text = text ? strstr(text, from) : 0; text && (end = strchr(text, '\n')) != 0;
         text = end + 1) {
        int length = end - text;
        while (length > 0 && text[length - 1] == ' ') // lines are filled up
            length--;
        printf("%.*s\n", length, text);
    }
}
