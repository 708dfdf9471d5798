"""Images that are wrong in one place, with their checksums right: the kernel refuses to mount them
and says why, or the one operation that meets the damage fails; it never panics."""

import struct

from hostfs.image import crc32c
from lib.image import copy_image, discard, fsck
from lib.machine import Failure, Machine
from lib.results import Test

BSIZE, ROOTINO, INODE_SIZE = 4096, 1, 128
NDIRECT, ADDRS = 20, 40  # direct blocks, and where in an inode their numbers begin
JMAGIC, ESCAPED = 0x4c4e524a, 1 << 31
SUPER = ("magic", "size", "nblocks", "ninodes", "nlog", "logstart", "inodestart", "bmapstart",
         "datastart",
         "blocksize", "features")
T_DIR, T_FILE, T_SYMLINK = 1, 2, 4


class Image:
    """An image with its superblock's fields, to be damaged."""

    def __init__(self, path):
        self.file = open(path, "r+b")
        self.super = dict(zip(SUPER, struct.unpack("<11I", self.read(BSIZE, 44))))

    def read(self, at, n):
        self.file.seek(at)
        return self.file.read(n)

    def write(self, at, data):
        self.file.seek(at)
        self.file.write(data)
        self.file.flush()

    def set_super(self, **fields):
        self.super.update(fields)
        data = struct.pack("<11I", *(self.super[f] for f in SUPER))
        self.write(BSIZE, data + struct.pack("<I", crc32c(data)))

    def set_journal_header(self, magic=JMAGIC, kind=1, seq=1, start=0):
        data = struct.pack("<IIQII", magic, kind, seq, start, 0xffffffff)
        self.write(self.super["logstart"] * BSIZE, data + struct.pack("<I", crc32c(data)))

    def inode_at(self, inum):
        return self.super["inodestart"] * BSIZE + inum * INODE_SIZE

    def set_inode(self, inum, form, offset, value):
        self.write(self.inode_at(inum) + offset, struct.pack("<" + form, value))

    def find(self, name):
        """The inode number of a name in the root directory."""
        blocks = struct.unpack("<%dI" % NDIRECT,
                               self.read(self.inode_at(ROOTINO) + ADDRS, NDIRECT * 4))
        data = b"".join(self.read(block * BSIZE, BSIZE) for block in blocks if block)
        for at in range(0, len(data), 64):
            inum, = struct.unpack_from("<H", data, at)
            if inum and data[at + 2:at + 64].rstrip(b"\0") == name.encode():
                return inum
        raise Failure("no %s in the direct blocks of the root directory" % name)


    def set_group(self, homes, number=1):
        """A committed group of zeroed images at the beginning of the ring."""
        ring = (self.super["logstart"] + 1) * BSIZE
        desc = struct.pack("<IIQI%dI" % len(homes), JMAGIC, 2, number, len(homes),
                           *homes).ljust(BSIZE, b"\0")
        images = bytes(BSIZE) * len(homes)
        self.write(ring, desc + images +
                   struct.pack("<IIQII", JMAGIC, 3, number, len(homes), crc32c(desc + images)))


def super_of(**fields):
    return lambda image: image.set_super(**fields)


def super_plus(field, more):
    return lambda image: image.set_super(**{field: image.super[field] + more})


def root_inode(form, offset, value):
    return lambda image: image.set_inode(ROOTINO, form, offset, value)


def journal_of(nlog):
    """All the rest is as it must be with a journal of so many blocks."""
    def damage(image):
        more = nlog - image.super["nlog"]
        image.set_super(nlog=nlog, inodestart=image.super["inodestart"] + more,
                        bmapstart=image.super["bmapstart"] + more,
                        datastart=image.super["datastart"] + more,
                        nblocks=image.super["nblocks"] - more)
    return damage


def inodes_of(ninodes):
    """The same for inodes."""
    def damage(image):
        more = (ninodes + 31) // 32 - (image.super["ninodes"] + 31) // 32
        image.set_super(ninodes=ninodes, bmapstart=image.super["bmapstart"] + more,
                        datastart=image.super["datastart"] + more,
                        nblocks=image.super["nblocks"] - more)
    return damage


def xv6_image(image):
    """Its superblock is block 1, of 1,024 bytes."""
    image.write(BSIZE, bytes(BSIZE))
    image.write(1024, struct.pack("<8I", 0x10203040, 2000, 1941, 200, 31, 2, 33, 46))


def free_first_block(image):
    """The superblock's bit says that it is free."""
    at = image.super["bmapstart"] * BSIZE
    image.write(at, bytes([image.read(at, 1)[0] & ~2]))


LIMITS = "mount: superblock: too few or too many blocks, inodes or blocks of the journal"
HOME = "journal: group 1: a copy's home is not a block of the file system"
REFUSED = [
    ("no magic number", super_of(magic=1), "mount: no file system"),
    ("an older Twofold", super_of(magic=0x32444c46),
     "mount: made by an older Twofold: on the host, `fsutil NEW.img import OLD.img` copies "
     "its files"),
    ("xv6", xv6_image, "mount: an xv6 file system: its format is another one"),
    ("unknown features", super_of(features=1),
     "mount: superblock: has features that this kernel does not know: made by a newer Twofold"),
    ("wrong checksum", lambda image: image.write(BSIZE + 44, b"\1\2\3\4"),
     "mount: superblock: wrong checksum"),
    ("another block size", super_of(blocksize=1024), "mount: superblock: unknown block size"),
    ("larger than the disk", super_plus("size", 1), "mount: superblock: larger than the disk"),
    ("journal elsewhere", super_of(logstart=3), "mount: superblock: impossible layout"),
    ("too few inodes", inodes_of(31), LIMITS),
    ("too many inodes", inodes_of(65537), LIMITS),
    ("journal: too short", journal_of(129), LIMITS),
    ("journal: too long", super_of(nlog=65537), LIMITS),
    ("inodes elsewhere", super_plus("inodestart", 1), "mount: superblock: impossible layout"),
    ("bitmap elsewhere", super_plus("bmapstart", 1), "mount: superblock: impossible layout"),
    ("data elsewhere", super_plus("datastart", 1), "mount: superblock: impossible layout"),
    ("another number of blocks", super_plus("nblocks", 1), "mount: superblock: impossible layout"),
    ("journal: no magic number", lambda i: i.set_journal_header(magic=0),
     "journal: damaged header in block 2"),
    ("journal: another kind", lambda i: i.set_journal_header(kind=2),
     "journal: damaged header in block 2"),
    ("journal: begins beyond its end", lambda i: i.set_journal_header(start=i.super["nlog"]),
     "journal: damaged header in block 2"),
    ("journal: a home before the inodes", lambda i: i.set_group([i.super["inodestart"] - 1]), HOME),
    ("journal: a home beyond the disk", lambda i: i.set_group([i.super["size"] | ESCAPED]), HOME),
    ("bitmap: the superblock is free", free_first_block,
     "mount: bitmap: a block that is no data block is marked free"),
    ("root is a file", root_inode("h", 0, T_FILE), "mount: no root directory"),
    ("root has no links", root_inode("I", 8, 0), "mount: no root directory"),
    ("root is of no type", root_inode("h", 0, 9), "mount: no root directory"),
    ("root is free", root_inode("h", 0, 0), "mount: no root directory"),
]

# A file, what its inode holds (format, offset, value), a command and what that says.
BEYOND = 0x7fffffff
TYPE, FLAGS, LINKS, INDEX, SIZE = ("h", 0), ("H", 6), ("I", 8), ("I", 12), ("Q", 16)
BLOCK, THIRD, INDIRECT = ("I", ADDRS), ("I", ADDRS + 2 * 4), ("I", ADDRS + NDIRECT * 4)
EIO = "Input/output error\n"
DAMAGED = [
    ("a block beyond the disk", "README", [(BLOCK, BEYOND)], "cat README",
     "cat: cannot read README: " + EIO),
    ("a size beyond the largest", "README", [(SIZE, 1 << 50)], "cat README",
     "cat: cannot open README: " + EIO),
    ("more links than there can be", "README", [(LINKS, 40000)], "ls README",
     "ls: cannot open README: " + EIO),
    ("a type that does not exist", "README", [(TYPE, 17)], "cat README",
     "cat: cannot open README: " + EIO),
    ("a flag that is not known", "README", [(FLAGS, 1)], "cat README",
     "cat: cannot open README: " + EIO),
    ("an index that is not known", "README", [(INDEX, 9)], "cat README",
     "cat: cannot open README: " + EIO),
    ("a link that is too long", "README", [(TYPE, T_SYMLINK)], "cat README",
     "cat: cannot open README: " + EIO),
    ("a link without a target", "README", [(TYPE, T_SYMLINK), (SIZE, 0)], "cat README",
     "cat: cannot open README: " + EIO),
    ("a link whose target is a hole", "README", [(TYPE, T_SYMLINK), (SIZE, 20), (BLOCK, 0)],
     "cat README",
     "cat: cannot open README: " + EIO),
    ("a directory without entries", "README", [(TYPE, T_DIR)], "ls README/x",
     "ls: cannot open README/x: " + EIO),
    ("an indirect block beyond the disk", "usertests", [(INDIRECT, BEYOND)], "cat usertests >/null",
     "cat: cannot read usertests: " + EIO),
    ("a program with a block beyond the disk", "ls", [(THIRD, BEYOND)], "ls",
     "ls: bus error: input/output error: scause "),
]


def tests(everything):
    return [Test("image refused: " + name, is_refused, name, damage, message)
            for name, damage, message in REFUSED] + \
        [Test("damaged inode: " + row[0], use_fails, *row) for row in DAMAGED] + \
        [Test("orphan: reclaimed at boot", reclaims, T_FILE, "$ "),
         Test("orphan: damaged, stays", reclaims, 17, "ireclaim: inode %d is damaged and stays"),
         Test("no /init", no_init),
         Test("journal: a group larger than memory", replays_in_little_memory)] + \
        [Test("a block of two files: %s, %s kernel" % (name, build), shared_block, build, slot,
              page)
         for name, slot, page in (("as data", BLOCK, 0),
                                  ("as an indirect block", INDIRECT, NDIRECT))
         for build in ("plain", "debug")] + \
        [Test("a block of two places of a file", same_block_twice)]


def damaged_copy(name, damage):
    path = copy_image(name)
    image = Image(path)
    damage(image)
    image.file.close()
    return path


def is_refused(name, damage, message, why="the disk cannot be mounted"):
    path = damaged_copy("refuse-" + name, damage)
    machine = Machine("refuse-" + name, "plain", 1, image=path, limit=60)
    try:
        machine.start()
        out = machine.wait_end(30)
        if machine.status != 1 or message + "\n" not in out or "cannot start: " + why not in out:
            raise Failure("status %s, not 1, or no line %r:\n%s" % (machine.status, message, out))
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(path)


def set_fields(file, fields):
    def damage(image):
        for (form, offset), value in fields:
            image.set_inode(image.find(file), form, offset, value)
    return damage


def use_fails(name, file, fields, command, message):
    path = damaged_copy("inode-" + name, set_fields(file, fields))
    machine = Machine("inode-" + name, "plain", 1, image=path, limit=60)
    try:
        machine.boot()
        out = machine.run(command)
        if message not in out:
            raise Failure("%s prints:\n%s" % (command, out[-500:]))
        machine.run("rm %s; echo fresh > f; cat f; sync" % file)
        machine.poweroff()
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(path)


def reclaims(kind, message):
    """A file without a name in its count: mounting frees it."""
    path = damaged_copy("orphan-%d" % kind, set_fields("README", [(TYPE, kind), (LINKS, 0)]))
    image = Image(path)
    inum = image.find("README")
    image.file.close()
    machine = Machine("orphan-%d" % kind, "plain", 1, image=path, limit=60)
    try:
        machine.start()
        out = machine.expect(r"\$ $", 30)
        if "ireclaim: inode %d\n" % inum not in out or message.replace("%d", str(inum)) not in out:
            raise Failure("booting prints:\n" + out)
        machine.poweroff()
        image = Image(path)
        freed = struct.unpack("<h", image.read(image.inode_at(inum), 2))[0] != kind  # or used anew
        image.file.close()
        if freed != (kind == T_FILE):
            raise Failure("the inode was %sfreed" % ("" if freed else "not "))
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(path)


def block_of(image, file, slot):
    return struct.unpack("<I", image.read(image.inode_at(image.find(file)) + slot[1], 4))[0]


def shared_block(build, slot, page):
    """README's first block is used by usertests, too; README is mapped first, and loses nothing."""
    name = "shared-block-%s-%d" % (build, slot[1])
    path = damaged_copy(name, lambda image: image.set_inode(image.find("usertests"), *slot,
                                                            block_of(image, "README", BLOCK)))
    image = Image(path)
    block = block_of(image, "README", BLOCK)
    machine = Machine(name, build, 2, image=path, limit=60)
    try:
        machine.boot()
        out = machine.run("sharedblock README usertests %d" % page)
        if "sharedblock: OK\n" not in out:
            raise Failure("sharedblock prints:\n" + out)
        machine.run("cat init > f; rm f; sync")
        machine.poweroff()
        if image.read(block * BSIZE, 1) != b"Y":
            raise Failure("what was stored is not in README's block")
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        image.file.close()
        machine.kill()
        discard(path)


def same_block_twice():
    def damage(image):
        image.set_inode(image.find("usertests"), *THIRD, block_of(image, "usertests", BLOCK))
    path = damaged_copy("same-block", damage)
    machine = Machine("same-block", "debug", 1, image=path, limit=60)
    try:
        machine.boot()
        out = machine.run("cat usertests > /null; rm usertests; echo fresh > f; cat f; rm f; sync")
        if "cat: cannot read usertests: " + EIO not in out or not out.endswith("fresh\n"):
            raise Failure("it prints:\n" + out)
        machine.poweroff()
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(path)


def no_init():
    is_refused("no init", set_fields("init", [(TYPE, T_DIR)]), "", "/init cannot be run")


def replays_in_little_memory():
    """A group of 1,000 images, on a machine that has 750 free frames."""
    path = copy_image("large-group")
    image = Image(path)
    home = image.super["datastart"] + 8000  # free blocks
    image.set_group(range(home, home + 1000))
    image.file.close()
    machine = Machine("large-group", "plain", 1, image=path, limit=60, mem="4M")
    try:
        machine.start()
        out = machine.expect(r"\$ $", 30)
        if "recovering: 1 groups\n" not in out:
            raise Failure("booting prints:\n" + out)
        machine.poweroff()
        fsck(path)
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(path)
