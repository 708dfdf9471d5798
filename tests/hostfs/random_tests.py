"""Damage at random: no tool crashes, hangs, or makes a clean image unclean."""
import random
import struct
import subprocess

from .image import *
from .tools import *


def interesting_spots(image):
    """Ranges of bytes that hold structures."""
    sb = image.sb
    spots = [(BSIZE, SUPER.size), (sb["logstart"] * BSIZE, 28), ((sb["logstart"] + 1) * BSIZE, 64),
             (sb["inodestart"] * BSIZE, 16 * INODE.size), (sb["bmapstart"] * BSIZE, 80)]
    for name in ("", "sub", "sub/deep"):
        spots.append((image.inode(image.find(name) if name else 1)["addrs"][0] * BSIZE, 512))
    spots.append((image.inode(image.find("large"))["addrs"][NDIRECT] * BSIZE, 64))
    return spots


def mutate(image, spots, rng):
    for _ in range(rng.choice([1, 1, 2, 4, 10])):
        start, size = rng.choice(spots)
        offset = start + rng.randrange(size)
        kind = rng.randrange(4)
        if kind == 0:
            image.data[offset] ^= 1 << rng.randrange(8)
        elif kind == 1:
            image.data[offset] = rng.randrange(256)
        elif kind == 2:
            value = rng.choice([0, 1, 2, 599, 600, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
                                rng.randrange(700), rng.getrandbits(32)])
            struct.pack_into("<I", image.data, offset & ~3, value)
        else:
            other, _ = rng.choice(spots)
            image.data[offset & ~63:(offset & ~63) + 64] = image.data[other:other + 64]
    if rng.random() < 0.7:  # or nothing behind the checksum is reached
        image.sb = dict(zip(SUPER_FIELDS, SUPER.unpack_from(image.data, BSIZE)))
        image.set_super()
    if rng.random() < 0.7:
        if image.sb["logstart"] < 600:
            image.set_header(*image.header())


def survive(tool, *args):
    result = run(tool, *args, stdout=subprocess.DEVNULL)
    assert 0 <= result.status < 3, f"{tool} {args}: status {result.status}: {result.text}"
    return result.status


def random_damage(seed, mutations):
    sample = make_sample()
    sample.add_group(0, 1, [renamed_root(sample, "hello", "first")])
    spots = interesting_spots(sample)
    for number in range(mutations):
        rng = random.Random(seed * 1000003 + number)
        image = Image.__new__(Image)
        image.name, image.data, image.sb = "bad.img", bytearray(sample.data), dict(sample.sb)
        mutate(image, spots, rng)
        image.save()
        try:
            clean = survive("fsck", "-v", "bad.img") == 0
            survive("fsutil", "bad.img", "info")
            survive("fsutil", "bad.img", "ls", rng.choice(["/", "sub", "link", "sub/../sub/deep"]))
            survive("fsutil", "bad.img", "cat", rng.choice(["first", "link/leaf", "large"]))
            survive("fsutil", "bad.img", "put", "tree/hello", rng.choice(["first", "sub", "new"]))
            survive("fsutil", "bad.img", "rm", rng.choice(["large", "new", "link", "sub/deep"]))
            survive("fsck", "-r", "bad.img")
            if clean:
                check_clean("bad.img")
        except (AssertionError, subprocess.TimeoutExpired) as error:
            image.save("crash.img")
            raise AssertionError(f"mutation {number}: {error}") from error
