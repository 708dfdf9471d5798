# The kernel's accesses to user memory: all of them lie between uaccess_start and uaccess_end. When
# one faults, vm_fault serves it and the instruction is repeated. If it cannot be served, the trap
# handler goes on at uaccess_landing, which returns a2. So at each access a2 holds what the routine
# must return if that access fails.
#
# A copy by words counts only whole groups of words; uaccess.c then copies the rest again by bytes,
# up to the bad address.

.section .text
.globl uaccess_start, uaccess_end, uaccess_landing
.globl uaccess_copy, uaccess_copy_bytes, uaccess_string, uaccess_store_nothing

uaccess_start:

# size_t uaccess_copy(void *dst, const void *src, size_t n): copies by words where it can. Returns
# how many bytes were not copied, or not counted as copied.
uaccess_copy:
        li t0, 16
        bltu a2, t0, uaccess_copy_bytes
1:      andi t0, a0, 7          # bytes until dst is aligned
        beqz t0, 2f
        lbu t0, 0(a1)
        sb t0, 0(a0)
        addi a0, a0, 1
        addi a1, a1, 1
        addi a2, a2, -1
        j 1b
2:      andi t0, a1, 7
        bnez t0, 5f

        li t0, 64               # both aligned: eight words a turn
        bltu a2, t0, 4f
3:      ld t1, 0(a1)
        ld t2, 8(a1)
        ld t3, 16(a1)
        ld t4, 24(a1)
        ld t5, 32(a1)
        ld t6, 40(a1)
        ld a3, 48(a1)
        ld a4, 56(a1)
        sd t1, 0(a0)
        sd t2, 8(a0)
        sd t3, 16(a0)
        sd t4, 24(a0)
        sd t5, 32(a0)
        sd t6, 40(a0)
        sd a3, 48(a0)
        sd a4, 56(a0)
        addi a1, a1, 64
        addi a0, a0, 64
        addi a2, a2, -64
        bgeu a2, t0, 3b
4:      li t0, 8
        bltu a2, t0, uaccess_copy_bytes
        ld t1, 0(a1)
        sd t1, 0(a0)
        addi a1, a1, 8
        addi a0, a0, 8
        addi a2, a2, -8
        j 4b

        # src is not aligned: each word is put together from two aligned ones. Each word that is
        # read holds at least one byte that is wanted.
5:      slli t1, t0, 3          # t0 = src mod 8, t1 = bits to drop below, t2 = bits from above
        li t2, 64
        sub t2, t2, t1
        sub a1, a1, t0
        li a3, 8
        ld t3, 0(a1)
6:      bltu a2, a3, 7f
        ld t4, 8(a1)
        srl t5, t3, t1
        sll t6, t4, t2
        or t5, t5, t6
        sd t5, 0(a0)
        mv t3, t4
        addi a1, a1, 8
        addi a0, a0, 8
        addi a2, a2, -8
        j 6b
7:      add a1, a1, t0

# The same by bytes; exact.
uaccess_copy_bytes:
        beqz a2, uaccess_landing
        lbu t0, 0(a1)
        sb t0, 0(a0)
        addi a0, a0, 1
        addi a1, a1, 1
        addi a2, a2, -1
        j uaccess_copy_bytes

# int64 uaccess_string(char *dst, const char *src, size_t max): copies up to and with the 0.
# Returns the length without the 0; max if there is none; UACCESS_FAULT (-1) at a bad address.
uaccess_string:
        mv t1, a2
        mv t2, a0
        li a2, -1
8:      beqz t1, 9f
        lbu t0, 0(a1)
        sb t0, 0(a0)
        beqz t0, 9f
        addi a0, a0, 1
        addi a1, a1, 1
        addi t1, t1, -1
        j 8b
9:      sub a0, a0, t2
        ret

# int64 uaccess_store_nothing(void *word): ors 0 into the word in one atomic step: a store that
# changes nothing, even if another hart stores there at the same time. 0; UACCESS_FAULT.
uaccess_store_nothing:
        li a2, -1
        amoor.w zero, zero, (a0)
        li a0, 0
        ret

uaccess_landing:
        mv a0, a2
        ret
uaccess_end:
