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

// Disks of other kinds. They are not mounted, but the message says what they are.
#define FSMAGIC_OLD   0x32444c46 // "FLD2", an earlier Twofold: other inodes, other journal
#define FSMAGIC_XV6   0x10203040 // xv6's superblock ...
#define FSMAGIC_XV6AT 1024       // ... begins at this byte of the disk

// The limits of a file system. The kernel mounts no other, and the tools make and accept no other.
//
// The journal needs the top bit of a block's number (JHOME_ESCAPED). A directory entry has 16 bits
// for an inode's number. The journal must hold two full transactions; a very long one makes nothing
// faster, but a mount after a crash slower.
#define FSSIZE_MAX  0x7fffffff // blocks
#define NINODES_MIN 32
#define NINODES_MAX 65536
#define NLOG_MIN    (2 * MAXOPBLOCKS + 2) // blocks
#define NLOG_MAX    65536

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
    // 0. Each bit will be an addition to the format: a kernel that does not know a bit must not
    // mount the disk
    uint32 features;
    uint32 checksum; // crc32c of the members above
};

#define SUPERBLOCK_BLOCKNO 1
#define LOGSTART           2

#define NDIRECT   20
#define NINDIRECT (BSIZE / sizeof(uint))
#define MAXFILE   (NDIRECT + NINDIRECT + NINDIRECT * NINDIRECT) // blocks of the largest file
#define LINK_MAX  32767                                         // names of one inode

// An inode has 128 bytes. With 256 bytes, mounting would read twice as many blocks, and twice as
// many would stay in memory. So the two times take the place of four direct blocks, and a file of
// 81 to 96 KiB needs an indirect block for that.
struct dinode {
    int16 type;  // T_..., 0 = free
    int16 major; // T_DEVICE; else 0
    int16 minor;
    uint16 flags; // 0; for marks that an older kernel would not know
    uint32 nlink; // directory entries that name it (see below)
    uint32 index; // 0; for the index of a large directory: its root block
    uint64 size;  // bytes
    // When its bytes changed, and when anything of it changed, in nanoseconds since 1970; 0 = not
    // known. The kernel does not fill them in yet; every value is valid
    uint64 mtime;
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

// The journal. Changed blocks are written to it in groups before they are written to their homes,
// their places in the file system. The groups follow each other in the ring, which wraps at its
// end. A group is
//
//     descriptor block      journal_desc: the homes of the journal copies
//     journal copies        the changed blocks, 1 to JDESC_BLOCKS of them
//     commit block          journal_commit
//
// Block i of the ring is block logstart + 1 + i of the disk. The header says where the oldest group
// begins whose blocks may not be home yet, and which number it has. Each group's number is that of
// the group before plus 1, modulo 2^64. Every number is valid: only equality matters.
//
// A group counts only if its commit block has the right number, count and checksum. Recovery copies
// the journal copies of these groups home, in order, and ends at the first group that does not
// count. If a group counts, but one of its homes lies before inodestart or beyond the disk, then
// the disk is damaged and is not mounted.
//
// Only a record (header, descriptor, commit block) begins with JMAGIC in the ring. Why this must be
// so: any program can write to a file three blocks that look like a descriptor, a changed block and
// a commit block. Their journal copies would lie in the ring one behind another. If the next group
// were looked for at the first of them, a boot would replay the forged group. So a block whose
// first word is JMAGIC is written to the ring with 0 in place of that word, and with JHOME_ESCAPED
// set in its home; when it is copied home, the word is put back. The checksum is that of the bytes
// in the ring.
//
// (A checksum with a secret key would be another way. But the secret would have to be kept from all
// programs for ever, the same disk image could not be built twice, and a forged group would only be
// improbable. Neither way helps against somebody who can write to the disk itself.)
#define JMAGIC 0x4c4e524a // "JRNL"
enum journal_kind { JK_HEADER = 1, JK_DESC = 2, JK_COMMIT = 3 };

struct journal_header { // first block of the journal
    uint32 magic;       // JMAGIC
    uint32 kind;        // JK_HEADER
    uint64 seq;         // number of the oldest group whose blocks may not be home (mkfs: 1)
    uint32 start;       // where in the ring it begins (mkfs: 0)
    uint32 free_blocks; // a hint: free data blocks when this was written, or FREE_UNKNOWN
    uint32 checksum;    // crc32c of the members above
};

// The kernel does not fill the hint in yet. It may be shown before the bitmap was read, but it must
// not be relied on: only the bitmap says what is free.
#define FREE_UNKNOWN 0xffffffff

#define JDESC_BLOCKS 1000

struct journal_desc {
    uint32 magic; // JMAGIC
    uint32 kind;  // JK_DESC
    uint64 seq;   // the group's number
    uint32 count; // journal copies behind it, 1 .. JDESC_BLOCKS
    uint32 home[JDESC_BLOCKS];
};

#define JHOME_ESCAPED 0x80000000 // in home: the block's first word is JMAGIC, and 0 in the ring

struct journal_commit {
    uint32 magic;    // JMAGIC
    uint32 kind;     // JK_COMMIT
    uint64 seq;      // the group's number
    uint32 count;    // journal copies of the group
    uint32 checksum; // crc32c of the whole descriptor block and the copies, as they lie in the ring
};

#endif
