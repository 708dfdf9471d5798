// What the tests of files.c truncate.c big.c full.c share: bytes that tell where they belong, and
// the comparison of what a file holds with them. A file has a mark, so that bytes of one file that
// turn up in another are noticed, too. All these expect success.
#ifndef USER_TESTS_USERTESTS_FILES_DATA_H
#define USER_TESTS_USERTESTS_FILES_DATA_H

#include "user/tests/usertests/usertests.h"

#define CHUNK 65536 // bytes moved at a time

extern char chunk[CHUNK]; // for any test's use; the functions below change it only if they say so

// The n bytes that belong at offset at of the file with that mark. They are never 0.
void fill(void *buf, uint64 at, int n, int mark);
// Whether buf holds those bytes, or n zeroes.
int is_filled(const void *buf, uint64 at, int n, int mark);
int is_zero(const void *buf, int n);

// Opens the file name, made anew and empty, for reading and writing.
int new_file(const char *name);
// Writes the bytes that belong at [at, at + n), with lseek; chunk is used.
void write_at(int fd, uint64 at, uint64 n, int mark);
// Reads [at, at + n), which must hold what belongs there, or zeroes; chunk is used.
void expect_filled(int fd, uint64 at, uint64 n, int mark);
void expect_zeroes(int fd, uint64 at, uint64 n);
// A new file of n such bytes.
int filled_file(const char *name, uint64 n, int mark);
void remove(const char *name);
// Closes fd and removes name.
void discard(int fd, const char *name);

uint64 size_of(int fd);
uint64 free_blocks(void);
// How many blocks of the disk a file takes that has n without holes.
uint64 blocks_of_file(uint64 n);

// Whether the call whose result is r failed with that error.
#define FAILS(r, error) ((r) == -1 && errno == (error))

#endif
