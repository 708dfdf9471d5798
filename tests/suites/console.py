"""The keys that edit a line, and what happens to lines that are too long or too many."""

import os
import re
import time

from lib.image import copy_image, discard
from lib.machine import PROMPT, ROOT, Failure, Machine
from lib.results import Test

ERASED, BELL = "\b \b", "\a"
LINE = 1024   # bytes of a line with its end (kernel/dev/console.c); all lines not yet read: 8192
COPIES = 200  # of README
PAGES = 30000 # of a program whose page table is printed, a line each


# What it is, what is typed to cat, what the screen shows of it, what cat then reads and prints.
EDITS = [
    ("backspace", "abx\bc\n", "abx" + ERASED + "c\n", "abc\n"),
    ("delete", "ab\x7f\x7fc\n", "ab" + 2 * ERASED + "c\n", "c\n"),
    ("nothing to erase", "\b\x7f\x15a\n", "a\n", "a\n"),
    ("a line is not erased once it has ended", "a\n\b\bb\n", "a\nb\n", "a\nb\n"),
    ("backspace takes a whole UTF-8 sequence", "a\u20ac\b\u00e9\bb\n",
     "a\u20ac" + ERASED + "\u00e9" + ERASED + "b\n",
     "ab\n"),
    ("Ctrl-U", "wrong\x15right\n", "wrong" + 5 * ERASED + "right\n", "right\n"),
    ("other control characters are dropped", "a\x01\x1b\x1fb\tc\n", "ab\tc\n", "ab\tc\n"),
    ("carriage return", "a\r", "a\n", "a\n"),
    ("the longest line", "l" * (LINE - 1) + "\n", "l" * (LINE - 1) + "\n", "l" * (LINE - 1) + "\n"),
    ("a longer line keeps its first bytes", "l" * (LINE + 5) + "\nshort\n",
     "l" * (LINE - 1) + 6 * BELL + "\nshort\n",
     "l" * (LINE - 1) + "\nshort\n"),
    ("a longer line can be shortened", "l" * LINE + "\b\bend\n",
     "l" * (LINE - 1) + BELL + 2 * ERASED + "en" + BELL + "\n",
     "l" * (LINE - 3) + "en\n"),
    ("Ctrl-U erases a line that was too long", "l" * LINE + "\x15short\n",
     "l" * (LINE - 1) + BELL + (LINE - 1) * ERASED + "short\n", "short\n"),
]


def tests(everything):
    return [Test("console: edit", edits), Test("console: pieces of lines", pieces),
            Test("console: type-ahead beyond the ring", type_ahead),
            Test("console: output waits for a slow line", writers_wait),
            Test("console: Ctrl-C ends a program that waits for the line", kill_while_printing),
            Test("console: Ctrl-C ends a program whose page table is printed", kill_in_kpgtbl),
            Test("log: faults without end are limited and counted", storm_is_limited),
            Test("log: a line that stands still stops nobody", storm_at_stopped_line),
            Test("log: registers on request", registers)]


def at_machine(name, action, append=""):
    image = copy_image(name)
    machine = Machine(name, "plain", 2, image=image, limit=120, append=append)
    try:
        machine.boot()
        result = action(machine)
        machine.poweroff()
        machine.check_qemu_log()
        return result
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)


def typed_to_cat(machine, keys):
    """All that is shown from there on to the prompt after cat has ended."""
    machine.type_command("cat")
    before = os.path.getsize(machine.log_path)
    machine.send(keys)
    machine.send("\x04")
    machine.read_to_prompt()
    with open(machine.log_path, "rb") as log:  # in one piece: an echo may tear a UTF-8 sequence
        return log.read()[before:-len(PROMPT)].decode()


# The echo and what cat prints may mix line by line, so each is looked for on its own.
def edits():
    def try_all(machine):
        found = []
        for what, keys, shown, read in EDITS:
            machine.run("true")
            out = typed_to_cat(machine, keys)
            good = sorted(out) == sorted(shown + read) and shown.split("\n")[0] in out
            found.append((what, None if good else "typed %r, the console shows %r" % (keys, out)))
        return found
    return at_machine("console-edit", try_all)


def pieces():
    """Reads of few bytes, Ctrl-D within a line, and a buffer that cannot be written to."""
    def expect(machine, command, keys, want):
        machine.type_command(command)
        time.sleep(0.3)
        machine.send(keys)
        out = machine.read_to_prompt()
        if out != want:
            raise Failure("%s: typed %r, the console shows %r" % (command, keys, out))

    def try_it(machine):
        # What is handed over by Ctrl-D is no end of the input, whatever size the reads have; a
        # second one is.
        expect(machine, "readline 3", "abc\x04z\n\x04", "abcz\n[abc][z\n][]\n")
        expect(machine, "readline 3", "abc\x04\x04", "abc[abc][]\n")
        expect(machine, "readline 2", "abc\x04z\n\x04", "abcz\n[ab][c][z\n][]\n")
        expect(machine, "readline 4", "abc\n\x04", "abc\n[abc\n][]\n")
        expect(machine, "readline 1", "a\n\x04", "a\n[a][\n][]\n")
        expect(machine, "readline 8", "\x04", "[]\n")
        # The line that could not be delivered is there still.
        expect(machine, "readline readonly", "a line\n\x04", "a line\n[a line\n][]\n")
        expect(machine, "readline edge", "longer\n\x04", "longer\n[long][er\n][]\n")
    at_machine("console-pieces", try_it)


def type_ahead():
    """Lines that find no room are dropped whole, with a bell; the others arrive, in order."""
    lines = ["%03d %s" % (i, "x" * 495) for i in range(20)]  # 500 bytes each: 16 find room

    def try_it(machine):
        machine.type_command("sleep 200; cat")
        for line in lines:
            machine.send(line + "\n")
        machine.see(re.escape(BELL))
        machine.expect(r"(?s).*^015 x+\n.*^015 x+\n")
        machine.send("\x15last\n\x04")
        out = machine.read_to_prompt()
        if not out.endswith("last\nlast\n") and sorted(out.split()) != ["last", "last"]:
            raise Failure("after the overflow a line does not arrive: %r" % out[-300:])
        read = re.findall(r"^(\d{3}) x{495}$", open(machine.log_path).read().replace("\r", ""),
                          re.M)
        if read.count("015") != 2 or read.count("017") == 2:
            raise Failure("lines that arrived: %s" % " ".join(read))
    at_machine("console-ahead", try_it)


def print_much(machine):
    """Has cat print more than fits into the pipe to this process, which does not read for a while,
    so that the serial line stands still and cat waits for room. Returns what is printed."""
    machine.run("cat%s > ten; cat%s > much" % (10 * " README", COPIES // 10 * " ten"))
    machine.type_command("cat much")
    time.sleep(1)


def writers_wait():
    def try_it(machine):
        print_much(machine)
        out = machine.read_to_prompt(60)
        with open(os.path.join(ROOT, "README"), encoding="utf-8") as f:
            if out != COPIES * f.read():
                raise Failure("cat prints something else than %d copies of README" % COPIES)
    at_machine("console-much", try_it)


def kill_while_printing():
    def try_it(machine):
        print_much(machine)
        machine.send("\x03")
        time.sleep(0.2)
        out = machine.read_to_prompt(60)
        if len(out) > COPIES * os.path.getsize(os.path.join(ROOT, "README")) * 0.9:
            raise Failure("cat was not ended: it printed %d bytes" % len(out))
    at_machine("console-kill", try_it)


def kill_in_kpgtbl():
    def try_it(machine):
        machine.type_command("manypages %d" % PAGES)
        machine.see(r"\.\. \.\. \.\.0x")
        machine.send("\x03")
        lines = machine.read_to_prompt(120).count(": pte ")
        if lines > PAGES * 0.9:
            raise Failure("kpgtbl went on: it printed %d lines" % lines)
    at_machine("console-kpgtbl", try_it)


FAULTS = 2000
FAULT = (r"^\d+ faulty: bad address: read through a null pointer: scause 13, "
         r"sepc 0x[0-9a-f]+, stval 0x0\n")
LEFT_OUT = r"^log: (\d+) lines are left out\n"


def storm_is_limited():
    """Each fault is either told or counted, and no line is broken up."""
    def try_it(machine):
        out = machine.run("faulty storm %d; sleep 150" % FAULTS, 100).replace("\r", "")
        told, left_out = len(re.findall(FAULT, out, re.M)), sum(int(n)
                                                                for n in re.findall(LEFT_OUT, out,
                                                                                    re.M))
        took = re.search(r"^%d faults in (\d+) ticks\n" % FAULTS, out, re.M)
        if not took or told + left_out != FAULTS or told > 140 + int(took.group(1)) // 5:
            raise Failure("%d told, %d left out of %d:\n%s" % (told, left_out, FAULTS, out[-2000:]))
    at_machine("log-storm", try_it)


def storm_at_stopped_line():
    def try_it(machine):
        machine.run("cat%s > ten; cat%s > much" % (10 * " README", COPIES // 10 * " ten"))
        machine.type_command("cat much & faulty storm 300 > took; cat took")
        time.sleep(6)  # nobody reads: the line stands still
        out = machine.expect(r"^300 faults in \d+ ticks\n", 60)
        ticks = int(out.split()[-2])
        if ticks > 400:
            raise Failure("with a line that stands still 300 faults take %d ticks" % ticks)
    at_machine("log-stopped", try_it)


def registers():
    def try_it(machine):
        out = machine.run("faulty read-null").replace("\r", "")
        if not re.fullmatch(FAULT + r"(( *\w+ [0-9a-f]{16}){4}\n){8}", out):
            raise Failure("no registers:\n" + out)
    at_machine("log-registers", try_it, append="registers=1")
