"""Journals made by hand: which groups count, and where their images go."""
import struct

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
    assert Image().header() == (3, 6), "the journal was not marked empty"
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
    assert Image().header() == (79, 5)
    assert "wrapped" in names_in_root()
    assert Image().block(image.free_block()) == b"y" * BSIZE


def test_journal_escaped_image():
    image = make_sample()
    free = image.free_block()
    data = struct.pack("<I", JMAGIC) + noise(BSIZE - 4)
    image.add_group(0, 1, [(free | ESCAPED, bytes(4) + data[4:]), (free - 1, bytes(4) + data[4:])])
    image.save()
    assert "replayed 1 group, 2 blocks" in check_clean("fs.img", "-r")
    assert Image().block(free) == data, "the first word of an image was not put back"
    assert Image().block(free - 1) == bytes(4) + data[4:], (
        "an image that was not escaped was changed")


def test_journal_numbers_wrap():
    last = 2 ** 64 - 1
    image = make_sample()
    image.set_header(seq=last)
    end = image.add_group(0, last, [renamed_root(image, "hello", "last")])
    image.add_group(end, 0, [renamed_root(image, "hello", "zero")])
    image.save()
    assert "replayed 2 groups" in check_clean("fs.img", "-r")
    assert Image().header()[0] == 1 and "zero" in names_in_root()


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
    assert Image().header()[0] == 2
    assert "journal holds 0" in check_clean("fs.img", "-v")
    assert "first" not in names_in_root() and "hello" not in names_in_root()


def test_journal_may_bring_damage():
    image = make_sample()
    image.add_group(0, 1, [renamed_root(image, "hello", "a/b")])
    image.save()
    check_finds("a name with a slash")


def test_journal_home_out_of_range():
    for home in (0, 1, 2, 50, 600, ESCAPED, 600 | ESCAPED, 0xFFFFFFFF):
        image = make_sample()
        image.add_group(0, 1, [(home, b"x")])
        image.save()
        before = read("fs.img")
        check_finds("journal: group 1: a copy's home", "fs.img", "-r")
        refuse("fsutil", "fs.img", "ls", says="journal is damaged")
        refuse("fsutil", "fs.img", "rm", "hello", says="journal is damaged")
        assert read("fs.img") == before


def test_journal_torn_group_may_have_any_home():
    image = make_sample()
    image.add_group(0, 1, [(600, b"x")], spoil=4)
    image.save()
    check_clean()


def test_journal_impossible_descriptors():
    for count in (0, 1001, 0xFFFFFFFF, 128):
        image = make_sample()
        image.add_group(0, 1, [renamed_root(image, "hello", "torn")])
        image.word(image.sb["logstart"] + 1, 4, count)
        image.save()
        check_clean()
        assert "hello" in names_in_root()
