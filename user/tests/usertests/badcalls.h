// The area badcalls: every system call with every kind of bad pointer and bad number gives one
// exact error, or an exact short count, and changes nothing; good arguments may lie anywhere.
//
//     badcalls.c           the list of tests; calls that do not exist
//     badcalls_fixture.c   the file and the pipes that calls are tried on, and what they look like
//     badcalls_pointers.c  calls with a pointer that is bad
//     badcalls_numbers.c   calls with a number or a name that is bad
//     badcalls_edges.c     good arguments across page edges, in untouched and in shared pages
#ifndef USER_TESTS_USERTESTS_BADCALLS_H
#define USER_TESTS_USERTESTS_BADCALLS_H

#include "kernel/syscall.h"
#include "user/tests/usertests/access.h"

#define SUB_DIR   "d"
#define FILE_NAME "d/file"
#define LINK_NAME "link" // a symbolic link to "somewhere"
#define FILE_SIZE 5000
#define PIPE_FILL 3000

struct fixture {
    int file;        // open on FILE_NAME, which holds FILE_SIZE bytes of pattern(), at offset 0
    int pipe_in[2];  // holds PIPE_FILL bytes of pattern()
    int pipe_out[2]; // empty
};

char pattern(int i);
void fixture_make(struct fixture *f);
void fixture_remove(struct fixture *f);
// After a call: says what has changed although it must not have.
void fixture_check(struct fixture *f, const char *call);
// The same for what the call was tried on. moved: bytes that were read or written, or an error.
void fixture_check_read(struct fixture *f, const char *call, int fd, long moved);
void fixture_check_write(struct fixture *f, const char *call, int fd, long moved);

struct number_row {
    const char *name;
    int number;
    int error;
    long args[6];
};

// Each call must give its error and change nothing. The last row has no name.
void refuse_rows(struct fixture *f, const struct number_row *row);

void bad_pointers(void);
void bad_descriptors(void);
void bad_counts(void);
void bad_process_numbers(void);
void bad_names(void);
void bad_mappings(void);
void bad_requests(void);
void across_page_edges(void);
void in_untouched_pages(void);
void in_shared_pages(void);

#endif
