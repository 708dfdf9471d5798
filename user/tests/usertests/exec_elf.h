// Programs that tests write themselves: an ELF file in one block, its code assembler in exec_elf.c.
// Tests change a field, or add a second segment, before they save it.
//
//     0      header, program headers      segment 0 is the whole file, at PROGRAM_BASE, R X
//     0x200  code, where it starts
//     0x800  data, for segment 1
#ifndef USER_TESTS_USERTESTS_EXEC_ELF_H
#define USER_TESTS_USERTESTS_EXEC_ELF_H

#include "kernel/types.h"

#define PROGRAM_BASE 0x1000
#define PROGRAM_CODE 0x200
#define PROGRAM_DATA 0x800
#define PROGRAM_SIZE 0x1000

// Where code_sum sums up bytes, and how many.
#define SUM_BASE 0x20000UL
#define SUM_SIZE 0x2000UL

enum { SEGMENT_LOAD = 1, SEGMENT_NOTE = 4, SEGMENT_X = 1, SEGMENT_W = 2, SEGMENT_R = 4 };

struct program_segment {
    uint32 type, flags;
    uint64 off, vaddr, paddr, filesz, memsz, align;
};

struct program {
    uchar ident[16]; // 0x7f E L F, class, data, version
    uint16 type, machine;
    uint32 version;
    uint64 entry, phoff, shoff;
    uint32 flags;
    uint16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
    struct program_segment segment[3];
    uchar unused[PROGRAM_CODE - 64 - 3 * 56];
    uchar code[PROGRAM_DATA - PROGRAM_CODE];
    uchar data[PROGRAM_SIZE - PROGRAM_DATA];
};

// Code of programs, each from its name to name_end:
extern const char code_argc[], code_argc_end[]; // exits with argc
// exits with 0 if it starts as it should
extern const char code_start[], code_start_end[];
extern const char code_getpid[], code_getpid_end[]; // exits with its pid
// the same, from the process page at SUM_BASE + SUM_SIZE
extern const char code_ugetpid[], code_ugetpid_end[];
extern const char code_sleep[], code_sleep_end[]; // sleeps on
// spins for some tenths of a second, exits with 0
extern const char code_spin[], code_spin_end[];
extern const char code_sigreturn[], code_sigreturn_end[]; // exits with what sigreturn returned
extern const char code_exec_loop[], code_exec_loop_end[]; // execs the file "loop" again and again
// exits with 0 if all fp registers are 0
extern const char code_fp_probe[], code_fp_probe_end[];
// exits with the sum of the SUM_SIZE bytes at SUM_BASE
extern const char code_sum[], code_sum_end[];
// exits with R W X of the entry of SUM_BASE
extern const char code_pgpte[], code_pgpte_end[];
extern const char code_pages_first[], code_pages_first_end[]; // touches 256 pages, waits
// waits, touches two pages: 42 if they hold 20 and 22
extern const char code_pages_later[], code_pages_later_end[];
// exits with a byte of its data, and changes it
extern const char code_increment[], code_increment_end[];

// A sound program with that code and one segment.
void program_init(struct program *p, const char *code, const char *end);
// Adds segment 1, R W, of the first n bytes of data, to lie at vaddr.
void program_add_data(struct program *p, uint64 vaddr, int n, uint64 memsz);
// Makes the file, or makes it anew.
void program_save(const struct program *p, const char *path);
// Both, for programs that need nothing special.
void program_write(const char *path, const char *code, const char *end);
// Runs it with argv {path}: its status, or minus the errno of an exec that failed.
int program_status(const char *path);

#endif
