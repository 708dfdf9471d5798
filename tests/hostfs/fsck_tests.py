"""What fsck says of images that are damaged, odd, or none."""

from . import damage_inodes  # noqa: F401, which registers its mutations
from .damage import DAMAGE
from .image import *
from .tools import *


def test_fsck_orphans():
    image = make_sample()
    image.set_inode(image.find("hello"), nlink=0)
    orphan = image.find("hello")
    image.set_entry(image.entry(1, "hello"), 0, "")
    image.save()
    assert f"inode {orphan}: orphan (will be reclaimed at mount)" in check_clean()
    check_finds("orphan", "fs.img", "-o")
    check_finds("orphan", "fs.img", "--no-orphans")


def test_fsck_orphan_directory():
    image = make_sample()
    deep = image.find("sub/deep")
    leaf = image.find("sub/deep/leaf")
    image.set_inode(leaf, nlink=0)
    image.set_inode(deep, nlink=0)
    image.set_inode(image.find("sub"), nlink=1)
    image.set_entry(image.entry(image.find("sub"), "deep"), 0, "")
    image.save()
    assert f"inode {deep}: orphan" in check_clean()


def test_fsck_accepts_holes_and_devices():
    image = make_sample()
    image.set_inode(image.find("hello"), size=MAXFILE * BSIZE)
    inum = image.free_inode()
    image.set_inode(inum, type=T_DEVICE, nlink=1, major=1)
    directory = image.inode(1)
    image.set_entry(directory["addrs"][0] * BSIZE + directory["size"], inum, "console")
    image.set_inode(1, size=directory["size"] + ENTRY.size)
    image.save()
    check_clean()
    assert "console (device 1, 0)" in names_in_root()
    refuse("fsutil", "fs.img", "cat", "console", says="not a file")


def test_fsck_cannot_check():
    write("empty", b"")
    write("short", b"x" * BSIZE)
    write("zeroes", b"\0" * BSIZE * 10)
    for name in ("empty", "short", "zeroes", "no-such-file", ".", "/dev/null"):
        refuse("fsck", name, status=2)
        refuse("fsck", "-r", name, status=2)
        refuse("fsutil", name, "ls", status=1)
    for args in ((), ("-x", "fs.img"), ("a", "b"), ("-", "a"), ("--frob", "a")):
        refuse("fsck", *args, status=2, says="usage")


def test_fsck_truncated_image():
    image = make_sample()
    for blocks in range(2, 599, 61):
        write("cut.img", image.data[:blocks * BSIZE])
        check_finds("superblock: size is 600 blocks", "cut.img")
        refuse("fsutil", "cut.img", "ls", says="the image has")


def test_fsck_accepts_a_longer_file():
    image = make_sample()
    write("long.img", bytes(image.data) + b"junk" * 2000)
    check_clean("long.img")


def test_fsck_thousands_of_errors():
    image = make_sample()
    image.set_inode(image.find("large"), size=MAXFILE * BSIZE)
    image.set_block(image.inode(image.find("large"))["addrs"][NDIRECT], noise(BSIZE))
    image.save()
    assert check_finds("more blocks are wrong").count("\n") < 50


def make_damage_test(function, says, refused):
    def test():
        image = make_sample()
        function(image)
        image.save()
        before = read("fs.img")
        said = check_finds(says)
        assert said.endswith("; it cannot be mounted\n") == refused, said
        assert read("fs.img") == before
        quiet = run("fsck", "-q", "fs.img")
        assert quiet.status == 1 and quiet.text.count("\n") == 1, quiet.text
    return test


def damage_tests():
    """A test for each mutation: fsck finds it, and looking changes nothing."""
    return {f"test_fsck_finds_{function.__name__}": make_damage_test(function, says, refused)
            for function, says, refused in DAMAGE}
