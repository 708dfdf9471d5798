"""Shell sessions: text files that say what is typed and what must come back.

At the top, settings (each optional):

    # cpus 1 2 4          harts that the session is run on (otherwise: the matrix of tests/run)
    # isolate 0 1         likewise: user mode on the kernel root, on the user root
    # build plain debug   likewise: kernels
    # mem 64M             memory of the machine
    # timeout 60          seconds that one command may take (20)
    # noleak              no comparison of free memory before and after
    # any other text      a comment

Then steps:

    $ command             waits for the prompt, types the command
    < text                types a line to the running program
    ^C  ^D  ^P  ^U        types that control character
    @wait REGEX           waits until the running command has printed that
    @sleep SECONDS        while the running command goes on
    @sync-poweroff        ends the system (poweroff; QEMU's status must be 0) and boots it again
    @crash                pulls the plug (SIGKILL) and boots again on the same image
    @exit STATUS          the system ends now, QEMU with that status; nothing may follow

and, below a command, the lines that it prints:

    text                  exactly that line
    ~ REGEX               a line that the expression matches as a whole
    ~+ REGEX              one line or more, each matched
    ...                   any number of lines, or none
    \\text                 text, for a line that would mean something else

What is typed to a running program is echoed, so it stands among the expected lines. The last line
of a command that ends without a newline is a line like any other.
"""

import os
import re
import time

from lib.machine import Failure

CONTROL = {"^C": "\x03", "^D": "\x04", "^P": "\x10", "^U": "\x15"}


class Step:
    """A command (or another step) with its lines. kind: command, input, action."""

    def __init__(self, line_number, kind, text):
        self.line_number, self.kind, self.text = line_number, kind, text
        self.expected = []  # commands: (line number, pattern) and steps typed while it runs


class Session:
    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.settings = {}
        self.steps = []
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                self._parse(number, line.rstrip("\n"))
        for step in self.steps:
            while step.expected and step.expected[-1][1] == "":
                step.expected.pop()  # blank lines between steps are layout

    def _parse(self, number, line):
        if line.startswith("# ") or line == "#":
            if not self.steps:
                words = line.split()[1:]
                if words and words[0] in ("cpus", "isolate", "build", "mem", "timeout", "noleak"):
                    self.settings[words[0]] = words[1:]
            return
        if line.startswith("$ "):
            self.steps.append(Step(number, "command", line[2:]))
        elif re.match(r"@(sync-poweroff|crash|exit)\b", line):
            self.steps.append(Step(number, "action", line))
        elif not self.steps:
            if line:
                raise ValueError("%s:%d: a line before the first step" % (self.path, number))
        elif line.startswith("< ") or line == "<" or line in CONTROL or line.startswith(
            ("@wait ", "@sleep ")):
            self.steps.append(Step(number, "input", line))
        else:
            if line.startswith(("~ ", "~+ ")):
                try:
                    re.compile(regex_of(line))
                except re.error as error:
                    raise ValueError("%s:%d: %s" % (self.path, number, error)) from None
            owner = next(s for s in reversed(self.steps) if s.kind != "input")
            owner.expected.append((number, line))

    def values(self, key, default):
        return self.settings.get(key, default)

    @property
    def timeout(self):
        return float(self.values("timeout", ["20"])[0])

    def play(self, machine, reboot):
        """Types the steps and compares. reboot(machine, clean): ends and boots again.
        Returns True if the system was left running."""
        steps = list(self.steps)
        while steps:
            step = steps.pop(0)
            inputs = []
            while steps and steps[0].kind == "input":
                inputs.append(steps.pop(0))
            if step.kind == "action":
                if not self._act(machine, step, reboot):
                    return False
                continue
            ends = bool(steps) and steps[0].text.startswith("@exit")
            self._command(machine, step, inputs, steps.pop(0) if ends else None)
            if ends:
                return False
        return True

    def _act(self, machine, step, reboot):
        words = step.text.split()
        if words[0] == "@exit":
            self._ended(machine, step)
            return False
        else:
            reboot(machine, words[0] == "@sync-poweroff")
        return True

    def _ended(self, machine, step):
        out = machine.wait_end(self.timeout)
        if machine.status != int(step.text.split()[1]):
            raise Failure("%s:%d: QEMU ended with status %s\n%s" %
                          (self.name, step.line_number, machine.status, out[-2000:]))
        return out

    def _command(self, machine, step, inputs, end):
        try:
            machine.type_command(step.text, self.timeout)
            for each in inputs:
                self._input(machine, each)
            out = self._ended(machine, end) if end else machine.read_to_prompt(self.timeout)
        except Failure as failure:
            raise type(failure)("%s.txt:%d: `%s`: %s" %
                                (self.name, step.line_number, step.text, failure)) from None
        self._compare(step, out)

    def _input(self, machine, step):
        if step.text.startswith("@wait "):
            machine.see(step.text[6:], self.timeout)
            return
        if step.text.startswith("@sleep "):
            time.sleep(float(step.text.split()[1]))
            return
        if step.text in CONTROL:
            time.sleep(0.2)  # the command that it is meant for has started by then
            machine.send(CONTROL[step.text])
        else:
            machine.send(step.text[2:] + "\n")

    def _compare(self, step, out):
        got = out.split("\n")
        if got[-1] == "":
            got.pop()
        at = differing_line(step.expected, got)
        if at is None:
            return
        want, have = at
        number, pattern = step.expected[want] if want < len(step.expected) else (step.line_number,
                                                                                 None)
        first, last = max(0, have - 6), have + 6
        raise Failure("%s.txt:%d: `%s`:\n    expected: %s\n    got:      %s\n"
                      "  output, lines %d to %d of %d:\n%s" % (
            self.name, number, step.text,
            "(no more)" if pattern is None else pattern,
            "(no more)" if have >= len(got) else got[have],
            first + 1, min(last, len(got)), len(got),
            "\n".join("    | " + line for line in got[first:last])))


def regex_of(pattern):
    return pattern.split(" ", 1)[1]


def line_matches(pattern, line):
    if pattern.startswith(("~ ", "~+ ")):
        return re.fullmatch(regex_of(pattern), line) is not None
    if pattern.startswith("\\"):
        return pattern[1:] == line
    return pattern == line


def differing_line(expected, got):
    """None if the lines are as expected; or how far the best attempt came, as indices."""
    best = (0, 0)
    todo, seen = [(0, 0)], set()
    while todo:
        want, have = todo.pop()
        if (want, have) in seen:
            continue
        seen.add((want, have))
        best = max(best, (want, have))
        if want == len(expected):
            if have == len(got):
                return None
            continue
        pattern = expected[want][1]
        if pattern == "...":
            if have < len(got):
                todo.append((want, have + 1))
            todo.append((want + 1, have))
        elif have < len(got) and line_matches(pattern, got[have]):
            if pattern.startswith("~+ "):
                todo.append((want, have + 1))
            todo.append((want + 1, have + 1))
    return best


def load_sessions(folder):
    return [Session(os.path.join(folder, name)) for name in sorted(os.listdir(folder))
            if name.endswith(".txt")]
