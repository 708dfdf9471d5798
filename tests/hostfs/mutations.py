"""Images that are wrong in one to four places, or only odd, each told by its number: for the test
that kernel and fsck agree on them. Checksums are mostly put right again, so that what lies behind
them is reached."""
import random
import struct

from .image import *

WORDS = (0, 1, 2, 3, 19, 20, 31, 32, 63, 64, 127, 128, 1000, 1001, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
         0x7FFFFFFF, 1 << 31,
         0xFFFFFFFE, 0xFFFFFFFF)
BLOCKS = 220


def copy_of(sample):
    image = Image.__new__(Image)
    image.name, image.data, image.sb = sample.name, bytearray(sample.data), dict(sample.sb)
    return image


def number_near(rng, value, bits):
    """A number that is likely to lie at some limit."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(WORDS) & (1 << bits) - 1
    if kind == 1:
        return (value + rng.choice((-2, -1, 1, 2))) & (1 << bits) - 1
    if kind == 2:
        return value ^ 1 << rng.randrange(bits)
    return rng.choice((rng.randrange(2 * BLOCKS), rng.getrandbits(bits)))


# --- Superblock ---

def super_field(image, rng):
    field = rng.choice(SUPER_FIELDS[:-1])
    image.sb[field] = number_near(rng, image.sb[field], 32)
    fields = image.sb
    if rng.random() >= 0.2:
        checksum = crc32c(SUPER.pack(*image.sb.values())[:-4])
        fields = {**image.sb, "checksum": checksum}
    SUPER.pack_into(image.data, BSIZE, *fields.values())


def super_layout(image, rng):
    """Another size of a part, with all that follows in its place: only a limit can be wrong."""
    sb = image.sb
    sb[rng.choice(("nlog", "ninodes"))] = rng.choice((1, 2, 31, 32, 33, 64, 128, 129, 130, 131, 160,
                                                      65535, 65536, 65537))
    sb["inodestart"] = 2 + sb["nlog"]
    sb["bmapstart"] = sb["inodestart"] + (sb["ninodes"] + 31) // 32
    sb["datastart"] = sb["bmapstart"] + (sb["size"] + BSIZE * 8 - 1) // (BSIZE * 8)
    image.set_super(nblocks=(sb["size"] - sb["datastart"]) & 0xFFFFFFFF)


def foreign(image, rng):
    """The magic number of another format."""
    magic = rng.choice((0x32444C46, 0x10203040, 0))
    struct.pack_into("<I", image.data, 1024, 0x10203040 if rng.random() < 0.5 else 0)
    image.word(1, 0, magic)


def other_length(image, rng):
    del image.data[rng.choice((1, BLOCKS - 1, BLOCKS - 30)) * BSIZE:]
    if rng.random() < 0.5:
        image.data += bytes(rng.choice((1, 40)) * BSIZE)


# --- Journal ---

def journal_header(image, rng):
    seq = rng.choice((0, 1, 2, 2 ** 32, 2 ** 63, 2 ** 64 - 1, rng.getrandbits(64)))
    start = rng.choice((0, 1, image.sb["nlog"] - 2, image.sb["nlog"] - 1, 0xFFFFFFFF))
    checksum = rng.choice((None, None, None, None, 5))
    magic = rng.choice((JMAGIC, JMAGIC, JMAGIC, JMAGIC, 0))
    image.set_header(seq, start, checksum, magic, rng.choice((FREE_UNKNOWN, 0, 1)))


def image_of_something(image, rng):
    """A home, and a block that could come there."""
    home = rng.choice((image.sb["inodestart"], image.sb["bmapstart"], image.inode(1)["addrs"][0],
                       image.inode(image.find("large"))["addrs"][NDIRECT], image.free_block(),
                       image.free_block()))
    data = image.block(home)
    if home == image.free_block():
        data = rng.choice((bytes(BSIZE), struct.pack("<I", JMAGIC) + noise(BSIZE - 4),
                           noise(BSIZE)))
    if data[:4] == struct.pack("<I", JMAGIC):
        return home | ESCAPED, bytes(4) + data[4:]
    return home, data


def journal_groups(image, rng):
    """Groups as a kernel writes them, the last one perhaps with something wrong in it."""
    seq = rng.choice((1, 2 ** 64 - 2, rng.getrandbits(64)))
    at = rng.choice((0, 1, rng.randrange(image.sb["nlog"] - 1), image.sb["nlog"] - 3))
    image.set_header(seq, at)
    for _ in range(rng.randrange(1, 4)):
        at = image.add_group(at, seq,
                             [image_of_something(image, rng)
                              for _ in range(rng.choice((1, 2, 5, 20)))])
        seq = (seq + 1) % 2 ** 64
    kind = rng.randrange(4)
    if kind == 0:  # one home is somewhere
        wrong = number_near(rng, rng.choice((image.sb["inodestart"], image.sb["size"])), 32)
        images = [image_of_something(image, rng) for _ in range(3)]
        images[rng.randrange(3)] = (wrong, bytes(BSIZE))
        image.add_group(at, seq, images, spoil=rng.choice((None, None, 4)))
    elif kind == 1:
        image.add_group(at, seq, [image_of_something(image, rng)], spoil=rng.randrange(5))
    elif kind == 2:  # a word of a descriptor
        image.add_group(at, seq, [image_of_something(image, rng) for _ in range(2)])
        block = image.sb["logstart"] + 1 + at % (image.sb["nlog"] - 1)
        image.word(block, rng.randrange(8), rng.choice(WORDS))


def journal_long_group(image, rng):
    """A group of about as many images as the ring can hold."""
    if not 4 < image.sb["nlog"] < BLOCKS:
        return
    count = image.sb["nlog"] - 1 - rng.choice((1, 2, 2, 3))
    seq, start = rng.getrandbits(64), rng.randrange(image.sb["nlog"] - 1)
    image.set_header(seq, start)
    image.add_group(start, seq, [(image.free_block(), bytes(BSIZE))] * count)


# --- Inodes, directories, bitmap, data ---

def some_inode(image, rng):
    return rng.choice((1, 1, rng.randrange(1, 12), rng.randrange(image.sb["ninodes"])))


INODE_BITS = dict(type=16, major=16, minor=16, flags=16, nlink=32, index=32, size=64, mtime=64,
                  ctime=64)


def inode_field(image, rng):
    inum = some_inode(image, rng)
    field = rng.choice(("addrs", "type", *INODE_BITS))
    value = image.inode(inum)[field]
    if field == "addrs":
        i = rng.choice((0, 1, NDIRECT - 1, NDIRECT, NDIRECT + 1))
        value[i] = number_near(rng, value[i], 32)
    else:
        bits = INODE_BITS[field]
        value = number_near(rng, value, bits)
        if field == "size" and rng.random() < 0.5:
            value = rng.choice((MAXFILE * BSIZE, MAXFILE * BSIZE + 1, 255, 256, 64, 128, 192, 4096))
        if field in ("type", "major", "minor") and value >= 1 << 15:
            value -= 1 << 16
    image.set_inode(inum, **{field: value})


def indirect_word(image, rng):
    block = image.inode(image.find("large"))["addrs"][NDIRECT]
    image.word(block, rng.choice((0, 5, 6, 1023)), number_near(rng, rng.randrange(BLOCKS), 32))


def bitmap_bit(image, rng):
    block = rng.choice((0, 1, image.sb["datastart"] - 1, image.sb["datastart"], BLOCKS - 1, BLOCKS,
                        BSIZE * 8 - 1,
                        rng.randrange(BLOCKS), rng.randrange(BSIZE * 8)))
    image.bit(block, not image.bit(block))


def directory_entry(image, rng):
    inode = image.inode(image.find(rng.choice(("sub", "sub/deep"))) if rng.random() < 0.5 else 1)
    at = inode["addrs"][0] * BSIZE + rng.randrange(8) * ENTRY.size
    inum, name = ENTRY.unpack_from(image.data, at)
    if rng.random() < 0.5:
        inum = rng.choice((0, 1, 2, 3, 5, 63, 64, 0xFFFF))
    else:
        name = rng.choice((b"", b".", b"..", b"a/b", b"hello", b"large", b"x" * 62,
                           name[:2] + b"\0y"))
    image.set_entry(at, inum, name)


def data_byte(image, rng):
    """Of a directory, a symbolic link, or behind a file's end."""
    inode = image.inode(image.find(rng.choice(("hello", "link", "sub", "sub/deep/leaf"))))
    last = inode["addrs"][inode["size"] // BSIZE]
    offset = rng.choice((rng.randrange(16), inode["size"] % BSIZE, BSIZE - 1))
    image.data[last * BSIZE + offset] = rng.choice((0, 1, 0x2F, 0xFF))


def any_byte(image, rng):
    """Of what describes the file system."""
    start, end = rng.choice(((1, 2), (2, 4), (image.sb["inodestart"], image.sb["inodestart"] + 1),
                             (image.sb["bmapstart"], image.sb["datastart"] + 4)))
    at = start * BSIZE + rng.randrange(min(256, (end - start) * BSIZE))
    image.data[at % len(image.data)] ^= 1 << rng.randrange(8)


MUTATIONS = (super_field, super_layout, foreign, other_length, journal_header, journal_groups,
             journal_groups,
             journal_long_group, inode_field, inode_field, inode_field, inode_field, indirect_word,
             bitmap_bit,
             directory_entry, directory_entry, data_byte, any_byte)


def mutated(sample, seed, number):
    """Image number of that seed, and what was done to it."""
    rng = random.Random("%d/%d" % (seed, number))
    image, done = copy_of(sample), []
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        mutation = rng.choice(MUTATIONS)
        try:
            mutation(image, rng)
        except (StopIteration, IndexError, ValueError, struct.error):
            continue  # what it would change has gone before
        done.append(mutation.__name__)
    return image, done
