"""How far a long command is, and about how long it still takes.

    a life:  Progress(command, names) -> begin(name), end(name) of each, say(text) in between
             -> close()

On a terminal the last line always tells it, and is rewritten; elsewhere a line tells it about once
a minute. All that the command prints meanwhile goes through say(), so that neither spoils the
other.

How long is estimated from what each part took the last time, kept in build/times.json, and from the
pace until now. A part that was never run counts as its guess.
"""

import json
import os
import shutil
import sys
import threading
import time

KEPT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                    "build", "times.json")
GUESS = 5.0       # seconds of a part of which nothing is known
REDRAW = 1.0      # seconds between two looks, on a terminal
NOW_AND_THEN = 60.0  # and elsewhere
TRUSTED = 0.05    # as much of the work, done as fast as expected, is what the first estimate weighs

_running = None   # the Progress that the lines go to


def say(text):
    """Prints lines, whether or not a Progress is there."""
    if _running:
        _running.say(text)
    else:
        print(text, flush=True)


def _read_times():
    try:
        with open(KEPT, encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def times_of(command):
    """{name: seconds} of the last runs of that command."""
    return _read_times().get(command, {})


def _keep_times(command, took):
    """Adds what this run has measured to what is known; another command may have written
    meanwhile."""
    known = _read_times()
    known.setdefault(command,
                     {}).update({name: round(seconds, 2) for name, seconds in took.items()})
    own = "%s.%d" % (KEPT, os.getpid())
    try:
        os.makedirs(os.path.dirname(KEPT), exist_ok=True)
        with open(own, "w", encoding="utf-8") as f:
            json.dump(known, f, indent=0, sort_keys=True)
        os.replace(own, KEPT)
    except OSError:
        pass  # the next estimate is worse


def in_words(seconds):
    if seconds < 50:
        return "%d s" % (5 * round(seconds / 5) or 5)
    if seconds < 3600:
        return "%d min" % round(seconds / 60)
    return "%d h %d min" % (seconds // 3600, seconds % 3600 // 60)


class Progress:
    """guesses: {name: seconds} for parts that were never run; at_once: how many run at the same
    time; shared: other programs print to the same terminal, so that nothing is shown but by tell().
    The others are for those who test this: trial says that no times are kept and that say() goes
    elsewhere."""

    def __init__(self, command, names, guesses=None, at_once=1, shared=False, out=None, known=None,
                 clock=time.monotonic, trial=False):
        global _running
        known = times_of(command) if known is None else known
        self.command, self.out, self.clock = command, out or sys.stdout, clock
        self.expected = {n: float(known.get(n) or (guesses or {}).get(n) or GUESS) for n in names}
        self.at_once = max(1, at_once)
        self.began = clock()
        self.failed = 0                  # how many: for the one who uses this to count
        self.ended, self.begun = {}, {}  # by name: the seconds it took; when it began
        self.terminal = self.out.isatty()
        self.lock, self.over = threading.RLock(), threading.Event()
        self.shown = False               # the terminal's last line is ours
        self.next = self.began + NOW_AND_THEN
        self.trial, self.shared = trial, shared
        if not trial and not shared:
            _running = self
            threading.Thread(target=self._look, daemon=True).start()

    # --- what the command tells ---

    def begin(self, name):
        with self.lock:
            self.begun[name] = self.clock()

    def end(self, name):
        with self.lock:
            began = self.begun.pop(name, None)
            self.ended[name] = 0.0 if began is None else self.clock() - began
            self._show()

    def say(self, text):
        with self.lock:
            self._wipe()
            print(text, file=self.out, flush=True)
            self._show()

    def tell(self):
        """A line, now."""
        print("...   " + self.line(), file=self.out, flush=True)

    def close(self):
        """Afterwards nothing is shown; what was measured is kept."""
        global _running
        self.over.set()
        with self.lock:
            self._wipe()
        if not self.trial:
            _running = None
            _keep_times(self.command, self.ended)

    # --- how far it is ---

    def left(self):
        """The seconds that are still to come, about."""
        now = self.clock()
        total = sum(self.expected.values())
        done = sum(self.expected[n] for n in self.ended if n in self.expected)
        # What runs counts by its age, but is not done before it ends.
        done += sum(min(now - began, 0.95 * self.expected.get(n, 0))
                    for n, began in self.begun.items())
        trusted = TRUSTED * total
        if done + trusted == 0:
            return 0
        pace = (now - self.began + trusted / self.at_once) / (done + trusted)
        return pace * (total - done)

    def line(self):
        with self.lock:
            failed = ", %d failed" % self.failed if self.failed else ""
            text = "%d of %d%s, about %s left" % (len(self.ended), len(self.expected), failed,
                                                  in_words(self.left()))
            longest = min(self.begun, key=self.begun.get) if self.begun else ""
            return "%s: %s" % (text, longest) if longest else text

    # --- the line ---

    def _look(self):
        while not self.over.wait(REDRAW if self.terminal else 5):
            with self.lock:
                if not self.over.is_set():
                    self._show()

    def _wipe(self):
        if self.shown:
            self.out.write("\r\x1b[K")
            self.shown = False

    def _show(self):
        if self.shared:
            return
        if self.terminal:
            self._wipe()
            self.out.write(self.line()[:shutil.get_terminal_size().columns - 1])
            self.shown = True
            self.out.flush()
        elif self.clock() >= self.next:
            self.next = self.clock() + NOW_AND_THEN
            self.tell()
