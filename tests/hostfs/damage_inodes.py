"""Mutations of single inodes, their blocks and their bytes (see damage.py)."""

from .damage import damage
from .image import *


@damage("inode 0 is in use")
def inode_zero(image):
    image.set_inode(0, type=T_FILE, nlink=1)


@damage("(/hello): unknown type 9")
def inode_type(image):
    image.set_inode(image.find("hello"), type=9)


@damage("unknown type -1")
def inode_negative_type(image):
    image.set_inode(image.find("hello"), type=-1)


@damage("(/hello): size 4299243521 is larger than a file can be")
def inode_size(image):
    image.set_inode(image.find("hello"), size=MAXFILE * BSIZE + 1)


@damage("(/hello): block 600 is out of range (for block 0 of the file)")
def block_beyond_disk(image):
    image.set_inode(image.find("hello"), addrs=[600] + [0] * (NDIRECT + 1))


@damage("block 1 is out of range")
def block_before_data(image):
    image.set_inode(image.find("hello"), addrs=[1] + [0] * (NDIRECT + 1))


@damage("indirect block 4000000000 is out of range (for block 20 of the file)")
def indirect_out_of_range(image):
    inode = image.inode(image.find("large"))
    image.set_inode(image.find("large"), addrs=inode["addrs"][:NDIRECT] + [4000000000, 0])


@damage("(/large): block 77777 is out of range (for block 23 of the file)")
def block_in_indirect_out_of_range(image):
    image.word(image.inode(image.find("large"))["addrs"][NDIRECT], 3, 77777)


@damage("is past the end (for block 26 of 26)")
def block_past_end(image):
    block = image.free_block()
    image.bit(block, True)
    image.word(image.inode(image.find("large"))["addrs"][NDIRECT], 6, block)


@damage("is past the end (for block 1 of 1)")
def size_too_small(image):
    image.set_inode(image.find("large"), size=100)


@damage("indirect block 599 is past the end (for block 20 of 1)")
def indirect_past_end(image):
    inode = image.inode(image.find("hello"))
    image.bit(599, True)
    image.set_inode(image.find("hello"), addrs=inode["addrs"][:NDIRECT] + [599, 0])


@damage("a device of size 13")
def device_with_size(image):
    image.set_inode(image.find("hello"), type=T_DEVICE)


@damage("(/hello): an unknown device (99, 1)")
def device_unknown(image):
    image.set_inode(image.find("hello"), type=T_DEVICE, major=99, minor=1, size=0)


@damage("(/hello): an unknown device (-1, 0)")
def device_negative(image):
    image.set_inode(image.find("hello"), type=T_DEVICE, major=-1, size=0)


@damage("(/hello): no device, but with a device number (0, 3)")
def device_number_of_file(image):
    image.set_inode(image.find("hello"), minor=3)


@damage("(/hello): unknown flags 0x8000")
def inode_flags(image):
    image.set_inode(image.find("hello"), flags=0x8000)


@damage("(/sub): an index (block 599), which is not known")
def inode_index(image):
    image.set_inode(image.find("sub"), index=599)


@damage("inode 1 (/): unknown flags 0x1", refused=True)
def root_flags(image):
    image.set_inode(1, flags=1)


@damage("inode 1 (/): an index (block 599)", refused=True)
def root_index(image):
    image.set_inode(1, index=599)


@damage("inode 1 (/): a directory of 129 bytes", refused=True)
def root_size(image):
    image.set_inode(1, size=129)


@damage("inode 1 (/): 40000 links", refused=True)
def root_links(image):
    image.set_inode(1, nlink=40000)


@damage("(/hello): holds bytes behind its end, from 13 on")
def tail_of_small_file(image):
    image.data[image.inode(image.find("hello"))["addrs"][0] * BSIZE + 13] = 1


@damage("(/large): holds bytes behind its end, from 106495 on")
def tail_below_indirect(image):
    image.set_inode(image.find("large"), size=(NDIRECT + 6) * BSIZE - 1)


@damage("(/sub): holds bytes behind its end, from 200 on")
def tail_of_directory(image):
    image.data[image.inode(image.find("sub"))["addrs"][0] * BSIZE + 200] = 1


@damage("(/link): a symbolic link with a 0 in its target")
def symlink_with_zero(image):
    image.data[image.inode(image.find("link"))["addrs"][0] * BSIZE + 3] = 0


@damage("(/device): block 599 is past the end")
def device_with_block(image):
    inum = image.free_inode()
    image.set_inode(inum, type=T_DEVICE, nlink=1, addrs=[599] + [0] * (NDIRECT + 1))
    image.bit(599, True)
    image.set_entry(image.entry(1, "hello"), inum, "device")
    image.set_inode(image.find("large"), nlink=1)


@damage("(/link): a symbolic link of 0 bytes")
def symlink_empty(image):
    image.set_inode(image.find("link"), size=0)


@damage("(/link): a symbolic link of 256 bytes")
def symlink_too_long(image):
    image.set_inode(image.find("link"), size=256)


@damage("(/link): a symbolic link without a block")
def symlink_hole(image):
    image.set_inode(image.find("link"), addrs=[0] * (NDIRECT + 2))


@damage("is used twice, before by inode")
def block_used_twice(image):
    image.set_inode(image.find("hello"), addrs=image.inode(image.find("link"))["addrs"])
