"""What mkfs builds, and what it refuses."""
import os
import time

from .image import *
from .tools import *


def test_mkfs_default_image():
    write("_README", noise(5000))
    start = time.time()
    succeed("mkfs", "fs.img", "_README")
    assert time.time() - start < 2
    image = Image()
    sb = image.sb
    assert sb["magic"] == FSMAGIC and sb["blocksize"] == BSIZE and sb["size"] == 16384
    assert len(image.data) == 16384 * BSIZE
    assert sb["checksum"] == crc32c(image.data[BSIZE:BSIZE + 44])
    assert sb["ninodes"] == 4096 and sb["nlog"] == 1024
    assert sb["datastart"] + sb["nblocks"] == sb["size"]
    assert sb["features"] == 0 and image.header() == (1, 0)
    assert image.word(sb["logstart"], 5) == FREE_UNKNOWN
    assert [name for _, _, name in image.entries(1)] == [".", "..", "README"]
    assert os.stat(path("fs.img")).st_blocks * 512 < 1 << 20, "the file is not sparse"
    check_clean()


def test_mkfs_same_input_same_bytes():
    names = [f"f{i}" for i in range(50)]
    for directory, order in (("one/t", names), ("two/t", list(reversed(names)))):
        for name in order:
            write(f"{directory}/{name}", name.encode() * 999)
            os.utime(path(f"{directory}/{name}"), (len(directory), 12345))
    succeed("mkfs", "fs.img", "-s", "4M", "t", cwd=path("one"))
    succeed("mkfs", "fs.img", "-s", "4M", "t", cwd=path("two"))
    assert read("one/fs.img") == read("two/fs.img")
    check_clean("one/fs.img")


def test_mkfs_names():
    write("user/_cat", b"cat")
    write("user/_", b"underscore")
    succeed("mkfs", "fs.img", "user/_cat", "user/_", "user/_cat=bin/cat", "user/_cat=/a/b/_c")
    listing = succeed("fsutil", "fs.img", "ls").text
    assert [line.split()[-1] for line in listing.splitlines()] == [".", "..", "cat", "_", "bin",
                                                                   "a"]
    assert succeed("fsutil", "fs.img", "cat", "bin/cat").data == b"cat"
    assert succeed("fsutil", "fs.img", "cat", "/a/b/_c").data == b"cat"
    check_clean()


def test_mkfs_directory_tree():
    image = make_sample()
    assert image.inode(image.find("link"))["type"] == T_SYMLINK
    assert image.inode(1)["nlink"] == 2 and image.inode(image.find("sub"))["nlink"] == 2
    assert succeed("fsutil", "fs.img", "cat", "/link/leaf").data == noise(10000)
    check_clean()
    succeed("mkfs", "fs.img", "tree/", "tree/sub=tree/more")
    assert succeed("fsutil", "fs.img", "cat", "tree/more/deep/leaf").data == noise(10000)
    check_clean()


def test_mkfs_sizes():
    for size, blocks in (("600", 600), ("4M", 1024), ("1G", 262144), ("8192K", 2048)):
        succeed("mkfs", "fs.img", "-s", size)
        assert os.path.getsize(path("fs.img")) == blocks * BSIZE
        check_clean()
    succeed("mkfs", "fs.img", "-s", "3000", "-i", "1000", "-l200")
    sb = Image().sb
    assert (sb["size"], sb["ninodes"], sb["nlog"]) == (3000, 1000, 200)
    check_clean()


def test_mkfs_refuses_numbers():
    for args in (("-s", "x"), ("-s", "0"), ("-s", "5K"), ("-s", "10T"), ("-s", "100"),
                 ("-s", "99999999G"), ("-i", "70000"), ("-i", "-3"), ("-l", "10"),
                 ("-l", "99999"), ("-i", "12x")):
        refuse("mkfs", "none.img", *args)
    refuse("mkfs", status=2, says="usage")
    refuse("mkfs", "none.img", "-x", status=2, says="usage")
    refuse("mkfs", "none.img", "-s", status=2, says="usage")
    assert not os.path.exists(path("none.img"))


def refused_image(says, *args):
    """mkfs fails, names what does not fit, and leaves the old image and nothing else."""
    write("old/fs.img", b"old")
    refuse("mkfs", "old/fs.img", *args, says=says)
    assert os.listdir(path("old")) == ["fs.img"] and read("old/fs.img") == b"old"


def test_mkfs_name_too_long():
    good, bad = "n" * DIRSIZ, "m" * (DIRSIZ + 1)
    write(f"names/{good}", b"1")
    succeed("mkfs", "fs.img", "names", f"names/{good}")
    assert succeed("fsutil", "fs.img", "cat", f"names/{good}").data == b"1"
    check_clean()
    refused_image(bad, f"names/{good}={bad}")
    refused_image("too long", f"names/{good}={bad}/x")
    write(f"names/{bad}", b"1")
    refused_image("too long", "names")


def test_mkfs_file_too_large():
    with open(path("huge"), "wb") as file:
        file.truncate(MAXFILE * BSIZE + 1)
    refused_image("huge: cannot become huge: the file is too large", "-s", "8G", "huge")


def test_mkfs_disk_full():
    write("big", noise(4 << 20))
    refused_image("big: cannot become big: the disk is full", "-s", "1000", "big")


def test_mkfs_out_of_inodes():
    for i in range(40):
        write(f"forty/{i:02}", b"")
    refused_image("forty/30: cannot become forty/30: no free inode is left", "-i", "33", "forty")


def test_mkfs_duplicate_name():
    write("dup/a", b"")
    write("dup/_a", b"")
    refused_image("dup/_a: cannot become a: the name exists already", "dup/a", "dup/_a")
    refused_image("the name exists already", "dup/a=x/y", "dup/a=x//y")
    refused_image("not a directory", "dup/a=x", "dup/a=x/y")


def test_mkfs_unreadable():
    os.mkfifo(path("fifo"))
    write("dup/a", b"")
    refused_image("no-such-file", "no-such-file")
    refused_image("fifo: neither", "fifo")
    refused_image("has no name", ".")
    refused_image("not a valid name", "dup/a=..")
    refuse("mkfs", "no/such/dir.img", says="no/such/dir.img")


def test_mkfs_many_files():
    for i in range(2000):
        write(f"many/file-{i}", b"%d" % i)
    succeed("mkfs", "fs.img", "many", "many=again")
    listing = succeed("fsutil", "fs.img", "ls", "again").text.splitlines()
    assert len(listing) == 2002
    assert succeed("fsutil", "fs.img", "cat", "many/file-1234").data == b"1234"
    check_clean()
