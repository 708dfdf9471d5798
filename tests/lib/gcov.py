"""From counters to lines: adds up the counter files of lib.coverage, gives the sums to the cross
compiler's gcov as .gcda files, and reads what it says of each line and branch.

A branch is one way out of a condition, as gcov counts them: `if (a && b)` has four. Lines of a
header are the sum over all objects that include it; kernels of several variants are added, too.
"""

import array
import collections
import glob
import json
import os
import re
import struct
import subprocess
import sys

from lib.coverage import kernel_of
from lib.machine import Failure, ROOT

GCOV = os.environ.get("GCOV") or "riscv64-linux-gnu-gcov"

MAGIC, TAG_FUNCTION, TAG_ARCS, TAG_SUMMARY = 0x67636461, 0x01000000, 0x01a10000, 0xa1000000

# An invariant that is checked: its failing way is a panic, which no test should reach.
ASSERTION = re.compile(r"\b(kassert|debug_assert|panic)\s*\(")
# A line that says that it is never reached.
UNREACHABLE = re.compile(r"\s*__builtin_unreachable\(\);")


class Line:
    def __init__(self, function):
        self.function, self.count, self.branches = function, 0, []

    def add(self, count, branches):
        self.count += count
        if len(branches) > len(self.branches):
            self.branches += [0] * (len(branches) - len(self.branches))
        for i, taken in enumerate(branches):
            self.branches[i] += taken


class Source:
    """A file of the kernel: its text, and its Line by number."""

    def __init__(self, path):
        self.path = path
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            self.text = [""] + f.read().splitlines()
        self.lines = {}

    def is_panic(self, number):
        return re.match(r"\s*(else )?panic\(", self.text[number]) is not None

    def is_assertion(self, number):
        """An assertion, or a condition with nothing but a panic behind it."""
        return bool(ASSERTION.search(self.text[number])) or self.leads_to_panic(number)

    def leads_to_panic(self, number):
        """Nothing but a panic, or a line with nothing but a panic behind it."""
        return self.is_panic(number) or (number + 1 < len(self.text) and self.is_panic(number + 1))

    def missed(self):
        return sorted(n for n, line in self.lines.items() if line.count == 0)

    def branches(self):
        """{line: [times each was taken]}, without assertions."""
        return {n: line.branches for n, line in self.lines.items()
                if line.branches and not self.is_assertion(n)}


# --- Sums of counter files ---

def sums(folder):
    """{path of a kernel: its summed counters}"""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.*.*"))):
        variant = os.path.basename(path).split(".")[0]
        kernel_path = os.path.join(ROOT, "build", variant, "kernel.elf")
        with open(path, "rb") as f:
            data = f.read()
        if struct.unpack_from("<I", data)[0] != kernel_of(kernel_path).identity:
            raise Failure("%s is of another kernel than %s: run the tests again" %
                          (os.path.relpath(path, ROOT), os.path.relpath(kernel_path, ROOT)))
        counts = array.array("Q", data[4:])
        old = found.get(kernel_path)
        found[kernel_path] = array.array("Q", map(int.__add__, old, counts)) if old else counts
    return found


# --- .gcda files (GCC's header gcov-io tells the format) ---

def gcda(unit, counts):
    """The content of the unit's .gcda file; takes its part off the iterator of counts."""
    unit_size = 1 if unit.major >= 12 else 4  # lengths are in bytes, or in words

    def record(tag, *words):
        return struct.pack("<%dI" % (2 + len(words)), tag, 4 * len(words) // unit_size, *words)

    head = [MAGIC, unit.version, unit.stamp] + ([unit.checksum] if unit.major >= 12 else [])
    out = [struct.pack("<%dI" % len(head), *head), record(TAG_SUMMARY, 1, 0)]
    for function in unit.functions:
        values = [next(counts) for _ in range(function.number)]
        out.append(record(TAG_FUNCTION, *function.identity))
        out.append(record(TAG_ARCS, *(w for v in values for w in (v & 0xffffffff, v >> 32))))
    return b"".join(out) + b"\0\0\0\0"


def write_gcda(kernel_path, counts):
    """Puts each beside its .gcno file; returns their paths."""
    counts = iter(counts)
    base = os.path.dirname(kernel_path)
    paths = []
    for unit in kernel_of(kernel_path).units:
        name = unit.path[unit.path.rindex("/%s/" % os.path.basename(base)) + 1:]
        paths.append(os.path.join(os.path.dirname(base), name))
        with open(paths[-1], "wb") as f:
            f.write(gcda(unit, counts))
    return paths


# --- What gcov says ---

def run_gcov(paths):
    done = subprocess.run([GCOV, "--branch-probabilities", "--json-format", "--stdout"] + paths,
                          cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True)
    if done.returncode:
        raise Failure("%s ended with status %d:\n%s" % (GCOV, done.returncode, done.stderr[:2000]))
    sys.stderr.write(done.stderr)  # a source that is newer than the kernel, perhaps
    for line in filter(None, done.stdout.split("\n")):
        yield json.loads(line)


def measured(path):
    return path.startswith("kernel/") and not path.startswith("kernel/ktest/")


def sources(folder):
    """[Source] of the kernel, from the counter files in the folder."""
    found = {}
    for kernel_path, counts in sums(folder).items():
        for unit in run_gcov(write_gcda(kernel_path, counts)):
            for file in filter(lambda f: measured(f["file"]), unit["files"]):
                source = found.setdefault(file["file"], None) or Source(file["file"])
                found[file["file"]] = source
                for line in file["lines"]:
                    if UNREACHABLE.match(source.text[line["line_number"]]):
                        continue
                    own = source.lines.setdefault(line["line_number"],
                                                  Line(line.get("function_name", "")))
                    own.add(line["count"], [b["count"] for b in line["branches"]])
    return [found[path] for path in sorted(found)]


def by_function(source, numbers):
    """{function: [line numbers]}, in their order."""
    groups = collections.OrderedDict()
    for number in numbers:
        groups.setdefault(source.lines[number].function, []).append(number)
    return groups
