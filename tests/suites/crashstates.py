"""The kernel's file system as a program of the host (tests/crash/): images mounted in memory, and
power cuts.

CRASHSTATES_SEED=n chooses other states; the seed is part of what is printed.
"""

import os
import subprocess

from lib.crashstates import FaultyKernel, Hunt, crash_mutants
from lib.image import FSMOUNT, FS_IMG, copy_image, discard
from lib.machine import Failure
from lib.results import Test

SEED = int(os.environ.get("CRASHSTATES_SEED", "1"))
FEW, MANY = 2000, 100000  # states: make test, make test-all; a fault is noticed in MANY


def tests(everything):
    return [Test("host kernel: mounts images and refuses others", mount_images),
            Test("crash states", cut_power, MANY if everything else FEW)] + \
        ([Test("crash states: faults are noticed", notice_faults)] if everything else [])


def cut_power(states):
    hunt = Hunt(states, SEED, echo=states == MANY)
    if hunt.failed:
        raise Failure(hunt.said)
    return [(hunt.said.strip(), None)]


def notice_faults():
    kernel = FaultyKernel()
    return [(m.name, None if kernel.notices(m, MANY, SEED) else "not noticed in %d states" %
             MANY)
            for m in crash_mutants()]


def fsmount(*arguments):
    """Its status and what it prints."""
    done = subprocess.run([FSMOUNT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=60)
    return done.returncode, done.stdout


def mount_images():
    path = copy_image("fsmount")
    try:
        status, out = fsmount(FS_IMG, path)
        if status != 0 or out != "%s: accepted\n%s: accepted\n" % (FS_IMG, path):
            raise Failure("status %d:\n%s" % (status, out))
        with open(path, "r+b") as image:
            image.seek(4096)
            image.write(b"another magic number")
        status, out = fsmount(path)
        if status != 1 or out != "%s: refused (-22): mount: no file system\n" % path:
            raise Failure("status %d:\n%s" % (status, out))
    finally:
        discard(path)
