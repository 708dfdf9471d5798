// badptr: every system call with every kind of bad pointer and bad number returns an error, or an
// exact short count, and changes nothing; good arguments may lie across page edges.
//
//     fixture.c    the file and pipe that the calls are tried on, and what they look like
//     pointers.c   calls with a pointer that is bad
//     numbers.c    calls with numbers that are bad
//     edges.c      good arguments across page edges, in untouched and shared pages
#ifndef USER_TESTS_BADPTR_BADPTR_H
#define USER_TESTS_BADPTR_BADPTR_H

#include "kernel/fcntl.h"
#include "kernel/memlayout.h"
#include "kernel/stat.h"
#include "kernel/syscall.h"
#include "user/lib/test.h"

#define DIR_NAME  "/badptr.dir"
#define FILE_NAME "/badptr.dir/file"
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
// After a call that returned result: says what has changed although it must not have.
// moved: bytes that were read from the file or the pipe, or written.
void fixture_check(struct fixture *f, const char *call);
void fixture_check_read(struct fixture *f, const char *call, int fd, long moved);
void fixture_check_write(struct fixture *f, const char *call, int fd, long moved);

void bad_pointers(void);
void bad_numbers(void);
void across_edges(void);
void untouched_arguments(void);
void shared_arguments(void);

#endif
