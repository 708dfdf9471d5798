"""One mutation of the sample image for each invariant, and what fsck must say of it. Those of
single inodes are in damage_inodes.py."""

from .image import *

DAMAGE = []


def damage(says, refused=False):
    """Registers a function that damages the sample image, what fsck must then say, and whether that
    includes that the image cannot be mounted."""
    def register(function):
        DAMAGE.append((function, says, refused))
        return function
    return register


@damage("superblock: the checksum is", refused=True)
def super_checksum(image):
    image.word(1, 11, 12345)


@damage("superblock: blocksize is 1024", refused=True)
def super_blocksize(image):
    image.set_super(blocksize=1024)


@damage("superblock: size is 601 blocks, the image has 600", refused=True)
def super_size(image):
    image.set_super(size=601, nblocks=image.sb["nblocks"] + 1)


@damage("superblock: nblocks is", refused=True)
def super_nblocks(image):
    image.set_super(nblocks=image.sb["nblocks"] - 1)


@damage("superblock: 70000 inodes", refused=True)
def super_ninodes(image):
    image.set_super(ninodes=70000)


@damage("superblock: a journal of 5 blocks", refused=True)
def super_nlog(image):
    image.set_super(nlog=5)


@damage("superblock: logstart is 3", refused=True)
def super_logstart(image):
    image.set_super(logstart=3)


@damage("superblock: inodestart is", refused=True)
def super_inodestart(image):
    image.set_super(inodestart=image.sb["inodestart"] + 1)


@damage("superblock: bmapstart is", refused=True)
def super_bmapstart(image):
    image.set_super(bmapstart=1)


@damage("superblock: datastart is", refused=True)
def super_datastart(image):
    image.set_super(datastart=0xFFFFFFFF)


@damage("superblock: features 0x4 are not known", refused=True)
def super_features(image):
    image.set_super(features=4)


@damage("superblock: 100 blocks: too few", refused=True)
def super_tiny(image):
    image.set_super(size=100)


@damage("journal: its header is none", refused=True)
def journal_magic(image):
    image.set_header(magic=5)


@damage("journal: its header's checksum is wrong", refused=True)
def journal_checksum(image):
    image.set_header(checksum=5)


@damage("journal: its header points outside it", refused=True)
def journal_start(image):
    image.set_header(start=image.sb["nlog"] - 1)


@damage("block 599: lost")
def block_lost(image):
    image.bit(599, True)


@damage("blocks 590 to 594: lost")
def blocks_lost(image):
    for block in range(590, 595):
        image.bit(block, True)


@damage("marked free, but part of a file: inode")
def block_not_marked(image):
    image.bit(image.inode(image.find("hello"))["addrs"][0], False)


@damage("block 20: marked free, but not for files", refused=True)
def metadata_marked_free(image):
    image.bit(20, False)


@damage("block 600: marked free, but beyond the disk's end", refused=True)
def tail_marked_free(image):
    image.bit(600, False)


@damage("inode 1 (/): the root is not a directory", refused=True)
def root_is_no_directory(image):
    image.set_inode(1, type=T_FILE)


@damage("inode 1 (/): the root is not a directory", refused=True)
def root_is_free(image):
    image.set_inode(1, type=0)


@damage("(/sub): entry 0 is not \".\"")
def no_dot(image):
    image.set_entry(image.entry(image.find("sub"), "."), image.find("sub"), "x")


@damage("(/sub): entry 1 is not \"..\"")
def no_dot_dot(image):
    image.set_entry(image.entry(image.find("sub"), ".."), 0, "")


@damage("\".\" names inode 1, must name")
def wrong_dot(image):
    image.set_entry(image.entry(image.find("sub"), "."), 1, ".")


@damage("(/sub/deep): \"..\" names inode 1, must name")
def wrong_dot_dot(image):
    image.set_entry(image.entry(image.find("sub/deep"), ".."), 1, "..")


@damage("(/): \"..\" names inode")
def wrong_root_dot_dot(image):
    image.set_entry(image.entry(1, ".."), image.find("sub"), "..")


@damage("has a second \"..\"")
def second_dot_dot(image):
    image.set_entry(image.entry(1, "hello"), 1, "..")


@damage("has an entry without a name")
def empty_name(image):
    image.set_entry(image.entry(1, "hello"), image.find("hello"), "")


@damage("has a name with a slash: \"a/b\"")
def slash_in_name(image):
    image.set_entry(image.entry(1, "hello"), image.find("hello"), "a/b")


@damage("\"hel\": the name is not filled up with zeroes")
def name_not_filled_up(image):
    image.set_entry(image.entry(1, "hello"), image.find("hello"), b"hel\0o")


@damage("inode 1 (/): has the name \"large\" twice")
def name_twice(image):
    image.set_entry(image.entry(1, "hello"), image.find("hello"), "large")


@damage("\"hello\" names inode 64, which does not exist")
def entry_out_of_range(image):
    image.set_entry(image.entry(1, "hello"), 64, "hello")


@damage("which is free")
def entry_to_free_inode(image):
    image.set_entry(image.entry(1, "hello"), image.free_inode(), "hello")


@damage("is a second name of the directory inode")
def directory_twice(image):
    image.set_entry(image.entry(1, "hello"), image.find("sub/deep"), "hello")


@damage("is a second name of the directory inode")
def directory_cycle(image):
    leaf = image.entry(image.find("sub/deep"), "leaf")
    image.set_entry(leaf, image.find("sub"), "leaf")


@damage("\"hello\" is a second name of the directory inode 1 (/)")
def root_twice(image):
    image.set_entry(image.entry(1, "hello"), 1, "hello")


@damage("is named by no directory that can be reached")
def unreachable_file(image):
    image.set_entry(image.entry(1, "hello"), 0, "")


@damage("is named by no directory that can be reached")
def detached_cycle(image):
    deep = image.find("sub/deep")
    image.set_entry(image.entry(deep, "leaf"), image.find("sub"), "leaf")
    image.set_entry(image.entry(1, "sub"), 0, "")


@damage("(/hello): link count is 2, must be 1")
def file_link_count(image):
    image.set_inode(image.find("hello"), nlink=2)


@damage("(/hello): link count is 0, must be 1")
def file_link_count_zero(image):
    image.set_inode(image.find("hello"), nlink=0)


@damage("(/sub): link count is 1, must be 2")
def directory_link_count(image):
    image.set_inode(image.find("sub"), nlink=1)


@damage("inode 1 (/): link count is 0, must be 2", refused=True)
def root_link_count(image):
    image.set_inode(1, nlink=0)


@damage("40000 links, at most 32767 are allowed")
def too_many_links(image):
    image.set_inode(image.find("hello"), nlink=40000)


@damage("(/sub): a directory of 100 bytes")
def directory_size(image):
    image.set_inode(image.find("sub"), size=100)


@damage("(/sub): a directory of 0 bytes")
def directory_empty(image):
    image.set_inode(image.find("sub"), size=0, addrs=[0] * (NDIRECT + 2))


@damage("block 1 of the directory is a hole")
def directory_hole(image):
    image.set_inode(image.find("sub"), size=BSIZE + 64)


@damage("block 0 of the directory cannot be read")
def directory_block_out_of_range(image):
    image.set_inode(image.find("sub"), addrs=[5] + [0] * (NDIRECT + 1))
