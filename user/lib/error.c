// Error numbers as text.
#include "user/user.h"

#define ERROR_CASE(name, number, text)                                                             \
    case name:                                                                                     \
        return text;

const char *strerror(int err)
{
    switch (err) {
    case 0:
        return "No error";
        ERRORS(ERROR_CASE)
    default:
        return "Unknown error";
    }
}

void perror(const char *what) { fprintf(2, "%s: %s\n", what, strerror(errno)); }
