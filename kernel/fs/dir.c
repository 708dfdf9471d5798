// Directories: looking for entries and writing them. Entries have 64 bytes and never straddle
// blocks, so a search compares whole words in the cache's own pages.
#include "kernel/fs/dir.h"

#include "kernel/errno.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/journal.h"
#include "kernel/thread/self.h"

#define WORDS (sizeof(struct dirent) / sizeof(uint64))

static_assert(sizeof(struct dirent) == 64, "size of directory entries");

// An entry as the words that it is compared by. The low 16 bits of the first are inum.
union entry {
    struct dirent de;
    uint64 word[WORDS];
};

// Finds the first entry that matches key. 0; -ENOENT; -EIO; -ENOMEM; -EINTR: the caller was killed.
static inline __attribute__((always_inline)) int
dir_scan(struct inode *dir, const union entry *key,
         bool (*match)(const union entry *e, const union entry *key), struct dir_slot *slot)
{
    slot->block = 0;
    for (uint64 off = 0; off < dir->d.size; off += BSIZE) {
        struct block *b;
        if (off > 0 && thread_killed()) // a directory may be large
            return -EINTR;
        int e = inode_block(dir, off, &b);
        if (e || !b)
            return e ? e : -EIO; // directories have no holes
        union entry *entry = block_data(b);
        union entry *end = entry + min_u64(BSIZE, dir->d.size - off) / sizeof *entry;
        while (entry < end && !match(entry, key))
            entry++;
        if (entry < end) {
            slot->block = b;
            slot->entry = &entry->de;
            return 0;
        }
        cache_put(b);
    }
    return -ENOENT;
}

static void make_entry(union entry *e, const char *name, uint32 inum)
{
    memset(e, 0, sizeof *e);
    e->de.inum = inum;
    memcpy(e->de.name, name, strnlen(name, DIRSIZ));
}

static inline bool match_name(const union entry *e, const union entry *key)
{
    if ((e->word[0] ^ key->word[0]) >> 16 || e->de.inum == 0) // most differ in the first letters
        return false;
    for (uint i = 1; i < WORDS; i++)
        if (e->word[i] != key->word[i])
            return false;
    return true;
}

int dir_find(struct inode *dir, const char *name, struct dir_slot *slot)
{
    union entry key;
    make_entry(&key, name, 0);
    return dir_scan(dir, &key, match_name, slot);
}

static inline bool match_inode(const union entry *e, const union entry *key)
{
    return e->de.inum == key->de.inum && !is_dots(e->de.name);
}

int dir_find_inode(struct inode *dir, uint32 inum, struct dir_slot *slot)
{
    const union entry key = {.de.inum = inum};
    return dir_scan(dir, &key, match_inode, slot);
}

static inline bool match_used(const union entry *e, const union entry *)
{
    return e->de.inum != 0 && !is_dots(e->de.name);
}

int dir_check_empty(struct inode *dir)
{
    struct dir_slot slot;
    int e = dir_scan(dir, 0, match_used, &slot);
    if (e)
        return e == -ENOENT ? 0 : e;
    cache_put(slot.block);
    return -ENOTEMPTY;
}

int dir_enter(struct inode *dir, const char *name, uint32 inum)
{
    struct dir_slot slot;
    union entry new;
    make_entry(&new, name, inum);
    int e = dir_find_inode(dir, 0, &slot);
    if (e == -ENOENT) {
        int64 r = inode_write(dir, &new, dir->d.size, sizeof new);
        return r < 0 ? r : 0; // all or nothing: it lies in one block
    }
    if (e == 0) {
        *slot.entry = new.de;
        journal_write(slot.block);
        cache_put(slot.block);
    }
    return e;
}

void dir_set(const struct dir_slot *slot, uint32 inum)
{
    if (inum == 0)
        memset(slot->entry, 0, sizeof *slot->entry);
    slot->entry->inum = inum;
    journal_write(slot->block);
}
