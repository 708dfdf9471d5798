"""fsutil import: the files of an image of the format before this one. And what is said of such
images, and of xv6's."""
import random
import struct
import subprocess

from .image import *
from .old_image import NLOG, OldImage
from .tools import *

LARGE = noise(24 * BSIZE + 5 * BSIZE + 77)


def make_old():
    """All that an image can hold. Returns it, not saved yet; its directories by name are in
    .dirs."""
    old = OldImage()
    root = old.root
    sub = old.add_directory(root, "sub")
    deep = old.add_directory(sub, "deep")
    old.dirs = {"sub": sub, "deep": deep}
    hello = old.add(root, "hello", T_FILE, b"hello from long ago\n")
    old.add_name(sub, "also", hello)
    old.inodes[hello][4] = 2
    old.add(deep, "large", T_FILE, LARGE)
    old.add(root, "empty", T_FILE)
    old.add(root, "link", T_SYMLINK, b"sub/deep/large")
    old.add(root, "console", T_DEVICE, major=1, minor=2)
    far = [None] * (24 + 1024 + 1030)
    far[3] = b"three".ljust(BSIZE, b"3")
    far[-1] = b"the last"
    old.add_blocks(root, "sparse", T_FILE, far, (len(far) - 1) * BSIZE + 8)
    for i in range(30):
        old.add(deep, "x" * 50 + str(i), T_FILE, b"%d" % i)
    old.finish()
    return old


def make_new(*arguments):
    succeed("mkfs", "new.img", "-s", "1000", "-i", "64", *arguments)


def cat(name):
    return succeed("fsutil", "new.img", "cat", name).data


def test_import_all_kinds():
    make_old().save()
    make_new()
    before = read("old.img")
    assert succeed("fsutil", "new.img", "import", "old.img").text == ""
    assert read("old.img") == before
    check_clean("new.img")
    assert cat("hello") == cat("sub/also") == b"hello from long ago\n"
    assert cat("link") == LARGE and cat("empty") == b"" and cat("sub/deep/" + "x" * 50 +
                                                                "29") == b"29"
    sparse = cat("sparse")
    assert len(sparse) == (24 + 1024 + 1029) * BSIZE + 8 and sparse[-8:] == b"the last"
    assert sparse[3 * BSIZE:4 * BSIZE] == b"three".ljust(BSIZE,
                                                         b"3") and not any(sparse[4 * BSIZE:-8])
    assert sum(map(bool, Image("new.img").inode(Image("new.img").find("sparse"))["addrs"])) == 2, (
        "holes were filled")
    listing = succeed("fsutil", "new.img", "ls").text
    assert "console (device 1, 2)" in listing and "link -> sub/deep/large" in listing
    image = Image("new.img")
    assert image.find("hello") == image.find("sub/also") and image.inode(image.find("hello"))[
        "nlink"] == 2


def test_import_keeps_what_is_there():
    make_old().save()
    write("tree/hello", b"a new one\n")
    write("tree/sub/own", b"mine")
    write("tree/sub/deep", b"a file, where the old image has a directory")
    make_new("tree=/")
    assert succeed("fsutil", "new.img", "import", "old.img").text == "kept: hello\nkept: deep\n"
    check_clean("new.img")
    assert cat("hello") == b"a new one\n" and cat("sub/own") == b"mine"
    assert cat("sub/also") == b"hello from long ago\n"


def renamed(old, before, after):
    """The root directory with a name changed."""
    home = old.entry_block(old.root)
    return home, old.block(home).replace(before.ljust(62, b"\0"), after.ljust(62, b"\0"))


def test_import_replays_the_journal():
    for start in (0, NLOG - 4):
        old = make_old()
        old.set_header(7, start)
        end = old.add_group(start, 7, [renamed(old, b"hello", b"first")],
                            [(399, b"x"), (399, b"y")])
        end = old.add_group(end, 8, [renamed(old, b"hello", b"second")])
        old.add_group(end, 9, [renamed(old, b"hello", b"torn")], spoil=1)
        old.save()
        make_new()
        succeed("fsutil", "new.img", "import", "old.img")
        check_clean("new.img")
        names = succeed("fsutil", "new.img", "ls").text
        assert "second" in names and "first" not in names and "torn" not in names


def test_import_refuses():
    make_new()
    before = read("new.img")
    write("junk", noise(9 * BSIZE))
    for name, says in (("junk", "not an image of an older Twofold"),
                       ("new.img", "not an image of an older"),
                       ("nothing", "No such file")):
        refuse("fsutil", "new.img", "import", name, says=says)
    old = make_old()
    old.data[BSIZE + 4] ^= 1
    old.save()
    refuse("fsutil", "new.img", "import", "old.img",
           says="old.img: damaged: the superblock's checksum")
    old = make_old()
    old.add_group(0, 1, [(3, b"x")])
    old.save()
    refuse("fsutil", "new.img", "import", "old.img",
           says="damaged: a group of the journal has a home")
    make_old().save()
    succeed("mkfs", "new.img", "-s", "150", "-i", "64")
    before = read("new.img")
    refuse("fsutil", "new.img", "import", "old.img", says="cannot be copied: the disk is full")
    assert read("new.img") == before
    succeed("mkfs", "new.img", "-s", "1000", "-i", "32")
    refuse("fsutil", "new.img", "import", "old.img", says="cannot be copied: no free inode is left")


def test_import_of_damaged_images():
    make_new()
    sample = make_old()
    first = sample.inodestart * BSIZE
    spots = [(BSIZE, 44), (2 * BSIZE, 24), (3 * BSIZE, 64), (first, 40 * 128),
             (sample.entry_block(sample.root) * BSIZE, 512),
             (sample.entry_block(sample.dirs["deep"]) * BSIZE, 512)]
    for number in range(120):
        rng = random.Random(number)
        data = bytearray(sample.data)
        for _ in range(rng.choice((1, 2, 8))):
            at, size = rng.choice(spots)
            offset = at + rng.randrange(size)
            struct.pack_into("<I", data, offset & ~3,
                             rng.choice([0, 1, 2, 400, 0xFFFFFFFF, rng.randrange(500)]))
        if rng.random() < 0.8:
            struct.pack_into("<I", data, BSIZE + 40, crc32c(data[BSIZE:BSIZE + 40]))
            struct.pack_into("<I", data, 2 * BSIZE + 20, crc32c(data[2 * BSIZE:2 * BSIZE + 20]))
        write("old.img", data)
        write("copy.img", read("new.img"))
        done = run("fsutil", "copy.img", "import", "old.img")
        assert done.status in (0, 1), f"mutation {number}: status {done.status}: {done.text}"
        check_clean("copy.img")


def test_other_images_are_named():
    make_old().save()
    xv6 = bytearray(2000 * 1024)
    struct.pack_into("<8I", xv6, 1024, 0x10203040, 2000, 1941, 200, 31, 2, 33, 46)
    write("xv6.img", xv6)
    for name, says in (("old.img",
                        "made by an older Twofold; `fsutil NEW.img import OLD.img` copies"),
                       ("xv6.img", "an xv6 image: its format is another one")):
        refuse("fsck", name, status=2, says=says)
        refuse("fsutil", name, "ls", says=says)
        refuse("fsutil", name, "rm", "hello", says=says)
