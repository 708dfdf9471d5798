// The executable format, as far as exec reads it (System V ABI, chapters "Object Files" and
// "Program Loading"; RISC-V ELF psABI).
#ifndef KERNEL_PROC_ELF_H
#define KERNEL_PROC_ELF_H

#include "kernel/types.h"

#define ELF_MAGIC   0x464c457fU // "\x7fELF", little-endian
#define ELF_CLASS64 2
#define ELF_LITTLE  1
#define ELF_EXEC    2
#define ELF_RISCV   243
#define ELF_PT_LOAD 1
#define ELF_PF_X    1
#define ELF_PF_W    2
#define ELF_PF_R    4

struct elf_header {
    uint32 magic;
    uint8 class, data, version, osabi;
    uint8 pad[8];
    uint16 type, machine;
    uint32 version2;
    uint64 entry, phoff, shoff;
    uint32 flags;
    uint16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
    uint32 type, flags;
    uint64 off, vaddr, paddr, filesz, memsz, align;
};

#endif
