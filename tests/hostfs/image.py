"""Images, taken apart by the description in kernel/fs.h, independently of the C code."""
import os
import shutil
import struct

from .tools import noise, path, read, succeed, write

BSIZE = 4096
NDIRECT = 20
NINDIRECT = 1024
DIRSIZ = 62
MAXFILE = NDIRECT + NINDIRECT + NINDIRECT * NINDIRECT
FSMAGIC = 0x33444C46
JMAGIC = 0x4C4E524A
HEADER, DESC, COMMIT = 1, 2, 3
ESCAPED, FREE_UNKNOWN = 1 << 31, 0xFFFFFFFF
T_DIR, T_FILE, T_DEVICE, T_SYMLINK = 1, 2, 3, 4
SUPER_FIELDS = ("magic size nblocks ninodes nlog logstart inodestart bmapstart datastart "
                "blocksize features checksum").split()
SUPER = struct.Struct(f"<{len(SUPER_FIELDS)}I")
HEADER_FIELDS = struct.Struct("<IIQII")  # its checksum follows
INODE_FIELDS = "type major minor flags nlink index size mtime ctime".split()
INODE = struct.Struct(f"<hhhHIIQQQ{NDIRECT + 2}I")
ENTRY = struct.Struct("<H62s")


def make_crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC_TABLE = make_crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Image:
    """An image's bytes, with its structures by name."""

    def __init__(self, name="fs.img"):
        self.name = name
        self.data = bytearray(read(name))
        self.sb = dict(zip(SUPER_FIELDS, SUPER.unpack_from(self.data, BSIZE)))

    def save(self, name=None):
        write(name or self.name, self.data)

    def block(self, number):
        return bytes(self.data[number * BSIZE:(number + 1) * BSIZE])

    def set_block(self, number, data):
        self.data[number * BSIZE:number * BSIZE + len(data)] = data

    def word(self, block, index, value=None):
        offset = block * BSIZE + 4 * index
        if value is not None:
            struct.pack_into("<I", self.data, offset, value)
        return struct.unpack_from("<I", self.data, offset)[0]

    def set_super(self, **fields):
        self.sb.update(fields)
        self.sb["checksum"] = crc32c(SUPER.pack(*self.sb.values())[:-4])
        SUPER.pack_into(self.data, BSIZE, *self.sb.values())

    def inode_offset(self, inum):
        return self.sb["inodestart"] * BSIZE + inum * INODE.size

    def inode(self, inum):
        values = INODE.unpack_from(self.data, self.inode_offset(inum))
        return dict(zip(INODE_FIELDS, values), addrs=list(values[len(INODE_FIELDS):]))

    def set_inode(self, inum, **fields):
        inode = {**self.inode(inum), **fields}
        addrs = inode.pop("addrs")
        INODE.pack_into(self.data, self.inode_offset(inum), *inode.values(), *addrs)

    def entries(self, inum):
        """The entries of a directory of up to NDIRECT blocks: (offset in the image, inum, name)."""
        inode = self.inode(inum)
        for at in range(0, inode["size"], ENTRY.size):
            offset = inode["addrs"][at // BSIZE] * BSIZE + at % BSIZE
            number, name = ENTRY.unpack_from(self.data, offset)
            yield offset, number, name.rstrip(b"\0").decode()

    def find(self, name):
        inum = 1
        for part in name.strip("/").split("/"):
            inum = next(number for _, number, found in self.entries(inum) if found == part)
        return inum

    def entry(self, directory, name):
        return next(offset for offset, _, found in self.entries(directory) if found == name)

    def set_entry(self, offset, inum, name):
        raw = name if isinstance(name, bytes) else name.encode()
        ENTRY.pack_into(self.data, offset, inum, raw)

    def bit(self, block, value=None):
        offset, mask = self.sb["bmapstart"] * BSIZE + block // 8, 1 << block % 8
        if value is not None:
            self.data[offset] = self.data[offset] | mask if value else self.data[offset] & ~mask
        return bool(self.data[offset] & mask)

    def free_block(self):
        return next(b for b in range(self.sb["size"] - 1, 0, -1) if not self.bit(b))

    def free_inode(self):
        return next(i for i in range(1, self.sb["ninodes"]) if self.inode(i)["type"] == 0)

    # The journal.

    def ring(self, index, data=None):
        number = self.sb["logstart"] + 1 + index % (self.sb["nlog"] - 1)
        if data is not None:
            self.set_block(number, data.ljust(BSIZE, b"\0"))
        return self.block(number)

    def set_header(self, seq=1, start=0, checksum=None, magic=JMAGIC, free=FREE_UNKNOWN):
        fields = HEADER_FIELDS.pack(magic, HEADER, seq, start, free)
        checksum = crc32c(fields) if checksum is None else checksum
        self.set_block(self.sb["logstart"], fields + struct.pack("<I", checksum))

    def header(self):
        """The group's number and place."""
        return HEADER_FIELDS.unpack_from(self.data, self.sb["logstart"] * BSIZE)[2:4]

    def add_group(self, start, seq, images, spoil=None):
        """Writes a group of images (home, bytes) as they are; returns where it ends."""
        desc = struct.pack(f"<IIQI{len(images)}I", JMAGIC, DESC, seq, len(images),
                           *(home for home, _ in images))
        crc_data, at = b"", start
        for data in [desc] + [image for _, image in images]:
            crc_data += self.ring(at, data)
            at += 1
        commit = [JMAGIC, COMMIT, seq, len(images), crc32c(crc_data)]
        if spoil is not None:
            commit[spoil] ^= 1
        self.ring(at, struct.pack("<IIQII", *commit))
        return at + 1


def make_sample(name="fs.img", blocks=600):
    """A small image with all kinds of files, one with a doubly indirect block apart."""
    shutil.rmtree(path("tree"), ignore_errors=True)
    write("tree/hello", b"hello, world\n")
    write("tree/sub/deep/leaf", noise(10000))
    write("tree/large", noise((NDIRECT + 6) * BSIZE))
    os.symlink("sub/deep", path("tree/link"))
    succeed("mkfs", name, "-s", str(blocks), "-i", "64", "tree=/")
    return Image(name)


def renamed_root(image, old, new):
    """The root directory's block with a name changed: an update that can be journalled."""
    copy = Image(image.name)
    copy.data = bytearray(image.data)
    offset = copy.entry(1, old)
    copy.set_entry(offset, ENTRY.unpack_from(copy.data, offset)[0], new)
    home = copy.inode(1)["addrs"][0]
    return home, copy.block(home)


def names_in_root(image="fs.img"):
    return succeed("fsutil", image, "ls").text
