"""What a panic prints and how it ends the machine: a KTEST=1 kernel panics on request (panic=N,
kernel/ktest/panic_test.c)."""

import re

from lib.image import copy_image, discard
from lib.machine import EXIT_PANIC, Failure, Machine
from lib.results import Test

# N, what it is, the message, the function that the backtrace names.
PANICS = [
    (1, "panic", r"kernel/ktest/panic_test\.c:\d+: as asked: 1", "panic_plainly"),
    (2, "assertion", r"kernel/ktest/panic_test\.c:\d+: assertion failed: ktest_available\(\) < 0",
     "break_assertion"),
    (3, "trap", r"\S+: unexpected trap in the kernel: cause d, pc 0xffffffc0\w+, address 0x8",
     "load_from_nowhere"),
    (4, "stack overflow", r"\S+: kernel stack overflow: sp 0x\w+, pc 0xffffffc0\w+, cause \w+, address 0x\w+",
     None),
    (5, "lock twice", r"\S+: lock ktest taken twice by hart \d", "lock_twice"),
    (6, "unlock", r"\S+: lock ktest let go by hart \d, which does not hold it", "unlock_unlocked"),
]


def tests(everything):
    found = [Test("panic: %s [%d harts]" % (what, cpus), panics, number, what, message, function, cpus)
             for number, what, message, function in PANICS for cpus in (1, 2)]
    return found + [Test("panic: within a panic", panics_within)]


def console_of(number, what, cpus):
    """What the machine prints until its end, which must be that of a panic."""
    name = "panic-%d-%d" % (number, cpus)
    image = copy_image(name)
    machine = Machine(name, "ktest", cpus, image=image, append="panic=%d" % number, limit=60)
    try:
        machine.start()
        out = machine.wait_end(30)
        if machine.status != EXIT_PANIC:
            raise Failure("QEMU ended with status %s, not %d:\n%s" % (machine.status, EXIT_PANIC, out))
        return out
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)


def must_match(pattern, out):
    if not re.search(pattern, out, re.M):
        raise Failure("no line matches %r:\n%s" % (pattern, out))


def panics(number, what, message, function, cpus):
    out = console_of(number, what, cpus)
    must_match(r"^panic: hart \d: %s$" % message, out)
    must_match(r"^hart \d, process 1 \(\S+\)$", out)
    must_match(r"^backtrace:$", out)
    if function:
        must_match(r"^0xffffffc0\w+ %s\+0x\w+$" % function, out)
        must_match(r"^0xffffffc0\w+ first_process\+0x\w+$", out)
    if out.count("panic:") != 1:
        raise Failure("more than one panic:\n" + out)


def panics_within():
    """The second tells its message, too, and ends the machine without another attempt."""
    out = console_of(7, "within", 2)
    must_match(r"^panic: hart \d: \S+: the first$", out)
    must_match(r"^panic: hart \d: \S+: within a panic$", out)
    if out.count("panic:") != 2 or "backtrace" in out:
        raise Failure("it goes on after the second panic:\n" + out)
