// The journal's writes: many in flight, neighbouring blocks in one request. One thread at a time
// uses this: the journal's, or the one that mounts.
#ifndef KERNEL_FS_JOURNAL_IO_H
#define KERNEL_FS_JOURNAL_IO_H

#include "kernel/lib/kdef.h"

// Starts to write a page to a block. The page must not change before the next journal_io_flush.
void journal_io_write(uint32 blockno, void *page);
// Waits for all writes that were started. When it returns 0 they survive a power cut. -EIO: one of
// them, or the flush, has failed.
int journal_io_flush(void);

// Writes the journal's header and flushes: the oldest group that may not be home is number seq, at
// place start of the ring. 0, -EIO.
int journal_write_header(uint64 seq, uint32 start);

#endif
