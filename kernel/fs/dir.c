// Directories: looking for entries and writing them (dir.h). Entries have 64 bytes and never
// straddle blocks, so a search compares whole words in the cache's own pages.
#include "kernel/fs/dir.h"

#include "kernel/errno.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/journal.h"
#include "kernel/thread/self.h"

#define WORDS (sizeof(struct dirent) / sizeof(uint64))

static_assert(sizeof(struct dirent) == 64, "size of directory entries");

// An entry as the words by which it is compared. The low 16 bits of the first are inum.
union entry {
    struct dirent de;
    uint64 word[WORDS];
};

// Finds the first entry that matches key. Errors as dir_find.
static inline __attribute__((always_inline)) int
scan(struct inode *dir, const union entry *key,
     bool (*match)(const union entry *entry, const union entry *key), struct dir_entry *found)
{
    found->block = NULL;

    for (uint64 off = 0; off < dir->d.size; off += BSIZE) {
        struct block *b;
        if (off > 0 && thread_killed()) // a directory may be large
            return -EINTR;
        int err = inode_block(dir, off, &b);
        if (err)
            return err;
        if (b == NULL)
            return -EIO; // a hole: directories have none

        union entry *entry = block_data(b);
        union entry *end = entry + min_u64(BSIZE, dir->d.size - off) / sizeof *entry;
        while (entry < end && !match(entry, key))
            entry++;
        if (entry < end) {
            found->block = b;
            found->dirent = &entry->de;
            return 0;
        }
        cache_put(b);
    }
    return -ENOENT;
}

static void make_entry(union entry *entry, const char *name, uint32 inum)
{
    memset(entry, 0, sizeof *entry);
    entry->de.inum = inum;
    memcpy(entry->de.name, name, strnlen(name, DIRSIZ));
}

static inline bool match_name(const union entry *entry, const union entry *key)
{
    // Most entries differ in the first letters, which share a word with inum.
    if ((entry->word[0] ^ key->word[0]) >> 16 || entry->de.inum == 0)
        return false;
    for (uint i = 1; i < WORDS; i++)
        if (entry->word[i] != key->word[i])
            return false;
    return true;
}

int dir_find(struct inode *dir, const char *name, struct dir_entry *entry)
{
    union entry key;
    make_entry(&key, name, 0);
    return scan(dir, &key, match_name, entry);
}

static inline bool match_inode(const union entry *entry, const union entry *key)
{
    return entry->de.inum == key->de.inum && !is_dots(entry->de.name);
}

int dir_find_inode(struct inode *dir, uint32 inum, struct dir_entry *entry)
{
    const union entry key = {.de.inum = inum};
    return scan(dir, &key, match_inode, entry);
}

static inline bool match_used(const union entry *entry, const union entry *)
{
    return entry->de.inum != 0 && !is_dots(entry->de.name);
}

int dir_check_empty(struct inode *dir)
{
    struct dir_entry entry;
    int err = scan(dir, NULL, match_used, &entry);
    if (err == -ENOENT)
        return 0;
    if (err)
        return err;
    cache_put(entry.block);
    return -ENOTEMPTY;
}

int dir_enter(struct inode *dir, const char *name, uint32 inum)
{
    struct dir_entry free;
    union entry new;
    make_entry(&new, name, inum);

    // The directory grows if it has no free entry. An entry lies in one block, so that all of it is
    // written, or nothing.
    int err = dir_find_inode(dir, 0, &free);
    if (err == -ENOENT) {
        int64 written = inode_write(dir, &new, dir->d.size, sizeof new);
        return written < 0 ? written : 0;
    }
    if (err)
        return err;

    *free.dirent = new.de;
    journal_write(free.block);
    cache_put(free.block);
    return 0;
}

void dir_set(const struct dir_entry *entry, uint32 inum)
{
    if (inum == 0)
        memset(entry->dirent, 0, sizeof *entry->dirent);
    entry->dirent->inum = inum;
    journal_write(entry->block);
}
