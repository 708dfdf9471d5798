"""Journals made by hand: which groups count, and where their images go."""
import random

from .image import *
from .tools import *


def test_journal_replay():
    image = make_sample()
    end = image.add_group(0, 1, [renamed_root(image, "hello", "first")])
    image.add_group(end, 2, [renamed_root(image, "hello", "second")])
    image.save()
    before = read("fs.img")
    assert "journal holds 2 committed groups" in check_clean()
    assert "second" in names_in_root() and "2 committed" in run("fsutil", "fs.img", "info").text
    assert read("fs.img") == before, "looking changed the image"
    assert "replayed 2 groups" in check_clean("fs.img", "-r")
    assert Image().header()[2:4] == (3, 6), "the journal was not marked empty"
    assert "journal holds 0" in check_clean("fs.img", "-v")
    assert "second" in [name for _, _, name in Image().entries(1)]


def test_journal_wraps_round():
    image = make_sample()
    ring = image.sb["nlog"] - 1
    image.set_header(seq=77, start=ring - 2)
    end = image.add_group(ring - 2, 77, [renamed_root(image, "hello", "wrapped"),
                                         (image.free_block(), b"x")])
    image.add_group(end, 78, [(image.free_block(), b"y" * BSIZE)])
    image.save()
    assert "replayed 2 groups, 3 blocks" in check_clean("fs.img", "-r")
    assert Image().header()[2:4] == (79, 5)
    assert "wrapped" in names_in_root()
    assert Image().block(image.free_block()) == b"y" * BSIZE


def test_journal_several_descriptors():
    image = make_sample()
    free = image.free_block()
    image.add_group(0, 1, [(free, b"a")], [(free, b"b"), renamed_root(image, "hello", "more")])
    image.save()
    assert "replayed 1 group, 3 blocks" in check_clean("fs.img", "-r")
    assert "more" in names_in_root() and Image().block(free)[:2] == b"b\0"


def test_journal_fills_the_ring():
    image = make_sample()
    ring = image.sb["nlog"] - 1
    free = image.free_block()
    image.set_header(seq=5, start=9)
    image.add_group(9, 5, [(free, bytes([i])) for i in range(ring - 2)])
    image.save()
    assert f"replayed 1 group, {ring - 2} blocks" in check_clean("fs.img", "-r")
    assert Image().block(free)[0] == ring - 3


def test_journal_torn_group_does_not_count():
    for spoil in range(5):
        image = make_sample()
        end = image.add_group(0, 1, [renamed_root(image, "hello", "first")])
        end = image.add_group(end, 2, [renamed_root(image, "hello", "torn")], spoil=spoil)
        image.add_group(end, 3, [renamed_root(image, "hello", "later")])
        image.save()
        assert "journal holds 1 committed group\n" in check_clean()
        assert "first" in names_in_root()


def test_journal_torn_image_does_not_count():
    image = make_sample()
    image.add_group(0, 1, [renamed_root(image, "hello", "torn")])
    image.ring(1, noise(BSIZE))
    image.save()
    assert "was not committed" in check_clean("fs.img", "-v")
    assert "hello" in names_in_root()


def test_journal_old_groups_do_not_count():
    image = make_sample()
    image.add_group(0, 1, [renamed_root(image, "hello", "old")])
    image.set_header(seq=2)
    image.save()
    assert "journal holds 0" in check_clean("fs.img", "-v")


def test_journal_replayed_before_changes():
    image = make_sample()
    image.add_group(0, 1, [renamed_root(image, "hello", "first")])
    image.save()
    succeed("fsutil", "fs.img", "rm", "first")
    assert Image().header()[2] == 2
    assert "journal holds 0" in check_clean("fs.img", "-v")
    assert "first" not in names_in_root() and "hello" not in names_in_root()


def test_journal_may_bring_damage():
    image = make_sample()
    image.add_group(0, 1, [renamed_root(image, "hello", "a/b")])
    image.save()
    check_finds("a name with a slash")


def test_journal_home_out_of_range():
    for home in (0, 1, 2, 50, 600, 0xFFFFFFFF):
        image = make_sample()
        image.add_group(0, 1, [(home, b"x")])
        image.save()
        before = read("fs.img")
        check_finds("journal: group 1: an image's home", "fs.img", "-r")
        refuse("fsutil", "fs.img", "ls", says="journal is damaged")
        refuse("fsutil", "fs.img", "rm", "hello", says="journal is damaged")
        assert read("fs.img") == before


def test_journal_impossible_descriptors():
    for count, more in ((0, 0), (1001, 0), (0xFFFFFFFF, 1), (128, 0), (127, 1), (1, 7)):
        image = make_sample()
        image.add_group(0, 1, [renamed_root(image, "hello", "torn")])
        image.word(image.sb["logstart"] + 1, 4, count)
        image.word(image.sb["logstart"] + 1, 5, more)
        image.save()
        check_clean()
        assert "hello" in names_in_root()
