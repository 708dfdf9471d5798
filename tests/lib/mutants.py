"""Mutants: the kernel with one small fault each, and what usertests makes of them.

A mutant is a file NAME.fault in tests/mutants/. The comment lines at its head say what the fault is
(Fault), to what part it belongs (Area) and what should notice it (Expected). Remove: PATH ... names
files that go. The edits below them are lib/faults.py's. Disk: LOAD-KIND ... names cases of
tests/diskfaults that are tried before usertests; Suite: NAME names tests of tests/run that are run
instead, where no program can notice the fault. SURVIVORS has a line `name: reason` for each that
usertests cannot notice; TABLE is written from all of these, and has a part for each lab
(lib/labs.py).

A Tree is a copy of the sources, with objects of its own, into which one fault at a time is put;
make then compiles the files that changed. Programs and image are those of this checkout.
"""

import contextlib
import os
import re
import shutil
import subprocess
import time

from lib import faults, usertests
from lib.image import copy_image, discard
from lib.machine import Ended, Failure, Machine, Patience, ROOT

FOLDER = os.path.join(ROOT, "tests", "mutants")
SURVIVORS = os.path.join(FOLDER, "survivors.txt")
TABLE = os.path.join(FOLDER, "README.md")
WORK = os.path.join(ROOT, "build", "mutants")
SUFFIX = ".fault"
PANIC = r"panic: hart \d+: (.*)"
# what make reads to build a kernel
COPIED = ("Makefile", "kernel", "user", "mkfs", "labs", "tools", "tests/crash")


class Mutant:
    def __init__(self, path):
        self.name = os.path.basename(path)[:-len(SUFFIX)]
        self.path = path
        with open(path, encoding="utf-8") as f:
            text = f.read()
        comment = re.sub(r"\n#   +", " ", re.split(r"^(?!#)", text, maxsplit=1, flags=re.M)[0])
        about = dict(re.findall(r"^# (\w+): (.*)$", comment, re.M))
        self.fault, self.area, self.expected = (about.get(k, "")
                                                for k in ("Fault", "Area", "Expected"))
        self.disk_cases = about.get("Disk", "").split()
        self.ktest = about.get("Ktest") == "yes"
        self.suite = about.get("Suite", "")
        self.removed = about.get("Remove", "").split()
        with self._named():
            self.edits = faults.parse(text)
        # that it changes
        self.files = sorted({edit.path for edit in self.edits} | set(self.removed))
        if not (self.fault and self.area and self.expected and self.files):
            raise Failure("%s: Fault, Area, Expected or the edits are missing" %
                          os.path.relpath(path, ROOT))

    @contextlib.contextmanager
    def _named(self):
        """What is wrong with it is told with its name."""
        try:
            yield
        except Failure as failure:
            raise Failure("%s: %s" % (os.path.relpath(self.path, ROOT), failure)) from None

    def changes(self, folder):
        """The new texts of the files there, by path. Raises Failure if an edit does not fit any
        more."""
        with self._named():
            missing = [path for path in self.removed
                       if not os.path.exists(os.path.join(folder, path))]
            if missing:
                raise Failure("it removes what is not there: %s" % " ".join(missing))
            return faults.changes(self.edits, folder)

    def put_into(self, folder):
        """Makes the edits there and removes what is to go: everything, or raises Failure and does
        nothing."""
        for path, text in self.changes(folder).items():
            with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
                f.write(text)
        for path in self.removed:
            os.unlink(os.path.join(folder, path))


def mutants(names=(), folder=FOLDER):
    """All mutants there, or those whose names contain one of these, by area and name."""
    found = [Mutant(os.path.join(folder, f)) for f in sorted(os.listdir(folder))
             if f.endswith(SUFFIX)]
    found.sort(key=lambda m: (m.area, m.name))
    return [m for m in found if not names or any(n in m.name for n in names)]


def survivors():
    """Why a mutant cannot be noticed, by name."""
    with open(SURVIVORS, encoding="utf-8") as f:
        lines = [line.strip() for line in f if line.strip() and not line.startswith("#")]
    return dict(re.split(r":\s+", line, maxsplit=1) for line in lines)


def noticed_before():
    """By mutant: the test of usertests that noticed it when TABLE was written."""
    with open(TABLE, encoding="utf-8") as f:
        rows = f.read().split("<!-- usertests -->\n")[1].split("<!-- end of usertests -->\n")[0]
    return dict(re.findall(r"^\| ([\w-]+) \|.*\| (?:panic in |hang in )?test ([\w-]+)[:|].*\|$",
                           rows, re.M))


def write_section(name, text):
    """Puts that part of TABLE in the place of the old one, between lines that say whose it is."""
    with open(TABLE, encoding="utf-8") as f:
        old = f.read()
    first, last = "<!-- %s -->\n" % name, "<!-- end of %s -->\n" % name
    if first not in old:
        old += "\n" + first + last
    before, rest = old.split(first, 1)
    with open(TABLE, "w", encoding="utf-8") as f:
        f.write(before + first + text + last + rest.split(last, 1)[1])


class Tree:
    def __init__(self, index, work=WORK, copied=COPIED):
        self.path = os.path.join(work, "tree-%d" % index)
        self.kernel = self.kernel_of("plain")
        objects = os.path.join(self.path, "build")
        os.makedirs(objects, exist_ok=True)
        for name in copied:
            self._renew(name)
        for name in os.listdir(os.path.join(ROOT, "build")):  # which compiler there is
            if name.startswith("config") and not os.path.exists(os.path.join(objects, name)):
                shutil.copy2(os.path.join(ROOT, "build", name), objects)

    def _renew(self, name):
        """Copies the files of a folder that differ, so that make compiles only those."""
        for folder, folders, files in os.walk(os.path.join(self.path, name)):
            for f in files:  # what this checkout has no more
                self.restore(os.path.relpath(os.path.join(folder, f), self.path))
        for folder, folders, files in os.walk(os.path.join(ROOT, name)):
            folders[:] = [f for f in folders if f != "__pycache__"]
            for f in files:
                self.restore(os.path.relpath(os.path.join(folder, f), ROOT))
        if os.path.isfile(os.path.join(ROOT, name)):
            self.restore(name)

    def restore(self, name):
        """This checkout's version of a file, new for make if it is another; none if there is
        none."""
        source, target = os.path.join(ROOT, name), os.path.join(self.path, name)
        if not os.path.exists(source):
            if os.path.exists(target):
                os.unlink(target)
            return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target) or read(source) != read(target):
            shutil.copyfile(source, target)
            shutil.copymode(source, target)

    def build(self, mutant, variants=("",)):
        """Builds the kernel with that fault, or None, with these settings. Returns where the last
        one is. Raises Failure."""
        if mutant:
            mutant.put_into(self.path)
        try:
            for setting in variants:
                self._make_kernel(setting.split())
        finally:
            for name in mutant.files if mutant else ():
                self.restore(name)
        return self.kernel_of("ktest") if "KTEST=1" in variants else self.kernel

    def kernel_of(self, variant):
        return os.path.join(self.path, "build", variant, "kernel.elf")

    def _make_kernel(self, settings):
        done = subprocess.run(["make", "-j2", *settings, "test-kernel"], cwd=self.path,
                              env=plain_environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True)
        if done.returncode != 0 or "warning:" in done.stdout:
            raise Failure("does not compile without a word:\n" + done.stdout[-3000:])

    def run_suite(self, mutant):
        """Builds plain and debug kernels with that fault and runs its tests on them: the first that
        fails, or None."""
        self.build(mutant, ("", "DEBUG=1"))
        own = dict(os.environ, TEST_KERNELS=os.path.join(self.path, "build"),
                   TEST_WORK=os.path.join(self.path, "test"))
        done = subprocess.run(["tests/run", mutant.suite], cwd=ROOT, env=own,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True)
        if not re.search(r"^\d+ passed, \d+ failed", done.stdout, re.M):
            raise Failure("tests/run %s did not come to its end:\n%s" %
                          (mutant.suite, done.stdout[-3000:]))
        failed = re.search(r"^FAIL  (.*?)(?:  \([\d.]+ s\))?\n +(.*)$", done.stdout, re.M)
        return "tests/run: %s: %s" % (failed[1], failed[2][:100]) if failed else None


def read(path):
    with open(path, "rb") as f:
        return f.read()


def plain_environment():
    """For a make of its own: not a part of the one that has started us, and with its defaults."""
    return {k: v for k, v in os.environ.items()
            if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DEBUG", "KTEST", "LLVM", "WERROR",
                         "CPUS", "MEM", "ISOLATE")}


class Limits:
    """How long things may take, in seconds; from what they took without a fault."""
    BOOT = 20

    def __init__(self, run=600.0, test=60.0, quiet=330.0):
        self.run, self.test, self.quiet = run, test, quiet

    @classmethod
    def after(cls, seconds, longest):
        return cls(60 + 3 * seconds, max(15, round(6 * longest)), 30 + 7 * longest)


class Watch:
    """Runs of usertests, one after the other until something is wrong: the answer in words, or None
    if all passed."""

    def __init__(self, machine, runs, limits):
        self.machine, self.limits = machine, limits
        self.output, self.answer = "", None
        began = time.monotonic()
        for options in runs:
            self.answer = self.answer or self._run("usertests %s -t %d" % (options, limits.test))
        self.seconds = time.monotonic() - began

    def _run(self, command):
        try:
            self.machine.type_command(command.replace("  ", " "))
            hang = self._to_prompt()
        except Ended:
            hang = None
        except Failure as failure:
            return "hang: " + str(failure).split("\n")[0]
        self.output = self.machine.text
        panic = re.search(PANIC, self.output)
        if panic:
            return "panic %s: %s" % (usertests.where(self.output), panic[1])
        if hang or self.machine.process is None:
            return "%s %s" % (hang or "QEMU ended", usertests.where(self.output))
        if usertests.NONE in self.output:
            return None  # the test that is asked for has another name by now
        wrong = usertests.failures(self.output)
        return self._failure(wrong) if wrong else None

    def _failure(self, wrong):
        """The test that stopped the run, and what it said or what leaked."""
        leak = re.search(r"leak: .*", self.output)
        said = re.search(r"(?:expected: |FAILED: )(.*?)(?: \(errno .*)?$", "\n".join(wrong), re.M)
        what = leak[0] if leak else " ".join(said[1].split()) if said else wrong[0]
        return "%s: %s" % (usertests.where(self.output)[3:], what[:100])

    def _to_prompt(self):
        whole, word = Patience(self.limits.run), Patience(self.limits.quiet)
        while not self.machine.at_prompt():
            before = len(self.machine.text)
            self.machine.wait_for_more(min(whole.left(), word.left()))
            if len(self.machine.text) != before:
                word = Patience(self.limits.quiet)
            if whole.over() or word.over():
                return "hang"
        return None

    def longest(self):
        """Seconds of the test that took longest, at least 1."""
        return max([1.0] + [float(s) for s in re.findall(r"OK \(([\d.]+) s\)", self.output)])


def run_usertests(name, kernel, runs, limits, cpus=2):
    """Boots that kernel and runs usertests, with each of these options until something is wrong: a
    Watch; or what went wrong before it, as a string."""
    image = copy_image("mutant-" + name)
    machine = Machine("mutant-" + name, cpus=cpus, image=image, limit=limits.run + limits.BOOT + 60)
    machine.kernel = kernel
    try:
        machine.boot(limits.BOOT)
        return Watch(machine, runs, limits)
    except Failure as failure:
        panic = re.search(PANIC, str(failure))
        return "boot: " + (panic[1] if panic else "no prompt")
    finally:
        machine.kill()
        discard(image)
