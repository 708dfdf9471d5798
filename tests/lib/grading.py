"""Graders of tests/grading/ run as a course's are: from a folder with the tree's Makefile and
sources, and files of their own (xv6.out, time.txt)."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid

from lib.machine import Failure, ROOT, SCALE, WORK
from lib.mutants import plain_environment

GRADERS = os.path.join(ROOT, "tests", "grading")
LINKED = ("Makefile", ".gdbinit.tmpl", "README", "build", "fs.img", "kernel", "labs", "mkfs",
          "tools", "user")
MARK = "GRADING_TEST"  # in the environment of a grader and all that it starts


def folder(name, linked=LINKED):
    """A new folder in which that grader runs."""
    path = os.path.join(WORK, "grading-" + name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    for entry in linked:
        os.symlink(os.path.join(ROOT, entry), os.path.join(path, entry))
    return path


class Grader:
    """A grader that runs, in a session of its own."""

    def __init__(self, where, name, *options, **variables):
        self.mark = uuid.uuid4().hex
        env = dict(plain_environment(), PYTHONPATH=ROOT, PYTHONDONTWRITEBYTECODE="1", **variables)
        env[MARK] = self.mark
        self.where, self.text = where, ""
        self.log = open(os.path.join(where, "log"), "wb")
        self.process = subprocess.Popen([sys.executable, os.path.join(GRADERS, name + ".py")] +
                                        list(options), cwd=where,
                                        env=env, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT,
                                        start_new_session=True)

    def printed(self):
        with open(os.path.join(self.where, "log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def wait(self, limit=120):
        """Its exit status and what it printed. Nothing of it may be left."""
        try:
            status = self.process.wait(limit * SCALE)
        except subprocess.TimeoutExpired:
            raise Failure("the grader did not end within %d s:\n%s" %
                          (limit, self.printed())) from None
        finally:
            self.end()
        left = self.left_after(5)
        if left:
            raise Failure("the grader has left processes behind: %s\n%s" % (left, self.printed()))
        return status, self.printed()

    def wait_for(self, text, limit=60):
        deadline = time.monotonic() + limit * SCALE
        while text not in self.printed():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Failure("no %r of the grader:\n%s" % (text, self.printed()))
            time.sleep(0.05)

    def end(self):
        """Whatever happens, the test ends it."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def left_after(self, seconds):
        """Processes that it has started and that live so long after it: {pid: name}."""
        deadline = time.monotonic() + seconds * SCALE
        while True:
            left = self.living()
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.1)

    def living(self):
        found = {}
        mark = ("%s=%s" % (MARK, self.mark)).encode()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                with open("/proc/%s/environ" % pid, "rb") as f:
                    if mark not in f.read().split(b"\0"):
                        continue
                with open("/proc/%s/cmdline" % pid, "rb") as f:
                    found[int(pid)] = f.read().split(b"\0")[0].decode()
        return found


def grade(where, name, *options, **variables):
    """Runs it: exit status and what it printed."""
    return Grader(where, name, *options, **variables).wait()


def images_left():
    """Images of graders that do not live any more."""
    work = os.path.join(ROOT, "build", "grade")
    found = [f for f in os.listdir(work) if f.endswith(".img")] if os.path.isdir(work) else []
    return [f for f in found if not os.path.exists("/proc/" + f.split("-")[1])]
