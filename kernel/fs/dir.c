// Directories: looking for entries and writing them. Entries have 64 bytes and never straddle
// blocks, so a search compares whole words in the cache's own pages.
#include "kernel/fs/dir.h"

#include "kernel/errno.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/path.h"
#include "kernel/lib/string.h"

#define WORDS         (sizeof(struct dirent) / sizeof(uint64))
#define NO_OFFSET     (~0UL)
#define PARENT_OFFSET sizeof(struct dirent) // of ".."

static_assert(sizeof(struct dirent) == 64, "size of directory entries");

// An entry as the words that it is compared by. The low 16 bits of the first are inum.
union entry {
    struct dirent de;
    uint64 word[WORDS];
};

// What a search looks for, and what it found.
struct search {
    union entry key;
    uint64 free; // offset of the first free entry, or NO_OFFSET
    union entry found;
    uint64 offset; // of found
};

int dir_check(const struct inode *dir)
{
    if (dir->d.type != T_DIR)
        return -ENOTDIR;
    return dir->d.nlink == 0 ? -ENOENT : 0;
}

// Calls match for each entry until it returns true. 1: it did, s->found is that entry; 0; -E...
static inline __attribute__((always_inline)) int
dir_scan(struct inode *dir, struct search *s,
         bool (*match)(struct search *s, const union entry *e, uint64 offset))
{
    for (uint64 off = 0; off < dir->d.size; off += BSIZE) {
        struct block *b;
        int e = inode_block(dir, off, &b);
        if (e || !b)
            return e ? e : -EIO; // directories have no holes
        const union entry *entry = block_data(b);
        uint n = min_u64(BSIZE, dir->d.size - off) / sizeof *entry, i = 0;
        while (i < n && !match(s, &entry[i], off + i * sizeof *entry))
            i++;
        if (i < n) {
            s->offset = off + i * sizeof *entry;
            s->found = entry[i];
        }
        cache_put(b);
        if (i < n)
            return 1;
    }
    return 0;
}

static inline bool match_name(struct search *s, const union entry *e, uint64 offset)
{
    if (e->de.inum == 0) {
        s->free = min_u64(s->free, offset);
        return false;
    }
    if ((e->word[0] ^ s->key.word[0]) >> 16)
        return false;
    for (uint i = 1; i < WORDS; i++)
        if (e->word[i] != s->key.word[i])
            return false;
    return true;
}

int dir_find(struct inode *dir, const char *name, struct dir_slot *slot)
{
    struct search s;
    memset(&s.key, 0, sizeof s.key);
    memcpy(s.key.de.name, name, strnlen(name, DIRSIZ));
    s.free = NO_OFFSET;
    int e = dir_scan(dir, &s, match_name);
    if (e < 0)
        return e;
    slot->offset = e ? s.offset : min_u64(s.free, dir->d.size);
    slot->inum = e ? s.found.de.inum : 0;
    return e ? 0 : -ENOENT;
}

int dir_lookup(struct inode *dir, const char *name, uint32 *inum, uint64 *offset)
{
    struct dir_slot slot;
    int e = dir_find(dir, name, &slot);
    if (e)
        return e;
    *inum = slot.inum;
    if (offset)
        *offset = slot.offset;
    return 0;
}

static bool is_dots(const struct dirent *de)
{
    return strncmp(de->name, ".", DIRSIZ) == 0 || strncmp(de->name, "..", DIRSIZ) == 0;
}

static inline bool match_inode(struct search *s, const union entry *e, uint64 offset)
{
    (void)offset;
    return e->de.inum == s->key.de.inum && !is_dots(&e->de);
}

int dir_find_inode(struct inode *dir, uint32 inum, char name[DIRSIZ + 1])
{
    struct search s;
    s.key.de.inum = inum;
    int e = dir_scan(dir, &s, match_inode);
    if (e <= 0)
        return e ? e : -ENOENT;
    memcpy(name, s.found.de.name, DIRSIZ);
    name[DIRSIZ] = 0;
    return 0;
}

static inline bool match_used(struct search *s, const union entry *e, uint64 offset)
{
    (void)s, (void)offset;
    return e->de.inum != 0 && !is_dots(&e->de);
}

int dir_check_empty(struct inode *dir)
{
    struct search s;
    int e = dir_scan(dir, &s, match_used);
    return e > 0 ? -ENOTEMPTY : e;
}

static void make_entry(struct dirent *de, const char *name, uint32 inum)
{
    memset(de, 0, sizeof *de);
    de->inum = inum;
    memcpy(de->name, name, strnlen(name, DIRSIZ));
}

static int write_entries(struct inode *dir, uint64 offset, const struct dirent *de, uint n)
{
    int64 r = inode_write(dir, de, offset, n * sizeof *de);
    return r < 0 ? r : 0; // all or nothing: they lie in one block
}

int dir_enter(struct inode *dir, uint64 offset, const char *name, uint32 inum)
{
    struct dirent de;
    make_entry(&de, name, inum);
    return write_entries(dir, offset, &de, 1);
}

int dir_clear(struct inode *dir, uint64 offset)
{
    struct dirent de;
    make_entry(&de, "", 0);
    return write_entries(dir, offset, &de, 1);
}

int dir_init(struct inode *dir, uint32 parent)
{
    struct dirent de[2];
    make_entry(&de[0], ".", dir->inum);
    make_entry(&de[1], "..", parent);
    return write_entries(dir, 0, de, 2);
}

int dir_set_parent(struct inode *dir, uint32 parent)
{
    struct dirent de;
    make_entry(&de, "..", parent);
    return write_entries(dir, PARENT_OFFSET, &de, 1);
}
