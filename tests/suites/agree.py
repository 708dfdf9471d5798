"""Kernel and fsck agree on every image.

Thousands of images are mutated (hostfs/mutations.py). Each goes to fsck, and to the kernel's own
file system on the host, which mounts it and reads its whole tree (tests/crash/fsmount.c). Of each
must be true:

    fsck says that it cannot be mounted, or that it is no image, if and only if the kernel refuses
        it;
    fsck calls it clean only if the kernel could read everything, and finds it clean again after
        the mount;
    a clean image is the same, byte by byte, whether fsck -r or the kernel recovers it;
    mounting makes no image one that cannot be mounted any more;
    neither program panics, hangs or crashes.

So an error that fsck does not call a reason to refuse the mount is damage that the kernel meets
later, as EIO.
"""

import os
import subprocess
import tempfile

from hostfs import mutations, tools
from hostfs.image import make_sample
from lib.image import FSCK, FSMOUNT, FSUTIL, MKFS
from lib.machine import Failure, WORK
from lib.results import Test

SEED, SHORT, LONG, STEP = 1, 200, 2500, 250


def tests(everything):
    count = int(os.environ.get("IMAGES", LONG if everything else SHORT))
    seed = int(os.environ.get("SEED", SEED))
    return [Test("agree: seed %d, images %d to %d" % (seed, first, min(first + STEP, count) - 1),
                 agree, seed, first,
                 min(first + STEP, count)) for first in range(0, count, STEP)]


def agree(seed, first, end):
    refused = clean = 0
    with tempfile.TemporaryDirectory(prefix="agree-") as work:
        sample = sample_image(work)
        for number in range(first, end):
            image, done = mutations.mutated(sample, seed, number)
            judge = Judge(work, image)
            try:
                judge.check()
            except Failure as failure:
                kept = os.path.join(WORK, "agree-%d-%d.img" % (seed, number))
                os.makedirs(WORK, exist_ok=True)
                image.save(kept)
                raise Failure("image %d of seed %d (%s; kept as %s): %s" %
                              (number, seed, ", ".join(done), kept, failure)) from None
            refused += judge.refused
            clean += judge.clean
    return [("%d images: %d refused, %d clean" % (end - first, refused, clean), None)]


def sample_image(work):
    tools.set_directory(work)
    tools.TOOLS.update(mkfs=MKFS, fsck=FSCK, fsutil=FSUTIL)
    return make_sample(blocks=mutations.BLOCKS)


def run(*command):
    """Its status and what it prints."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout.decode("utf-8", "replace")


class Judge:
    """What fsck and the kernel say of one image."""

    def __init__(self, work, image):
        self.image = image
        self.path, self.after, self.replayed = (os.path.join(work, n)
                                                for n in ("image", "after", "replayed"))
        image.save(self.path)

    def check(self):
        status, self.fsck = run(FSCK, "-v", self.path)
        if status not in (0, 1, 2):
            raise Failure("fsck ends with status %d:\n%s" % (status, self.fsck))
        self.clean = status == 0
        self.refused = status == 2 or self.fsck.endswith("; it cannot be mounted\n")
        status, self.kernel = run(FSMOUNT, "-o", self.after, self.path)
        if status not in (0, 1):
            self.fail("the kernel fails")
        if self.refused != (": refused (" in self.kernel):
            self.fail("one refuses it, one does not")
        if self.clean and status != 0:
            self.fail("fsck calls it clean")
        if not self.refused:
            self.check_mounted()

    def check_mounted(self):
        """The image as the kernel has left it."""
        status, said = run(FSCK, "--no-orphans" if self.clean else "-v", self.after)
        if self.clean and status != 0:
            self.fail("it is not clean any more after the mount:\n" + said)
        if status not in (0, 1) or said.endswith("; it cannot be mounted\n"):
            self.fail("it cannot be mounted again:\n" + said)
        if not self.clean or ": orphan (" in self.fsck:
            return
        self.image.save(self.replayed)
        run(FSCK, "-r", self.replayed)
        with open(self.replayed, "rb") as by_fsck, open(self.after, "rb") as by_kernel:
            for number in range(len(self.image.data) // mutations.BSIZE):
                if by_fsck.read(mutations.BSIZE) != by_kernel.read(mutations.BSIZE):
                    self.fail("block %d differs after recovery" % number)

    def fail(self, what):
        raise Failure("%s.\nfsck: %skernel: %s" % (what, self.fsck, self.kernel))
