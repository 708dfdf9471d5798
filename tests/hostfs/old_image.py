"""Writes images of the format before this one, FLD2, to test that their files can be copied."""
import struct

from .image import (BSIZE, COMMIT, DESC, HEADER, JMAGIC, NINDIRECT, T_DEVICE, T_DIR, T_FILE,
                    T_SYMLINK, crc32c)
from .tools import write

MAGIC, NDIRECT = 0x32444C46, 24
INODE = struct.Struct(f"<hhhHIIQ{NDIRECT + 2}I")
ENTRY = struct.Struct("<H62s")
NLOG, NINODES = 130, 64


class OldImage:
    """Built in order: directories before what is in them. Inodes and blocks are taken upwards."""

    def __init__(self, blocks=400):
        self.size = blocks
        self.inodestart = 2 + NLOG
        self.bmapstart = self.inodestart + NINODES // 32
        self.datastart = self.bmapstart + 1
        self.data = bytearray(blocks * BSIZE)
        self.next_inode, self.next_block = 1, self.datastart
        self.inodes, self.entries = {}, {}  # by number: fields; by directory: [(inum, name)]
        fields = (MAGIC, blocks, blocks - self.datastart, NINODES, NLOG, 2, self.inodestart,
                  self.bmapstart,
                  self.datastart, BSIZE)
        raw = struct.pack("<10I", *fields)
        self.put(1, raw + struct.pack("<I", crc32c(raw)))
        self.set_header(1, 0)
        self.root = self.add_directory(None, "")

    def put(self, block, data):
        self.data[block * BSIZE:block * BSIZE + len(data)] = data

    def set_header(self, seq, start):
        raw = struct.pack("<IIQI", JMAGIC, HEADER, seq, start)
        self.put(2, raw + struct.pack("<I", crc32c(raw)))

    def new_block(self, data):
        block = self.next_block
        self.next_block += 1
        self.put(block, data)
        return block

    def new_inode(self, kind, data=(), size=0, major=0, minor=0):
        """data: the bytes of each block, None for a hole."""
        addrs = [self.new_block(bytes_) if bytes_ is not None else 0 for bytes_ in data[:NDIRECT]]
        addrs += [0] * (NDIRECT + 2 - len(addrs))
        if len(data) > NDIRECT:
            addrs[NDIRECT] = self.indirect(data[NDIRECT:NDIRECT + NINDIRECT])
        if len(data) > NDIRECT + NINDIRECT:
            rest = data[NDIRECT + NINDIRECT:]
            parts = [rest[at:at + NINDIRECT] for at in range(0, len(rest), NINDIRECT)]
            numbers = [self.indirect(part) if any(part) else 0 for part in parts]
            addrs[NDIRECT + 1] = self.new_block(struct.pack(f"<{len(numbers)}I", *numbers))
        inum = self.next_inode
        self.next_inode += 1
        self.inodes[inum] = [kind, major, minor, 0, 1, 0, size, *addrs]
        return inum

    def indirect(self, data):
        numbers = [self.new_block(bytes_) if bytes_ is not None else 0 for bytes_ in data]
        return self.new_block(struct.pack(f"<{len(numbers)}I", *numbers))

    def add_name(self, directory, name, inum):
        self.entries[directory].append((inum, name))

    def add_directory(self, parent, name):
        inum = self.new_inode(T_DIR)
        self.entries[inum] = [(inum, "."), (parent or inum, "..")]
        if parent:
            self.add_name(parent, name, inum)
        return inum

    def add(self, directory, name, kind, data=b"", **fields):
        blocks = [data[at:at + BSIZE] for at in range(0, len(data), BSIZE)]
        return self.add_blocks(directory, name, kind, blocks, len(data), **fields)

    def add_blocks(self, directory, name, kind, blocks, size, **fields):
        inum = self.new_inode(kind, blocks, size, **fields)
        self.add_name(directory, name, inum)
        return inum

    def finish(self):
        """Writes directories and inodes into the image's bytes."""
        for directory, entries in self.entries.items():
            raw = b"".join(ENTRY.pack(inum, name.encode()) for inum, name in entries)
            blocks = [raw[at:at + BSIZE] for at in range(0, len(raw), BSIZE)]
            self.inodes[directory][6] = len(raw)
            self.inodes[directory][7:7 + len(blocks)] = [self.new_block(block) for block in blocks]
        for inum, fields in self.inodes.items():
            at = self.inodestart * BSIZE + inum * INODE.size
            INODE.pack_into(self.data, at, *fields)
        for block in list(range(self.next_block)) + list(range(self.size, BSIZE * 8)):
            self.data[self.bmapstart * BSIZE + block // 8] |= 1 << block % 8

    def entry_block(self, directory):
        return self.inodes[directory][7]

    def block(self, number):
        return bytes(self.data[number * BSIZE:(number + 1) * BSIZE])

    def add_group(self, start, seq, *parts, spoil=0):
        """A group with a descriptor for each part, a list of (home, bytes); returns where it
        ends."""
        covered, at = b"", start
        for number, images in enumerate(parts):
            desc = struct.pack("<IIQII", JMAGIC, DESC, seq, len(images), number + 1 < len(parts))
            desc += struct.pack(f"<{len(images)}I", *(home for home, _ in images))
            for data in [desc] + [image for _, image in images]:
                data = data.ljust(BSIZE, b"\0")
                covered += data
                self.put(3 + at % (NLOG - 1), data)
                at += 1
        commit = struct.pack("<IIQII", JMAGIC, COMMIT, seq, sum(map(len, parts)),
                             crc32c(covered) ^ spoil)
        self.put(3 + at % (NLOG - 1), commit.ljust(BSIZE, b"\0"))
        return at + 1

    def save(self, name="old.img"):
        write(name, self.data)
