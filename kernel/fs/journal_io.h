// The journal's writes.
#ifndef KERNEL_FS_JOURNAL_IO_H
#define KERNEL_FS_JOURNAL_IO_H

#include "kernel/lib/kdef.h"

// Starts writing a page, merging neighbours; it must not change before journal_io_flush, which
// waits for all such writes: then they survive a power cut. 0, -EIO.
void journal_io_write(uint32 blockno, void *page);
int journal_io_flush(void);

// Writes the header: the oldest group that may not be home is seq, at place start; flushed.
int journal_write_header(uint64 seq, uint32 start);

#endif
