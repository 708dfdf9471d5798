// The file system on disk. Part of the ABI: kernel, mkfs, fsck, fsutil and programs that read
// directories share it. All numbers are little-endian.
//
// A disk is an array of blocks of BSIZE bytes:
//
//     0                     not used
//     1                     superblock
//     logstart  ..          journal: its header, then a ring of nlog - 1 blocks
//     inodestart ..         inodes, INODES_PER_BLOCK to a block
//     bmapstart ..          a bit for each block of the disk, 1 = in use; the blocks before
//                           datastart and the bits beyond the disk's end are 1
//     datastart .. size     files, directories, indirect blocks
//
// The parts follow each other in this order without gaps; datastart = bmapstart + number of
// bitmap blocks, nblocks = size - datastart.
#ifndef KERNEL_FS_H
#define KERNEL_FS_H

#include "kernel/param.h"
#include "kernel/types.h"

#define BSIZE   4096
#define ROOTINO 1          // inode of the root directory; inode 0 is never used
#define FSMAGIC 0x33444c46 // "FLD3"

// What other disks have: they are told by name, and not mounted.
#define FSMAGIC_OLD                                                                                \
    0x32444c46 // "FLD2", an earlier Twofold: inodes and group records of another form
#define FSMAGIC_XV6   0x10203040 // xv6's superblock ...
#define FSMAGIC_XV6AT 1024       // ... begins at this byte of the disk

// The limits of a file system: the kernel mounts, and the tools make and accept, what lies within.
#define FSSIZE_MAX                                                                                 \
    0x7fffffff // blocks: the journal needs the top bit of a block's number (JHOME_ESCAPED)
#define NINODES_MIN 32
#define NINODES_MAX 65536                 // a directory entry has 16 bits for the number
#define NLOG_MIN    (2 * MAXOPBLOCKS + 2) // blocks of the journal: room for two full transactions
#define NLOG_MAX    65536 // a longer one makes nothing faster but a mount after a crash slower

struct superblock {
    uint32 magic;      // FSMAGIC
    uint32 size;       // blocks of the disk
    uint32 nblocks;    // data blocks
    uint32 ninodes;    // inodes, inode 0 included
    uint32 nlog;       // blocks of the journal, its header included
    uint32 logstart;   // first block of the journal: LOGSTART
    uint32 inodestart; // first block of inodes
    uint32 bmapstart;  // first block of the bitmap
    uint32 datastart;  // first data block
    uint32 blocksize;  // BSIZE
    // 0. Each bit will be an addition to the format: who does not know one must not mount
    uint32 features;
    uint32 checksum; // crc32c of the fields above
};

#define SUPERBLOCK_BLOCKNO 1
#define LOGSTART           2

#define NDIRECT   20
#define NINDIRECT (BSIZE / sizeof(uint))
#define MAXFILE   (NDIRECT + NINDIRECT + NINDIRECT * NINDIRECT) // blocks of the largest file
#define LINK_MAX  32767                                         // names of one inode

// 128 bytes. With 256, mounting would read, and the inodes in use would keep in memory, twice as
// many blocks; so the times took the place of four direct blocks. A file of 81 to 96 KiB needs an
// indirect block for it.
struct dinode {
    int16 type;  // T_..., 0 = free
    int16 major; // T_DEVICE; else 0
    int16 minor;
    // 0; room to mark what not every kernel knows, as a directory with an index
    uint16 flags;
    uint32 nlink; // directory entries that name it; a directory's "." and ".." count (see below)
    uint32 index; // 0; room for the block with the root of a large directory's index
    uint64 size;  // bytes
    uint64 mtime; // when its bytes changed, in nanoseconds since 1970; 0 = not known
    // when anything of it changed. Neither is filled in yet; every value is valid
    uint64 ctime;
    uint32 addrs[NDIRECT + 2]; // blocks: direct, then indirect, then doubly indirect; 0 = a hole
};

// Link counts: a file's nlink is the number of directory entries that name it. A directory's is
// 1 (its name in its parent, or being the root) plus one for each sub-directory's "..". The "."
// entry is not counted. An inode with a type and nlink 0 was unlinked while open: mounting
// reclaims it.

#define INODES_PER_BLOCK (BSIZE / sizeof(struct dinode))
#define IBLOCK(i, sb)    ((i) / INODES_PER_BLOCK + (sb).inodestart)
#define BITS_PER_BLOCK   (BSIZE * 8)
#define BBLOCK(b, sb)    ((b) / BITS_PER_BLOCK + (sb).bmapstart)

// A directory is a file of these, with no holes; its first two are "." and "..". A name is
// 1 to DIRSIZ bytes, filled up with zeroes, and ends at DIRSIZ or at the first zero. inum 0: a
// free entry.
#define DIRSIZ 62

struct dirent {
    ushort inum;
    char name[DIRSIZ];
};

// A symbolic link's target is its data, without a 0 at the end, 1 to MAXPATH - 1 bytes.

// The journal. Groups of block images follow each other in the ring, wrapping at its end:
//
//     descriptor block      journal_desc: the home addresses of the images
//     images                count of them, one to JDESC_BLOCKS
//     commit block          journal_commit
//
// The ring's block i is disk block logstart + 1 + i. The header says where the oldest group
// that may not be home begins and which number it has; each group has the number of the one
// before plus 1. Numbers count modulo 2^64, and each is valid: only equality matters. A group
// counts only if its commit block has the right number, count and checksum. Recovery copies the
// images of all such groups home in order, up to the first group that does not count. A group that
// counts, but has an image whose home lies before inodestart or beyond the disk, is damage: the
// disk is not mounted.
//
// No block of the ring begins with JMAGIC but a record. An image lies in the ring as it is, and any
// program can write a block that looks like a descriptor, one that looks like an image, and a
// commit record; if it lay where the next group is looked for, a boot would replay it. So an image
// whose first word is JMAGIC is written to the ring with that word zero, and with JHOME_ESCAPED in
// its home address; whoever copies it home puts the word back. The checksum covers what lies in the
// ring. (A checksum keyed by a secret would do, too, but the secret must be kept from all programs
// for ever, an image could not be built twice with the same bytes, and a group would be only
// improbable to forge. Neither helps against the owner of the image, who can write the ring, and
// the home blocks, himself.)
#define JMAGIC 0x4c4e524a // "JRNL"
enum journal_kind { JK_HEADER = 1, JK_DESC = 2, JK_COMMIT = 3 };

struct journal_header { // first block of the journal
    uint32 magic;       // JMAGIC
    uint32 kind;        // JK_HEADER
    uint64 seq;         // number of the oldest group that may not be home (mkfs: 1)
    uint32 start;       // where in the ring it begins (mkfs: 0)
    uint32 free_blocks; // a hint: free data blocks when this was written, or FREE_UNKNOWN
    uint32 checksum;    // crc32c of the fields above
};

// Nobody fills the hint in yet. Nobody may rely on it, either: it may be shown before the bitmap
// was read, but what is free is what the bitmap says.
#define FREE_UNKNOWN 0xffffffff

#define JDESC_BLOCKS 1000

struct journal_desc {
    uint32 magic; // JMAGIC
    uint32 kind;  // JK_DESC
    uint64 seq;   // the group's number
    uint32 count; // images behind it, 1 .. JDESC_BLOCKS
    uint32 home[JDESC_BLOCKS];
};

#define JHOME_ESCAPED 0x80000000 // in home: the image's first word is JMAGIC, and zero in the ring

struct journal_commit {
    uint32 magic;    // JMAGIC
    uint32 kind;     // JK_COMMIT
    uint64 seq;      // the group's number
    uint32 count;    // images of the group
    uint32 checksum; // crc32c over the group's descriptor block (whole) and images, in ring order
};

#endif
