"""Disk images of the tests: copies of fs.img, and the host's checker."""

import contextlib
import os
import re
import shutil
import subprocess

from grading.build import copy_sparse
from lib.machine import Failure, ROOT, WORK

FS_IMG = os.path.join(ROOT, "fs.img")
FSCK = os.path.join(ROOT, "build", "host", "fsck")
FSUTIL = os.path.join(ROOT, "build", "host", "fsutil")
FSMOUNT = os.path.join(ROOT, "build", "host", "fsmount")
MKFS = os.path.join(ROOT, "build", "host", "mkfs")


def copy_image(name, source=FS_IMG):
    """A copy of the image, with holes for zeroes. Returns its path."""
    os.makedirs(WORK, exist_ok=True)
    path = os.path.join(WORK, re.sub(r"[^\w.+-]", "_", name) + ".img")
    copy_sparse(source, path)
    return path


def fsck(image):
    """Fails with fsck's words if the image is not clean, as it must be after a clean end."""
    done = subprocess.run([FSCK, "--no-orphans", image], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=120)
    if done.returncode != 0:
        kept = image + ".bad"
        shutil.copyfile(image, kept)
        raise Failure("fsck ended with status %d (image kept as %s):\n%s" %
                      (done.returncode, os.path.relpath(kept, ROOT), done.stdout[:3000]))


def discard(image):
    if os.path.exists(image):
        os.unlink(image)


@contextlib.contextmanager
def running(machine, image):
    """A machine on an image of its own: afterwards the image is clean and both are gone."""
    try:
        machine.boot()
        yield
        fsck(image)
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)
