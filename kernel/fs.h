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

#include "kernel/types.h"

#define BSIZE   4096
#define ROOTINO 1          // inode of the root directory; inode 0 is never used
#define FSMAGIC 0x32444c46 // "FLD2"

struct superblock {
    uint32 magic;      // FSMAGIC
    uint32 size;       // blocks of the disk
    uint32 nblocks;    // data blocks
    uint32 ninodes;    // inodes, inode 0 included
    uint32 nlog;       // blocks of the journal, its header included
    uint32 logstart;   // first block of the journal
    uint32 inodestart; // first block of inodes
    uint32 bmapstart;  // first block of the bitmap
    uint32 datastart;  // first data block
    uint32 blocksize;  // BSIZE
    uint32 checksum;   // crc32c of the fields above
};

#define NDIRECT   24
#define NINDIRECT (BSIZE / sizeof(uint))
#define MAXFILE   (NDIRECT + NINDIRECT + NINDIRECT * NINDIRECT) // blocks of the largest file
#define LINK_MAX  32767                                         // names of one inode

struct dinode {
    int16 type;  // T_..., 0 = free
    int16 major; // T_DEVICE
    int16 minor;
    uint16 reserved;
    uint32 nlink; // directory entries that name it; a directory's "." and ".." count (fs.h below)
    uint32 reserved2;
    uint64 size;               // bytes
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
//     descriptor block(s)   journal_desc: the home addresses of up to JDESC_BLOCKS images,
//                           each descriptor followed by its images
//     commit block          journal_commit
//
// The ring's block i is disk block logstart + 1 + i. The header says where the oldest group
// that may not be home begins and which number it has; each group has the number of the one
// before plus 1. A group counts only if its commit block has the right number, count and
// checksum. Recovery copies the images of all such groups home in order, up to the first group
// that does not count.
#define JMAGIC 0x4c4e524a // "JRNL"
enum journal_kind { JK_HEADER = 1, JK_DESC = 2, JK_COMMIT = 3 };

struct journal_header { // first block of the journal
    uint32 magic;       // JMAGIC
    uint32 kind;        // JK_HEADER
    uint64 seq;         // number of the oldest group that may not be home (mkfs: 1)
    uint32 start;       // where in the ring it begins (mkfs: 0)
    uint32 checksum;    // crc32c of the fields above
};

#define JDESC_BLOCKS 1000

struct journal_desc {
    uint32 magic; // JMAGIC
    uint32 kind;  // JK_DESC
    uint64 seq;   // the group's number
    uint32 count; // images behind this descriptor, 1 .. JDESC_BLOCKS
    uint32 more;  // 1: another descriptor follows in this group
    uint32 home[JDESC_BLOCKS];
};

struct journal_commit {
    uint32 magic;    // JMAGIC
    uint32 kind;     // JK_COMMIT
    uint64 seq;      // the group's number
    uint32 count;    // images of the whole group
    uint32 checksum; // crc32c over the group's descriptor blocks (whole) and images, in ring order
};

#endif
