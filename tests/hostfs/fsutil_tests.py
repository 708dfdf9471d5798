"""fsutil: round trips, changes, errors."""
import fcntl
import os
import random

from .image import *
from .tools import *


def test_round_trips():
    sizes = [0, 1, 4095, 4096, 4097, NDIRECT * BSIZE, NDIRECT * BSIZE + 1,
             (NDIRECT + NINDIRECT) * BSIZE, (NDIRECT + 2 * NINDIRECT + 3) * BSIZE + 17]
    for size in sizes:
        write(f"sizes/{size}", noise(size, size))
    succeed("mkfs", "fs.img", "sizes")
    check_clean()
    for size in sizes:
        succeed("fsutil", "fs.img", "put", f"sizes/{size}", f"/copy{size}")
    check_clean()
    for size in sizes:
        succeed("fsutil", "fs.img", "get", f"sizes/{size}", "back")
        assert read("back") == noise(size, size)
        assert succeed("fsutil", "fs.img", "cat", f"copy{size}").data == noise(size, size)


def test_fsutil_changes():
    make_sample()
    before = succeed("fsutil", "fs.img", "info").text
    succeed("fsutil", "fs.img", "mkdir", "new")
    succeed("fsutil", "fs.img", "put", "tree", "new")
    succeed("fsutil", "fs.img", "put", "tree/hello", "new/tree/large")
    check_clean()
    assert succeed("fsutil", "fs.img", "cat", "new/tree/large").data == b"hello, world\n"
    refuse("fsutil", "fs.img", "rm", "new", says="not empty")
    for name in ("tree/sub/deep/leaf", "tree/sub/deep", "tree/sub", "tree/large", "tree/hello",
                 "tree/link", "tree", ""):
        succeed("fsutil", "fs.img", "rm", f"/new/{name}")
        check_clean()
    assert succeed("fsutil", "fs.img", "info").text == before


def test_fsutil_get_names_the_file():
    make_sample()
    os.makedirs(path("into"), exist_ok=True)
    succeed("fsutil", "../fs.img", "get", "sub/deep/leaf", cwd=path("into"))
    assert read("into/leaf") == noise(10000)


def test_fsutil_errors():
    make_sample()
    before = read("fs.img")
    for args, says in ((("cat", "nothing"), "nothing: no such file"),
                       (("cat", "sub"), "sub: is a directory"),
                       (("cat", "hello/x"), "not a directory"),
                       (("ls", "sub/none"), "no such file"),
                       (("get", "none", "made"), "no such file"),
                       (("get", "hello", "no/such/dir"), "no/such/dir"),
                       (("put", "none"), "none"),
                       (("put", "tree/hello", "none/x"), "no such file"),
                       (("put", "tree/hello", "x" * 63), "too long"),
                       (("put", "tree/hello", "hello/x"), "not a directory"),
                       (("rm", "none"), "none: no such file"),
                       (("rm", "sub"), "not empty"),
                       (("rm", "/"), "not a valid name"),
                       (("rm", "sub/.."), "not a valid name"),
                       (("mkdir", "sub"), "exists already"),
                       (("mkdir", "/"), "exists already"),
                       (("mkdir", "none/x"), "no such file"),
                       (("mkdir", "y" * 63), "too long")):
        refuse("fsutil", "fs.img", *args, says=says)
    assert not os.path.exists(path("made"))
    for args in ((), ("ls",), ("fs.img",), ("fs.img", "jump"), ("fs.img", "cat"),
                 ("fs.img", "rm", "a", "b"), ("fs.img", "info", "x")):
        refuse("fsutil", *args, status=2, says="usage")
    assert read("fs.img") == before


def test_fsutil_full_disk_changes_nothing():
    make_sample()
    before = read("fs.img")
    write("big", noise(4 << 20))
    refuse("fsutil", "fs.img", "put", "big", says="disk is full")
    refuse("fsutil", "fs.img", "put", "big", "hello", says="disk is full")
    assert read("fs.img") == before


def test_fsutil_symbolic_link_loop():
    make_sample()
    os.symlink("loop", path("loop"))
    write("loops/a", b"")
    for name, target in (("self", "self"), ("gone", "/no/where"), ("up", "../loops/up2"),
                         ("up2", "/hello")):
        os.symlink(target, path(f"loops/{name}"))
    succeed("fsutil", "fs.img", "put", "loops")
    refuse("fsutil", "fs.img", "cat", "loops/self", says="too many symbolic links")
    refuse("fsutil", "fs.img", "cat", "loops/gone", says="no such file")
    assert succeed("fsutil", "fs.img", "cat", "loops/up").data == b"hello, world\n"
    assert "gone -> /no/where" in succeed("fsutil", "fs.img", "ls", "loops").text
    check_clean()


def test_fsutil_random_changes():
    """Random commands against a model; the image stays clean."""
    rng, model = random.Random(7), {}
    succeed("mkfs", "fs.img", "-s", "1000", "-i", "96")
    dirs = [f"d{i}" for i in range(4)]
    for name in dirs:
        succeed("fsutil", "fs.img", "mkdir", name)
    for step in range(120):
        name = f"{rng.choice(dirs)}/{rng.randrange(8)}"
        if name in model and rng.random() < 0.5:
            succeed("fsutil", "fs.img", "rm", name)
            del model[name]
        else:
            data = noise(rng.choice([0, 100, 5000, 110000, 250000]), step)
            write("some", data)
            result = run("fsutil", "fs.img", "put", "some", name)
            assert result.status == 0 or "disk is full" in result.text, result.text
            if result.status == 0:
                model[name] = data
        if step % 10 == 0:
            check_clean()
    for name, data in model.items():
        assert succeed("fsutil", "fs.img", "cat", name).data == data
    check_clean()


def test_refuses_a_locked_image():
    make_sample()
    with open(path("fs.img"), "r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX, 1, 100)  # as QEMU does
        refuse("fsutil", "fs.img", "rm", "hello", says="in use")
        refuse("fsck", "-r", "fs.img", status=2, says="in use")
        check_clean()
