"""Runs tests, several at once, prints a line for each and counts."""

import os
import threading
import time
import traceback

from grading import host
from lib import progress
from lib.machine import Failure, Skipped, WORK


class Test:
    """A name and a function. The function returns nothing, or a list of (name, error or None) when
    it holds several results. It fails by an exception; Skipped, raised or in such a list, says why
    it could not be tried.

    harts: of its machine, if it has more than two; seconds: about how long it takes, where that is
    long. Both only decide when it is run."""

    def __init__(self, name, function, *args, harts=2, seconds=progress.GUESS, **kwargs):
        self.name, self.function, self.args, self.kwargs = name, function, args, kwargs
        self.harts, self.seconds = harts, seconds


class Queue:
    """The tests to be run, the longest first, so that none of these is left for the end. More harts
    than four for a processor would spend their time waiting for locks whose holders the host has
    stopped."""

    def __init__(self, tests, most_harts):
        self.tests = sorted(tests, key=lambda t: -t.seconds)
        self.free = self.most = most_harts
        self.changed = threading.Condition()

    def take(self):
        """The next test for which there is room; None: all are taken."""
        with self.changed:
            while self.tests:
                for test in self.tests:
                    if test.harts <= self.free or self.free == self.most:
                        self.tests.remove(test)
                        self.free -= test.harts
                        return test
                self.changed.wait()
            return None

    def give_back(self, test):
        with self.changed:
            self.free += test.harts
            self.changed.notify_all()


class Results:
    def __init__(self, command="test", say=progress.say):
        self.command, self.say = command, say
        self.passed = self.failed = 0
        self.skipped = []  # names, with the reasons
        self.lock = threading.Lock()
        self.progress = None

    def record(self, name, error=None, seconds=None):
        took = "" if seconds is None else "  (%.1f s)" % seconds
        with self.lock:
            if error is None:
                self.passed += 1
                self.say("ok    %s%s" % (name, took))
            elif isinstance(error, Skipped):
                self.skipped.append("%s: %s" % (name, error))
                self.say("skip  %s: %s" % (name, error))
            else:
                self.failed += 1
                if self.progress:
                    self.progress.failed += 1
                text = "\n".join("        " + line for line in str(error).rstrip().split("\n"))
                self.say("FAIL  %s%s\n%s" % (name, took, text))

    def run(self, test):
        began = time.monotonic()
        if self.progress:
            self.progress.begin(test.name)
        try:
            several = test.function(*test.args, **test.kwargs)
        except (Failure, Skipped) as failure:
            self.record(test.name, failure, time.monotonic() - began)
        except Exception:  # the harness is at fault, or what it runs is not there
            self.record(test.name, "the test itself broke:\n" + traceback.format_exc(),
                        time.monotonic() - began)
        else:
            if several is None:
                self.record(test.name, None, time.monotonic() - began)
            for name, error in several or ():
                self.record("%s: %s" % (test.name, name), error)
        if self.progress:
            self.progress.end(test.name)

    def run_all(self, side_by_side, alone, workers):
        """First those that can be run several at a time, then the others."""
        tests = side_by_side + alone
        times = progress.times_of(self.command)
        for test in tests:
            test.seconds = times.get(test.name) or test.seconds
        self.progress = progress.Progress(self.command, [t.name for t in tests],
                                          {t.name: t.seconds for t in tests},
                                          workers)
        try:
            self._run_some(side_by_side, workers)
            self._run_some(alone, 1)
        finally:
            self.progress.close()
            self.progress = None

    def _run_some(self, tests, workers):
        queue = Queue(tests, 4 * (os.cpu_count() or 1))
        host.jobs = workers

        def work():
            test = queue.take()
            while test:
                self.run(test)
                queue.give_back(test)
                test = queue.take()

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def write(self, line):
        """Where CI finds it, whatever make says afterwards."""
        with open(os.path.join(WORK, "result"), "w") as f:
            print(line, file=f)

    def close(self):
        """Prints the names of what was not tried, and the last line. Returns the exit status."""
        line = "%d passed, %d failed" % (self.passed, self.failed)
        if self.skipped:
            line += ", %d skipped" % len(self.skipped)
        self.write(line)
        for each in self.skipped:
            self.say("skipped: " + each)
        self.say(line)
        return 1 if self.failed or not self.passed else 0


def default_workers():
    return max(1, min(4, os.cpu_count() or 1))
