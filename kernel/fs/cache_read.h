// The block cache: bringing blocks in.
#ifndef KERNEL_FS_CACHE_READ_H
#define KERNEL_FS_CACHE_READ_H

#include "kernel/fs/cache.h"

// The block, read if need be, pinned. 0; -EIO; -ENOMEM: *out is 0. May sleep.
int cache_get(uint32 blockno, struct block **out);
// The same for a place in a file: -EIO, too, if another has the block.
int cache_get_for(uint64 owner, uint32 blockno, struct block **out);
// The block for a caller that is about to write all of it: zeroed, not read, pinned. Inside a
// transaction, before journal_write. Errors as above.
int cache_get_new(uint64 owner, uint32 blockno, struct block **out);

// The block, pinned, if it is in the cache, has been read, and no other place has it; else 0.
struct block *cache_get_ready(uint64 owner, uint32 blockno);

// Starts reading blocks that will be wanted soon; does not wait, may do nothing.
void cache_read_ahead(const uint32 *blocknos, uint n);

#endif
