"""A running QEMU: its console, as the monitors of a run see it.

Output is taken up piece by piece and looked at once. Who listens to pieces (on_output) gets bytes,
who listens to lines (on_line) gets text without its end; a line longer than LONGEST comes in parts.
Both may end the run; recorders only take notes, and go on to when it has ended.
"""

import codecs
import os
import select

from grading import build
from grading.process import Group

LONGEST = 1 << 16


class QEMU:
    """Starts a make target that becomes QEMU."""

    def __init__(self, *make_args):
        self.group = Group(build.command(*make_args), build.environment())
        self.proc = self.group.leader
        self.recorders, self.on_output, self.on_line = [], [], []
        self.size = 0        # bytes so far
        self.closed = False  # no more will come
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text, self._new = "", []
        self._line = b""     # the last one, unfinished
        self._typed = b""    # and not yet taken by QEMU
        os.set_blocking(self.proc.stdin.fileno(), False)

    def fileno(self):
        return self.proc.stdout.fileno()

    @property
    def output(self):
        """All that the console has printed."""
        if self._new:
            self._text = "".join([self._text] + self._new)
            self._new = []
        return self._text

    def write(self, text):
        """Types that at the console. It is taken up as fast as the machine reads."""
        self._typed += text.encode() if isinstance(text, str) else text
        self.handle_write()

    def wants_write(self):
        return bool(self._typed)

    def handle_write(self):
        try:
            if self._typed:
                self._typed = self._typed[os.write(self.proc.stdin.fileno(), self._typed):]
        except BlockingIOError:
            pass
        except OSError:
            self._typed = b""  # it has ended; its output says so

    def handle_read(self):
        """Takes up what has come and shows it to those who listen."""
        data = os.read(self.fileno(), 1 << 16)
        if not data:
            self.closed = True
        self.take(data)

    def take(self, data):
        self.size += len(data)
        self._new.append(self._decoder.decode(data, final=self.closed))
        for listener in self.recorders + self.on_output:
            if data:
                listener(data)
        if self.on_line:
            self._tell_lines(data)

    def _tell_lines(self, data):
        lines = (self._line + data).split(b"\n")
        self._line = lines.pop()
        if len(self._line) > LONGEST or (self.closed and self._line):
            lines.append(self._line)
            self._line = b""
        for line in lines:
            for listener in list(self.on_line):
                listener(line.decode("utf-8", "replace"))

    def drain(self):
        """Takes up what it has printed already; nobody is asked any more."""
        self.on_output, self.on_line = [], []
        # a pipe holds less; who prints without end would fill it again
        most = self.size + (1 << 20)
        while not self.closed and self.size < most and select.select([self], [], [], 0)[0]:
            self.handle_read()

    def wait(self):
        return self.proc.wait()

    def kill(self):
        """Ends it and all that belongs to it; make's exit status."""
        return self.group.end()
