// Program files: sound ones of unusual shape load as they say, all others are refused.
#include "kernel/memlayout.h"
#include "user/tests/usertests/exec.h"
#include "user/tests/usertests/exec_elf.h"
#include "user/tests/usertests/procs_help.h"

// One field of the file: what it gets.
struct damage {
    const char *field;
    int offset, size;
    uint64 value;
};

#define FIELD(field, value)                                                                        \
    {                                                                                              \
#field, offsetof(struct program, field), sizeof(((struct program *)0)->field), value       \
    }

static const struct damage header_damage[] = {
    FIELD(ident[0], 0),
    FIELD(ident[3], 'G'),
    FIELD(ident[4], 1), // 32 bits
    FIELD(ident[5], 2), // big-endian
    FIELD(type, 1),     // an object file
    FIELD(type, 3),     // a shared object
    FIELD(machine, 62),
    FIELD(entry, 0),
    FIELD(entry, PROGRAM_BASE - 2),
    FIELD(entry, PROGRAM_BASE + PROGRAM_SIZE),
    FIELD(entry, ~0UL),
    FIELD(entry, MAXVA),
    FIELD(phoff, PROGRAM_SIZE),
    FIELD(phoff, PROGRAM_SIZE - 55),
    FIELD(phoff, 1UL << 40),
    FIELD(phoff, ~0UL),
    FIELD(phoff, -56UL),
    FIELD(phentsize, 0),
    FIELD(phentsize, 55),
    FIELD(phentsize, 32), // of a 32-bit file
    FIELD(phnum, 0),
    FIELD(phnum, 17),
    FIELD(phnum, 0xffff),
    FIELD(segment[0].type, SEGMENT_NOTE), // nothing to load
    FIELD(segment[0].memsz, 0),
};

// Beside a sound segment 1 at SUM_BASE.
static const struct damage segment_damage[] = {
    FIELD(segment[0].vaddr, 0),
    FIELD(segment[0].vaddr, PROGRAM_BASE - 1),
    FIELD(segment[0].vaddr, SUM_BASE),              // the same as segment 1
    FIELD(segment[0].vaddr, SUM_BASE + PGSIZE * 4), // not in order
    FIELD(segment[0].filesz, PROGRAM_SIZE + 1),
    FIELD(segment[0].memsz, PROGRAM_SIZE - 1),
    FIELD(segment[0].memsz, SUM_BASE), // over segment 1
    FIELD(segment[0].flags, SEGMENT_R | SEGMENT_W | SEGMENT_X),
    FIELD(segment[1].flags, SEGMENT_W | SEGMENT_X),
    FIELD(segment[1].vaddr, PROGRAM_BASE),
    FIELD(segment[1].vaddr, PROGRAM_BASE + PROGRAM_SIZE - 1), // the last byte of segment 0's page
    FIELD(segment[1].vaddr, 0),
    FIELD(segment[1].vaddr, KERNBASE << 16),
    FIELD(segment[1].vaddr, TRAPFRAME),
    FIELD(segment[1].vaddr, TRAPFRAME - PGSIZE), // no room for a stack
    FIELD(segment[1].vaddr, TRAPFRAME - (USERGUARD + USERSTACK + 2) * PGSIZE),
    FIELD(segment[1].vaddr, TRAPFRAME - (USERGUARD + USERSTACK + 3) * PGSIZE),
    FIELD(segment[1].vaddr, MAXVA),
    FIELD(segment[1].vaddr, -PGSIZE),
    FIELD(segment[1].vaddr, 0xffffffc000000000),
    FIELD(segment[1].memsz, 99), // less than filesz
    FIELD(segment[1].memsz, -SUM_BASE),
    FIELD(segment[1].memsz, -PROGRAM_BASE),
    FIELD(segment[1].memsz, ~0UL),
    FIELD(segment[1].memsz, TRAPFRAME - SUM_BASE),
    FIELD(segment[1].memsz, TRAPFRAME - (USERGUARD + USERSTACK + 2) * PGSIZE - SUM_BASE + 1),
    FIELD(segment[1].filesz, SUM_SIZE + 1), // more than memsz
    FIELD(segment[1].filesz, SUM_SIZE),     // more than the file has
    FIELD(segment[1].filesz, ~0UL),
    FIELD(segment[1].off, PROGRAM_SIZE - 99),
    FIELD(segment[1].off, PROGRAM_SIZE),
    FIELD(segment[1].off, 1UL << 50),
    FIELD(segment[1].off, -50UL),
    FIELD(segment[1].off, ~0UL),
};

// Each damage to a copy of p is ENOEXEC; before and afterwards p itself ends with status.
static void try_damages(const struct program *p, const struct damage *d, int n, int status)
{
    char *argv[] = {"prog", 0};
    static struct program copy;
    program_save(p, "prog");
    expect(program_status("prog") == status, "the sound program runs");
    for (int i = 0; i < n; i++) {
        copy = *p;
        memcpy((char *)&copy + d[i].offset, &d[i].value, d[i].size);
        program_save(&copy, "prog");
        errno = 0;
        if (must_fork() == 0) {
            expect(exec("prog", argv) == -1 && errno == ENOEXEC, "ENOEXEC for %s 0x%lx", d[i].field,
                   d[i].value);
            exit(0);
        }
        int ended = 1;
        expect(wait(&ended) > 0 && ended == 0, "%s 0x%lx is refused, not status %d", d[i].field,
               d[i].value, ended);
    }
    program_save(p, "prog");
    expect(program_status("prog") == status, "the sound program runs again");
    unlink("prog");
}

void damaged_headers(void)
{
    static struct program p;
    program_init(&p, code_argc, code_argc_end);
    try_damages(&p, header_damage, sizeof(header_damage) / sizeof(header_damage[0]), 1);
}

// Data bytes 1, 2, 3 ... 100 in segment 1: their sum is the program's status.
#define DATA_BYTES 100
#define DATA_SUM   (DATA_BYTES * (DATA_BYTES + 1) / 2)

static void make_sum_program(struct program *p, uint64 vaddr, uint64 memsz)
{
    program_init(p, code_sum, code_sum_end);
    for (int i = 0; i < DATA_BYTES; i++)
        p->data[i] = i + 1;
    program_add_data(p, vaddr, DATA_BYTES, memsz);
}

void damaged_segments(void)
{
    static struct program p;
    make_sum_program(&p, SUM_BASE, SUM_SIZE);
    try_damages(&p, segment_damage, sizeof(segment_damage) / sizeof(segment_damage[0]), DATA_SUM);
}

void truncated_programs(void)
{
    static const int lengths[] = {1,       3,        4,        16,    63,    64,    64 + 55,
                                  64 + 56, 64 + 111, 64 + 112, 0x200, 0x800, 0xffe, 0xfff};
    program_write("prog", code_argc, code_argc_end);
    for (uint i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        program_write("prog", code_argc, code_argc_end);
        int fd = open("prog", O_RDWR);
        expect(fd >= 0 && ftruncate(fd, lengths[i]) == 0, "ftruncate");
        close(fd);
        expect(program_status("prog") == -ENOEXEC, "%d bytes are ENOEXEC", lengths[i]);
    }
    unlink("prog");
}

void no_programs(void)
{
    expect(mkdir("dir") == 0, "mkdir");
    close(open("empty", O_CREATE | O_RDWR));
    int fd = open("text", O_CREATE | O_RDWR);
    expect(write(fd, "#!/sh\necho\n", 11) == 11, "write");
    close(fd);
    expect(program_status("empty") == -ENOEXEC, "an empty file");
    expect(program_status("text") == -ENOEXEC, "a text");
    expect(program_status("dir") == -EACCES && program_status("/console") == -EACCES,
           "a directory, a device");
    expect(program_status("none") == -ENOENT, "no file");
    unlink("text");
    unlink("empty");
    unlink("dir");
}

void segments_that_are_allowed(void)
{
    static struct program p;
    make_sum_program(&p, SUM_BASE, SUM_SIZE);
    p.phnum = 3;
    p.segment[2] =
        (struct program_segment){.type = SEGMENT_NOTE, .off = ~0UL, .vaddr = ~0UL, .filesz = ~0UL};
    program_save(&p, "prog");
    expect(program_status("prog") == DATA_SUM,
           "a segment of another type is skipped, whatever it says");
    p.segment[2] =
        (struct program_segment){.type = SEGMENT_LOAD, .vaddr = 0, .filesz = 0, .memsz = 0};
    program_save(&p, "prog");
    expect(program_status("prog") == DATA_SUM, "an empty segment is skipped");
    p.segment[2] = (struct program_segment){.type = SEGMENT_LOAD, .flags = SEGMENT_R};
    p.segment[2].vaddr = TRAPFRAME - (USERGUARD + USERSTACK + 3) * PGSIZE;
    p.segment[2].memsz = PGSIZE;
    program_save(&p, "prog");
    expect(program_status("prog") == DATA_SUM,
           "a segment may lie directly below the highest stack");
    unlink("prog");
}

void unaligned_segment(void)
{
    static struct program p;
    static const int offsets[] = {1, 0x123, PGSIZE - 50, PGSIZE - 1};
    for (uint i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        make_sum_program(&p, SUM_BASE + offsets[i], SUM_SIZE - offsets[i]);
        program_save(&p, "prog");
        expect(program_status("prog") == DATA_SUM, "all bytes are loaded at +%d", offsets[i]);
        make_sum_program(&p, SUM_BASE - offsets[i], SUM_SIZE + offsets[i]);
        program_save(&p, "prog");
        int low = offsets[i] > DATA_BYTES ? DATA_BYTES : offsets[i];
        int wanted = DATA_SUM - low * (low + 1) / 2, status = program_status("prog");
        expect(status == wanted, "%d bytes lie below -%d: sum %d, not %d", low, offsets[i], wanted,
               status);
    }
    unlink("prog");
}

static void dirty_memory(void *arg)
{
    char *p = sbrk(200 * PGSIZE);
    (void)arg;
    memset(p, 0xff, 200 * PGSIZE);
}

// Frames that were full of other bytes are made into bss.
void bss_is_zero(void)
{
    static struct program p;
    for (int i = 0; i < 5; i++) {
        expect(status_of(dirty_memory, 0) == 0, "dirty");
        make_sum_program(&p, SUM_BASE, SUM_SIZE);
        program_save(&p, "prog");
        expect(program_status("prog") == DATA_SUM, "behind the bytes all is zero");
        program_add_data(&p, SUM_BASE, 0, SUM_SIZE);
        program_save(&p, "prog");
        expect(program_status("prog") == 0, "without bytes all is zero");
    }
    unlink("prog");
}

// The second block of the file is a hole, the third holds the bytes.
void holes_in_programs(void)
{
    static struct program p;
    make_sum_program(&p, SUM_BASE, SUM_SIZE);
    p.segment[1].off = PROGRAM_SIZE;
    p.segment[1].filesz = BSIZE + DATA_BYTES;
    program_save(&p, "prog");
    int fd = open("prog", O_WRONLY);
    expect(fd >= 0 && lseek(fd, PROGRAM_SIZE + BSIZE, SEEK_SET) == PROGRAM_SIZE + BSIZE, "lseek");
    expect(write(fd, p.data, DATA_BYTES) == DATA_BYTES, "write");
    close(fd);
    expect(program_status("prog") == DATA_SUM, "the hole is zero, the bytes behind it are there");
    unlink("prog");
}

void program_starts_clean(void)
{
    program_write("start", code_start, code_start_end);
    for (int i = 0; i < 5; i++) {
        int status = program_status("start");
        expect(status == 0, "a clean start, not 0x%x", status);
    }
    unlink("start");
}

void main_returns(void)
{
    expect(program_status("/true") == 0, "true returns 0");
    expect(program_status("/false") == 1, "false returns 1");
}
