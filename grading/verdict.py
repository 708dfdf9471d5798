"""How a run of the machine ended.

DONE, TIMEOUT and ENDED leave it to the test's own checks whether that was right; the others mean
that nothing can be said for the kernel, and the test fails.
"""

import re

DONE = "done"          # what was waited for came
TIMEOUT = "hang"       # it did not come in time
ENDED = "ended"        # QEMU ended by itself
BOOT = "boot hang"     # no prompt
PANIC = "panic"
ENDLESS = "endless"    # more output than a test can need
KILLED = "killed"      # from outside
MAKE = "make"          # there was no machine
ABORTED = "aborted"    # a check or a callback raised

FATAL = (BOOT, PANIC, ENDLESS, KILLED, MAKE)

PANIC_STATUS = 101  # of QEMU
PANIC_LINE = re.compile(rb"panic: hart \d+: [^\n]*")

# What make says when QEMU was not content.
MAKE_LINE = re.compile(r"^make(?:\[\d+\])?: \*\*\* \[[^\n]*\] (?:Error "
                       r"(?P<status>\d+)|(?P<signal>[^\n]+))\s*$", re.M)


NOISE = re.compile(r"\*\*\* Now run '|make: \*\*\* \[[^\n]*: qemu-gdb\]")  # not the machine's


class TerminateTest(Exception):
    """Raised by a monitor: the run has shown what it was for."""


class Verdict:
    def __init__(self, kind, text):
        self.kind, self.text = kind, text

    @property
    def fatal(self):
        return self.kind in FATAL


def of_end(status, output):
    """The verdict on a machine that ended by itself: make's exit status and its last output."""
    said = None
    for said in MAKE_LINE.finditer(output):
        pass
    if status < 0:
        return Verdict(KILLED, "make was killed from outside (signal %d)" % -status)
    if said and said["signal"]:
        return Verdict(KILLED, "QEMU was killed from outside (%s)" % said["signal"])
    number = int(said["status"]) if said else status
    if number == PANIC_STATUS:
        return Verdict(PANIC, "the kernel panicked (QEMU ended with status %d)" % number)
    if number > 128:
        return Verdict(KILLED, "QEMU was killed from outside (signal %d)" % (number - 128))
    return Verdict(ENDED, "QEMU ended by itself, with status %d" % number)


def of_panic(line):
    return Verdict(PANIC, "the kernel panicked: %s" % line)


def last_lines(text, count=10):
    """The end of a console's log, for people."""
    lines = [line for line in text[-1000 * count:].rstrip().splitlines()
             if not NOISE.match(line)][-count:]
    return [line if len(line) <= 200 else line[:200] + "..." for line in lines]
