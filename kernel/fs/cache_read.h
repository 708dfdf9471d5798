// The block cache: bringing blocks in. Their states and their lives: cache.h.
#ifndef KERNEL_FS_CACHE_READ_H
#define KERNEL_FS_CACHE_READ_H

#include "kernel/fs/cache.h"

// The block of that number, read if need be, pinned: the caller does cache_put. May sleep. 0; -EIO:
// the disk cannot give it, or has no such block; -ENOMEM. On an error *out is NULL.
int cache_get(uint32 blockno, struct block **out);
// The same for a place in a file (block_owner): -EIO, too, if another place has the block.
int cache_get_for(uint64 owner, uint32 blockno, struct block **out);
// The same for a caller that is about to write the whole block: it is zeroed instead of read. In a
// transaction, before journal_write.
int cache_get_new(uint64 owner, uint32 blockno, struct block **out);
// The block, pinned, if it is in the cache, has been read, and no other place has it; else NULL.
// Never sleeps.
struct block *cache_get_ready(uint64 owner, uint32 blockno);

// Starts to read those of the n blocks that are not cached, and waits for none. May do nothing.
void cache_read_ahead(const uint32 *blocknos, uint n);

#endif
