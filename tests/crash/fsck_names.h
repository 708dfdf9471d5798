// Read before each of fsck's sources, which become a part of another program (check.c): their names
// must not be the kernel's, and what they print and how they end is caught.
#ifndef CRASH_FSCK_NAMES_H
#define CRASH_FSCK_NAMES_H

#include <stdio.h>
#include <stdlib.h>

#define main           fsck_main
#define block_alloc    fsck_block_alloc
#define block_valid    fsck_block_valid
#define block_in_use   fsck_block_in_use
#define inode_alloc    fsck_inode_alloc
#define inode_free     fsck_inode_free
#define journal_replay fsck_journal_replay

#define printf(...)           fsck_print(__VA_ARGS__)
#define vprintf(format, args) fsck_vprint(format, args)
#define putchar(c)            fsck_print("%c", c)
#define exit(status)          fsck_exit(status)

int fsck_main(int argc, char **argv);
void fsck_print(const char *format, ...);
void fsck_vprint(const char *format, va_list args);
_Noreturn void fsck_exit(int status);

#endif
