"""What operations cost: runs the program `bench` in a machine of one hart and 128 MiB, and
compares each row with xv6, with the goal, with the limit and with the budget of TLB flushes.

The machine is booted twice: once for times and flushes, once with QEMU's -icount, under which the
count of instructions is exact. A limit is a tenth of what xv6 takes, unless it is given, scaled to
this host. Emulators differ in what they are slow at: so three things are measured in the same boot,
an empty loop, a bare trap and back (the null call), and a refill of the TLB; the scale is that of
the slowest of them against the host where xv6 was measured. A row that is one of them is scaled by
the others.
"""

import contextlib
import re

from lib.image import copy_image, discard
from lib.machine import Failure, Machine

# What they took where xv6 was measured: 1,000 turns of the loop, the null call, a page that the TLB
# has forgotten.
UNITS = {"loop": 1.59, "null": 1.57, "refill": 0.5}
MB = 1 << 20


class Row:
    """Times in microseconds. flushes: the most that one operation may need."""

    def __init__(self, name, what, xv6, goal, goal_instructions, flushes, limit=None):
        self.name, self.what, self.xv6, self.goal = name, what, xv6, goal
        self.goal_instructions, self.flushes = goal_instructions, flushes
        self.limit = limit or xv6 / 10


def at_rate(size, mb_per_second):
    return size / mb_per_second


# The budget of docs/book/design.md: fork 1 flush, of the parent; exec 1; exit 1; a switch to another address space 1;
# a page copied after fork 1, in sequence 1 for eight; a pipe holds a quarter of 64 KiB.
FORK = 1 + 2 + 1
COPIES = 2048 // 8 + 4

ROWS = [
    Row("null", "null system call (getpid)", 35.3, 1.2, 250, 0),
    Row("read1", "read 1 byte of a cached file", 344, 3, 900, 0),
    Row("openclose", "open + close", 4570, 8, 4000, 0),
    Row("fstat", "fstat", 192, 3, None, 0),
    Row("stat", "stat of a path", 4750, 7, None, 0),
    Row("pipe1", "pipe, write + read 1 byte, one process", 379, 6, None, 0),
    Row("pipe2", "pipe, round trip of two processes", 877, 40, 6000, 2),
    Row("pipe64k", "pipe, 64 KiB writes", at_rate(65536, 0.36), at_rate(65536, 500), None, 8),
    Row("fork", "fork + exit + wait", 2460, 120, 40000, FORK),
    Row("fork8m", "the same with 8 MiB of heap, child idle", 71000, 250, 150000, FORK),
    Row("forkwrite8m", "the same, child writes every page", 72000, 12000, None, FORK + COPIES,
        20000),
    Row("forkexec", "fork + exec + wait, small program", 8400, 300, 90000, FORK + 1 + 1),
    Row("touch", "a new page touched", 29, 3, 1500, 0, 6),
    Row("create", "create, write 1 KiB, close, unlink", 61000, 60, None, 0),
    Row("createsync", "the same with fsync", 61000, 500, None, 0),
    Row("write256k", "write 256 KiB by 64 KiB", at_rate(262144, 0.15), at_rate(262144, 400),
        None, 0),
    Row("reread256k", "re-read it from the cache", at_rate(262144, 0.96), at_rate(262144, 1500),
        None, 0),
    Row("boot", "boot to the prompt", 520000, 300000, None, None, 450000),
]


# the runs, and about how many seconds each takes
PARTS = {"bench-time": 40, "bench-count": 40, "bench-boot": 5}


def _run(name, rows, extra, timeout):
    """{row: (us, instructions, flushes)} and the seconds to the prompt."""
    image = copy_image(name)
    machine = Machine(name, "plain", 1, image=image, limit=timeout + 60, extra=extra)
    try:
        seconds = machine.boot(60)
        out = machine.run(" ".join(["bench"] + rows), timeout)
        machine.poweroff(60)
    finally:
        machine.kill()
        discard(image)
    found = {}
    for line in out.split("\n"):
        match = re.match(r"(\w+) +([\d.]+) +(\d+) +([\d.]+) +\S+  ", line)
        if match:
            found[match.group(1)] = tuple(float(x) for x in match.groups()[1:])
    missing = [r for r in rows if r not in found]
    if missing:
        raise Failure("bench measured no %s:\n%s" % (" ".join(missing), out))
    return found, seconds


class Measurement:
    def __init__(self, row, us, instructions, flushes, scale):
        self.row, self.us, self.instructions, self.flushes = row, us, instructions, flushes
        self.limit = row.limit * scale
        self.goal = row.goal * scale

    def too_slow(self):
        return self.us > self.limit

    def too_many_flushes(self):
        # Clock ticks and the journal's thread come in between now and then.
        return self.row.flushes is not None and self.flushes > self.row.flushes * 1.05 + 0.2


@contextlib.contextmanager
def told(progress, part):
    if progress:
        progress.begin(part)
    yield
    if progress:
        progress.end(part)


def measure(names=(), progress=None):
    """All rows, or those named; a Progress is told of the PARTS. Returns (us of the UNITS,
    [Measurement])."""
    rows = [row for row in ROWS if not names or row.name in names]
    wanted = list(UNITS) + [row.name for row in rows if row.name != "boot"
                            and row.name not in UNITS]
    with told(progress, "bench-time"):
        times, seconds = _run("bench-time", wanted, [], 180)
    with told(progress, "bench-count"):
        counts, _ = _run("bench-count", wanted, ["-icount", "shift=0,sleep=off"], 300)
    with told(progress, "bench-boot"):
        boot = min([seconds] + [_run("bench-boot", ["loop"], [], 60)[1] for _ in range(3)]) \
            if any(row.name == "boot" for row in rows) else 0
    units = {name: times[name][0] for name in UNITS}
    found = []
    for row in rows:
        if row.name == "boot":
            found.append(Measurement(row, boot * 1e6, None, None, scale_of(row, units)))
        else:
            us, _, flushes = times[row.name]
            found.append(Measurement(row, us, counts[row.name][1], flushes, scale_of(row, units)))
    return units, found


def scale_of(row, units):
    """How much longer than where xv6 was measured the row may take here."""
    return max(units[name] / UNITS[name] for name in UNITS if name != row.name)


def as_text(us):
    if us >= 100000:
        return "%.2f s" % (us / 1e6)
    if us >= 1000:
        return "%.2f ms" % (us / 1e3)
    return "%.2f us" % us


def table(units, found):
    lines = ["measured here, and where xv6 was: %s; limits and goals are scaled by the slowest" %
             ", ".join("%s %.2f, %.2f us" % (name, units[name], UNITS[name]) for name in UNITS),
             "%-40s %10s %10s %10s %10s %12s %8s %9s %7s" %
             ("", "time", "xv6", "limit", "goal", "instructions", "goal", "flushes", "budget")]
    for m in found:
        r = m.row
        marks = (" SLOW" if m.too_slow() else "") + (" FLUSHES" if m.too_many_flushes() else "")
        lines.append("%-40s %10s %10s %10s %10s %12s %8s %9s %7s%s" % (
            r.what, as_text(m.us), as_text(r.xv6), as_text(m.limit), as_text(m.goal),
            "" if m.instructions is None else "%.0f" % m.instructions, r.goal_instructions or "",
            "" if m.flushes is None else "%.2f" % m.flushes,
            "" if r.flushes is None else r.flushes, marks))
    return "\n".join(lines)
