// Programs that tests write themselves: see exec_elf.h. Their code must run wherever it lies, and
// is never run where it lies here.
#include "user/tests/usertests/exec_elf.h"
#include "user/tests/usertests/procs_help.h"

#define CODE(name, text)                                                                           \
    __asm__(".section .rodata\n .balign 4\n .option push\n .option norelax\n .globl " #name        \
            ", " #name "_end\n" #name ":\n" text "\n" #name                                        \
            "_end:\n .balign 4\n .option pop\n .text\n");

CODE(code_argc, "li a7, 2\n ecall")

// All registers but sp, a0 and a1 are 0, sp is aligned and below argv or there, argc is 1, argv[0]
// is not 0, argv[1] is.
CODE(code_start, "or t0, t0, ra\n or t0, t0, gp\n or t0, t0, tp\n or t0, t0, t1\n or t0, t0, t2\n "
                 "or t0, t0, t3\n"
                 "or t0, t0, t4\n or t0, t0, t5\n or t0, t0, t6\n or t0, t0, s0\n or t0, t0, s1\n "
                 "or t0, t0, s2\n"
                 "or t0, t0, s3\n or t0, t0, s4\n or t0, t0, s5\n or t0, t0, s6\n or t0, t0, s7\n "
                 "or t0, t0, s8\n"
                 "or t0, t0, s9\n or t0, t0, s10\n or t0, t0, s11\n or t0, t0, a2\n or t0, t0, "
                 "a3\n or t0, t0, a4\n"
                 "or t0, t0, a5\n or t0, t0, a6\n or t0, t0, a7\n snez t0, t0\n"
                 "andi t1, sp, 15\n snez t1, t1\n slli t1, t1, 1\n or t0, t0, t1\n"
                 "sltu t1, a1, sp\n slli t1, t1, 2\n or t0, t0, t1\n"
                 "addi t1, a0, -1\n snez t1, t1\n slli t1, t1, 3\n or t0, t0, t1\n"
                 "ld t1, 0(a1)\n seqz t1, t1\n slli t1, t1, 4\n or t0, t0, t1\n"
                 "ld t1, 8(a1)\n snez t1, t1\n slli t1, t1, 5\n or a0, t0, t1\n"
                 "li a7, 2\n ecall")

CODE(code_getpid, "li a7, 11\n ecall\n li a7, 2\n ecall")

// Without a system call, from the page behind a data segment that ends at SUM_BASE + SUM_SIZE.
CODE(code_ugetpid, "li t0, 0x22000\n lw a0, 0(t0)\n li a7, 2\n ecall")

CODE(code_spin, "li t0, 100000000\n 1: addi t0, t0, -1\n bnez t0, 1b\n li a0, 0\n li a7, 2\n ecall")

CODE(code_sigreturn, "li a7, 47\n ecall\n li a7, 2\n ecall")

CODE(code_sleep, "1: li a0, 10000\n li a7, 13\n ecall\n j 1b")

CODE(
    code_exec_loop,
    "addi sp, sp, -16\n lla a0, 1f\n sd a0, 0(sp)\n sd zero, 8(sp)\n mv a1, sp\n li a7, 7\n ecall\n"
    "li a7, 2\n ecall\n 1: .string \"loop\"")

#define OR_F(i) "fmv.x.d t0, f" #i "\n or a0, a0, t0\n"
CODE(code_fp_probe,
     "li a0, 0\n" OR_F(0) OR_F(1) OR_F(2) OR_F(3) OR_F(4) OR_F(5) OR_F(6) OR_F(7) OR_F(8) OR_F(9)
         OR_F(10) OR_F(11) OR_F(12) OR_F(13) OR_F(14) OR_F(15) OR_F(16) OR_F(17) OR_F(18) OR_F(19)
             OR_F(20) OR_F(21) OR_F(22) OR_F(23) OR_F(24) OR_F(25) OR_F(26) OR_F(27) OR_F(28)
                 OR_F(29) OR_F(30) OR_F(31) "frcsr t0\n or a0, a0, t0\n"
                                            "snez a0, a0\n li a7, 2\n ecall")

CODE(code_sum,
     "li t0, 0x20000\n li t1, 0x22000\n li a0, 0\n"
     "1: lbu t2, 0(t0)\n add a0, a0, t2\n addi t0, t0, 1\n bltu t0, t1, 1b\n li a7, 2\n ecall")

CODE(code_pgpte, "li a0, 0x20000\n li a7, 40\n ecall\n andi a0, a0, 0xe\n li a7, 2\n ecall")

// Reads the first byte of each of 256 pages, waits until its standard input ends, exits with 42.
CODE(code_pages_first,
     "li t0, 0x1000\n li t1, 0x101000\n li t3, 0x1000\n"
     "1: lbu t2, 0(t0)\n add t0, t0, t3\n bltu t0, t1, 1b\n"
     "li a0, 0\n addi a1, sp, -16\n li a2, 1\n li a7, 5\n ecall\n li a0, 42\n li a7, 2\n ecall")

// Waits likewise, then exits with the sum of the first bytes of pages 100 and 200 behind its own.
CODE(code_pages_later,
     "li a0, 0\n addi a1, sp, -16\n li a2, 1\n li a7, 5\n ecall\n"
     "li t0, 0x65000\n lbu a0, 0(t0)\n li t0, 0xc9000\n lbu t1, 0(t0)\n add a0, a0, t1\n"
     "li a7, 2\n ecall")

// Exits with the byte at SUM_BASE + 0x800, which it has made greater by one.
CODE(code_increment,
     "li t0, 0x20800\n lbu a0, 0(t0)\n addi t1, a0, 1\n sb t1, 0(t0)\n li a7, 2\n ecall")

void program_init(struct program *p, const char *code, const char *end)
{
    *p = (struct program){
        .ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
        .type = 2,
        .machine = 243,
        .version = 1,
        .entry = PROGRAM_BASE + PROGRAM_CODE,
        .phoff = offsetof(struct program, segment),
        .ehsize = offsetof(struct program, segment),
        .phentsize = sizeof(p->segment[0]),
        .phnum = 1,
    };
    p->segment[0] = (struct program_segment){
        .type = SEGMENT_LOAD,
        .flags = SEGMENT_R | SEGMENT_X,
        .vaddr = PROGRAM_BASE,
        .filesz = PROGRAM_SIZE,
        .memsz = PROGRAM_SIZE,
        .align = PGSIZE,
    };
    expect(sizeof(*p) == PROGRAM_SIZE && end - code <= (long)sizeof(p->code), "the code fits");
    memcpy(p->code, code, end - code);
}

void program_add_data(struct program *p, uint64 vaddr, int n, uint64 memsz)
{
    p->phnum = 2;
    p->segment[1] = (struct program_segment){
        .type = SEGMENT_LOAD,
        .flags = SEGMENT_R | SEGMENT_W,
        .off = PROGRAM_DATA,
        .vaddr = vaddr,
        .filesz = n,
        .memsz = memsz,
    };
}

void program_save(const struct program *p, const char *path)
{
    int fd = open(path, O_CREATE | O_TRUNC | O_WRONLY);
    expect(fd >= 0 && write_all(fd, p, sizeof(*p)) == 0, "%s can be written", path);
    close(fd);
}

void program_write(const char *path, const char *code, const char *end)
{
    static struct program p;
    program_init(&p, code, end);
    program_save(&p, path);
}

int program_status(const char *path)
{
    char *argv[] = {(char *)path, 0};
    int status, pid = must_fork();
    if (pid == 0) {
        exec(path, argv);
        exit(-errno);
    }
    expect(waitpid(pid, &status, 0) == pid, "%s is waited for", path);
    return status;
}
