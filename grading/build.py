"""make, and what a run gets for itself: a copy of the disk image, a port, and the build while it
starts."""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys

from grading.terminal import color

WORK = os.path.join("build", "grade")

verbose = False


def environment():
    """For a make of its own: no part of the one that has started the grader."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL",
                                                            "GNUMAKEFLAGS")}
    env["LC_ALL"] = "C"  # what make says is read
    return env


def command(*arguments):
    if verbose:
        print(color("blue", "$ make " + " ".join(arguments)), flush=True)
    return ["make", "-s", "--no-print-directory"] + list(arguments)


def run_make(*arguments):
    """The exit status and all that it said."""
    done = subprocess.run(command(*arguments), env=environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def make(*target):
    """Makes these targets. What fails, fails the test, or ends a grader that runs no test."""
    from grading.registry import current
    with locked():
        status, said = run_make(*target)
    if status == 0:
        sys.stdout.write(said if verbose else "")
        return
    text = "make %s failed:\n%s" % (" ".join(target), "\n".join(said.rstrip().splitlines()[-20:]))
    if current():
        raise AssertionError(text)
    raise SystemExit(text)


def maybe_unlink(*paths):
    """Removes the files that there are."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def reset_fs():
    """Puts a course's clean image in place, where it has one. A run has a fresh image anyway."""
    if os.path.exists("obj/fs/clean-fs.img"):
        shutil.copyfile("obj/fs/clean-fs.img", "obj/fs/fs.img")


@contextlib.contextmanager
def locked():
    """One at a time makes here, until its machine has started: others may make another kernel."""
    os.makedirs(WORK, exist_ok=True)
    with open(os.path.join(WORK, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_sparse(source, path):
    """Copies a file, with holes for zeroes."""
    with open(source, "rb") as src, open(path, "wb") as dst:
        while True:
            block = src.read(1 << 16)
            if not block:
                break
            if block.count(0) == len(block):
                dst.seek(len(block), os.SEEK_CUR)
            else:
                dst.write(block)
        dst.truncate()


def fresh_image(name, source="fs.img"):
    """A copy of the image. Its path."""
    path = os.path.join(WORK, "fs-%d-%s.img" % (os.getpid(), name))
    copy_sparse(source, path)
    return path


def remove_stale_images():
    """Those of graders that were killed while a machine of theirs started."""
    for name in os.listdir(WORK) if os.path.isdir(WORK) else ():
        parts = name.split("-")
        if name.startswith("fs-") and name.endswith(".img") and not _alive(int(parts[1])):
            maybe_unlink(os.path.join(WORK, name))


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
