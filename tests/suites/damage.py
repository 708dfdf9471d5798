"""Damaged disk images: the kernel refuses one, or its operations fail; it neither panics nor hangs.

Each round changes some bytes of what describes the file system (superblock, journal, inodes,
bitmaps, directories), boots, and uses the files.
"""

import random
import struct

from lib.image import copy_image, discard
from lib.machine import EXIT_PANIC, Ended, Failure, Machine
from lib.results import Test

BSIZE = 4096
SHORT, LONG = 12, 100
COMMANDS = ["ls", "cat README > copy; wc copy; rm copy", "mkdir d; echo x > d/f; ls d; mv d/f g",
            "rm -r d; rm README g; ln sh shell; ln -s sh link", "ls; free; sync"]


def tests(everything):
    return [Test("damage: images %d to %d" % (first, first + step - 1), use_damaged, first, step,
                 seconds=40)
            for step in (25,) for first in range(0, LONG if everything else SHORT, 25)]


def use_damaged(first, count):
    for seed in range(first, first + count):
        name = "damage-%d" % seed
        image = copy_image(name)
        damage(image, random.Random(seed))
        machine = Machine(name, "debug" if seed % 3 == 0 else "plain", 1, image=image, limit=60)
        try:
            use(machine)
        except Failure as failure:
            raise machine.keep_log("seed %d: %s" % (seed, failure)) from None
        finally:
            machine.kill()
        discard(image)


def use(machine):
    """Status 0: it ran to its end; 1, 2: the kernel or init said that it cannot start."""
    try:
        machine.boot()
        for command in COMMANDS:
            machine.run(command)
        if "exec poweroff failed" in machine.run("poweroff"):
            return  # that program's own inode or blocks were hit
        machine.wait_end()
    except Ended:
        pass
    if machine.status == EXIT_PANIC or machine.status not in (0, 1, 2):
        raise Failure("QEMU ended with status %s" % machine.status)


def damage(image, chance):
    with open(image, "r+b") as f:
        f.seek(BSIZE)
        fields = struct.unpack("<9I", f.read(36))
        logstart, inodestart, bmapstart, datastart = fields[5:9]
        # Directories are among the first data blocks; the first inodes are those in use.
        parts = [(1, 2), (logstart, logstart + 2), (inodestart, inodestart + 2),
                 (inodestart, inodestart + 2), (bmapstart, datastart), (datastart, datastart + 2)]
        for _ in range(chance.choice((1, 4, 30))):
            start, end = chance.choice(parts[chance.random() > 0.1:])
            at = chance.randrange(start * BSIZE, min(end * BSIZE, start * BSIZE + 2 * BSIZE))
            f.seek(at)
            width = chance.choice((1, 2, 4))
            value = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
            f.write(bytes([value]) * width if chance.random() < 0.5
                    else chance.randrange(1 << 8 * width).to_bytes(width, "little"))
