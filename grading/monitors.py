"""Monitors: functions of a run that set up what watches it, and end it by TerminateTest.

A monitor is called with the Runner before the machine goes on from its first instruction. It may
set breakpoints with runner.gdb, listen to runner.qemu, and say in runner.awaiting what it waits
for.
"""

import os
import re
import shutil

from grading.registry import TESTS, current
from grading.verdict import TerminateTest

PROMPT = b"$ "
HEAD = 1 << 16  # bytes behind a prompt that an expression is matched with as a whole


def save(path):
    """Writes the console's output to that file. If the test fails, it is kept as PATH.TEST."""
    def setup(runner):
        test = current()
        where = path + runner.suffix
        log = open(where, "wb", buffering=0)
        runner.qemu.recorders.append(log.write)
        runner.at_end.append(log.close)
        if test:
            test.on_finish.append(lambda failure: _keep(where, path, test, failure, runner.suffix))
    return setup


def _keep(where, path, test, failure, suffix):
    """Keeps the log of a failed test, and takes an old one of it away."""
    lab = os.environ.get("GRADER_LOGS")
    kept = ".".join(filter(None, [path, lab, _name(test)]))
    if failure and os.path.exists(where):
        shutil.copyfile(where, kept)
        print("    QEMU output saved to %s" % kept)
    elif os.path.exists(kept):
        os.unlink(kept)
    if suffix and os.path.exists(where):
        os.unlink(where)


def _name(test):
    """The function's name; another test's of that name has a number."""
    name = test.__name__[5:] if test.__name__.startswith("test_") else test.__name__
    same = [t for t in TESTS if getattr(t, "__name__", None) == test.__name__]
    return name if same[0] is test else "%s-%d" % (name, same.index(test) + 1)


def stop_breakpoint(addr):
    """Ends the run when the machine comes to that address, or symbol of kernel/kernel.sym."""
    def setup(runner):
        runner.awaiting.append("a stop at %s" % addr)
        runner.gdb.breakpoint(addr if isinstance(addr, int) else _address(addr))
    return setup


def _address(symbol):
    with open("kernel/kernel.sym") as f:
        for line in f:
            if line[17:].strip() == symbol:
                return int(line[:16], 16)
    raise AssertionError("kernel/kernel.sym has no symbol %s" % symbol)


def call_on_line(regexp, callback):
    """Calls with each line that the expression matches from its beginning."""
    compiled = re.compile(regexp)

    def setup(runner):
        runner.qemu.on_line.append(lambda line: callback(line) if compiled.match(line) else None)
    return setup


def stop_on_line(regexp):
    """Ends the run at a line that the expression matches from its beginning."""
    def stop(line):
        raise TerminateTest

    def setup(runner):
        runner.awaiting.append("a line that matches %r" % regexp)
        call_on_line(regexp, stop)(runner)
    return setup


class _Script:
    """Types a command at each prompt. What the machine prints is looked at once, in order."""

    def __init__(self, runner, commands, until):
        self.runner, self.commands = runner, list(commands)
        self.until = re.compile(until.encode()) if until else None
        self.typed = []
        self.prompts = 0
        # behind the last prompt; of the last line; not yet looked at
        self.head = self.line = self.held = b""
        runner.script = self

    def take(self, data):
        data = self.held + data
        self.held = b"$" if data.endswith(b"$") else b""  # perhaps half a prompt
        pieces = data[:len(data) - len(self.held)].split(PROMPT)
        for piece in pieces[:-1]:
            self._text(piece)
            self._prompt()
        self._text(pieces[-1])

    def _text(self, piece):
        """Text behind the last prompt: does it hold what ends the run?"""
        lines = (self.line + piece).split(b"\n")
        room = HEAD - len(self.head)
        self.head += piece[:max(room, 0)]
        self.line = lines[-1][-HEAD:]
        if not self.until or not piece:
            return
        if room > 0 and self.until.match(self.head):
            raise TerminateTest
        if not self.commands and any(self.until.match(line) for line in lines):
            raise TerminateTest

    def _prompt(self):
        self.prompts += 1
        self.head = self.line = b""
        if self.commands:
            self.typed.append(self.commands.pop(0))
            self.runner.qemu.write(self.typed[-1] + "\n")
        elif not self.until:
            raise TerminateTest

    def state(self):
        if not self.typed:
            return "the first prompt"
        what = ("text that matches %r" % self.until.pattern.decode()
                if self.until and not self.commands else "a prompt")
        return "%s after typing %r" % (what, self.typed[-1])


def shell_script(script, terminate_match=None):
    """Types a command at each prompt. The run ends at the prompt after the last one; or, with a
    terminate_match, at text behind a prompt, or a line, that it matches from its beginning."""
    def setup(runner):
        watch = _Script(runner, script, terminate_match)
        runner.qemu.on_output.append(watch.take)
    return setup
