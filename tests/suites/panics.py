"""What a panic prints and how it ends the machine: a KTEST=1 kernel panics on request (panic=N,
kernel/ktest/panic_test.c)."""

import re

from lib.image import FS_IMG, copy_image, discard
from lib.machine import EXIT_PANIC, Failure, Machine
from lib.results import Test

# N, what it is, the message, the function that the backtrace names.
PANICS = [
    (1, "panic", r"kernel/ktest/panic_test\.c:\d+: as asked: 1", "panic_plainly"),
    (2, "assertion", r"kernel/ktest/panic_test\.c:\d+: assertion failed: ktest_available\(\) < 0",
     "break_assertion"),
    (3, "trap", r"\S+: unexpected trap in the kernel: scause 13, sepc 0xffffffc0\w+, stval 0x8",
     "load_from_nowhere"),
    (4, "stack overflow",
     r"\S+: kernel stack overflow: sp 0x\w+, sepc 0xffffffc0\w+, scause \d+, stval 0x\w+",
     None),
    (5, "lock twice", r"\S+: lock ktest taken twice by hart \d", "lock_twice"),
    (6, "unlock", r"\S+: lock ktest let go by hart \d, which does not hold it", "unlock_unlocked"),
]

# Several harts take part: N, what it is, the message, how often it is tried (25 times as often in
# test-all).
TOGETHER = [
    (8, "all harts trap at once",
     r"\S+: unexpected trap in the kernel: scause 13, sepc 0xffffffc0\w+, stval 0x8", 20),
    (9, "others wait for a lock", r"\S+: with the lock", 2),
    (10, "others print", r"\S+: while others print", 2),
]

# One report and nothing else, from the panic to QEMU's end.
REPORT = (r"(?:.*\n)*?panic: hart (\d): %s\nhart \1, process \d \(.*\)\n(?:(?:(?: *\w+ "
          r"[0-9a-f]{16}){4}\n){8})?backtrace:\n(?:0xffffffc0\w+ \w+\+0x\w+\n)+")


def tests(everything):
    found = [Test("panic: %s [%d harts]" % (what, cpus), panics, number, what, message, function,
                  cpus)
             for number, what, message, function in PANICS for cpus in (1, 2)]
    found += [Test("panic: %s [%d harts]" % (what, cpus), ends_all, number, message, cpus,
                   boots * (25 if everything else 1))
              for number, what, message, boots in TOGETHER for cpus in (2, 4)]
    return found + [Test("panic: within a panic", panics_within)]


def console_of(number, cpus):
    """What the machine prints until its end, which must be that of a panic."""
    name = "panic-%d-%d" % (number, cpus)
    image = copy_image(name)
    machine = Machine(name, "ktest", cpus, image=image, append="panic=%d" % number, limit=60)
    return end_of(machine, image)


def end_of(machine, image=None):
    try:
        machine.start()
        out = machine.wait_end(30)
        if machine.status != EXIT_PANIC:
            raise Failure("QEMU ended with status %s, not %d:\n%s" %
                          (machine.status, EXIT_PANIC, out))
        return out
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        if image:
            discard(image)


def must_match(pattern, out):
    if not re.search(pattern, out, re.M):
        raise Failure("no line matches %r:\n%s" % (pattern, out))


def panics(number, what, message, function, cpus):
    out = console_of(number, cpus)
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
    out = console_of(7, 2)
    must_match(r"^panic: hart \d: \S+: the first$", out)
    must_match(r"^panic: hart \d: \S+: within a panic$", out)
    if out.count("panic:") != 2 or "backtrace" in out:
        raise Failure("it goes on after the second panic:\n" + out)


def ends_all(number, message, cpus, boots):
    """Whatever the other harts do meanwhile, the first that panics reports, alone, and QEMU
    ends."""
    for i in range(boots):
        name = "panic-%d-%d-together" % (number, cpus)
        machine = Machine(name, "ktest", cpus, image=FS_IMG, append="panic=%d" % number, limit=60,
                          extra=["-snapshot"])
        out = end_of(machine).replace("\r", "")
        if not re.fullmatch(REPORT % message, out):
            raise machine.keep_log(Failure("boot %d of %d: something else than one report:\n%s" %
                                           (i + 1, boots, out)))
