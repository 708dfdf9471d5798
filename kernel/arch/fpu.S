# Saves and loads the floating-point registers (fpu.h). The only file that is assembled for a
# processor that has them (rv64gc). a0: struct fpregs, f0 to f31 and then fcsr.
#define FS_DIRTY 0x6000

.text
.globl fpu_save
fpu_save:
        li t0, FS_DIRTY
        csrs sstatus, t0
        frcsr t1
        sd t1, 256(a0)
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        fsd f\n, (\n * 8)(a0)
.endr
        csrc sstatus, t0
        ret

.globl fpu_load
fpu_load:
        li t0, FS_DIRTY
        csrs sstatus, t0
        ld t1, 256(a0)
        fscsr t1
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        fld f\n, (\n * 8)(a0)
.endr
        csrc sstatus, t0
        ret
