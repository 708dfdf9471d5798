"""The tests of a grader, in the order of their registration, and the one that runs now.

    states:  registered -> complete (ok or not)
    a life:  @test(...), called by the command line or by a child that needs it, printed, counted

A test with a parent runs after it and fails with it. The parent runs once, in the same process: a
child sees what the parent's run printed.
"""

import os
import time
import traceback

from grading.terminal import color

TESTS = []  # Tests and Parts

# The process that must live for the tests to go on, where they run on its behalf.
PARENT = int(os.environ.get("GRADER_PARENT") or 0)

_running = []  # the current test is the last; before it, those that called for it


class Test:
    def __init__(self, function, points, title, parent):
        self.function, self.points, self.parent = function, points, parent
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        if title is None:
            title = (self.__name__[5:] if self.__name__.startswith("test_")
                     else self.__name__).replace("_", " ")
        self.title = "  " + title if parent else title
        self.complete = self.ok = False
        self.on_finish = []   # called with the failure's text, or None
        self.failure = None   # what failed, with the run's verdict
        self.verdict = None   # kind of the last run's end
        self.seconds = 0.0
        self.last_run = None  # of the machine

    @property
    def earned(self):
        return self.points if self.ok else 0

    def __call__(self):
        """Runs it, unless that was done. Whether it passed."""
        if self.complete:
            return self.ok
        if self.parent:
            self.parent()
        print("== Test %s == " % self.title, flush=True)
        began = time.monotonic()
        _running.append(self)
        failure = "interrupted"
        try:
            failure = self._failure()
            self.complete, self.ok = True, failure is None
            self.seconds = time.monotonic() - began
            self._report(failure)
        finally:
            for callback in self.on_finish:
                callback(failure)
            _running.pop()
        return self.ok

    def _failure(self):
        """Runs the function: what failed, or None."""
        try:
            if self.parent and not self.parent.ok:
                raise AssertionError("Parent failed: %s" % self.parent.__name__)
            self.function()
            return None
        except AssertionError as error:
            where = "".join(traceback.format_tb(error.__traceback__)[-1:])
            return str(error) or where + "AssertionError"
        except Exception:
            return "the test itself broke:\n" + traceback.format_exc()

    def run_seen(self):
        """The machine's run that it is about: its own, or its parent's."""
        return self.last_run or (self.parent.run_seen() if self.parent else None)

    def _report(self, failure):
        took = " (%.1fs)" % self.seconds if self.seconds > 0.1 else ""
        print("%s: %s%s" % (self.title, color("green", "OK") if self.ok else color("red", "FAIL"),
                            took), flush=True)
        run = self.run_seen()
        self.verdict = run.verdict.kind if run and run.verdict else None
        if failure is None:
            return
        told = run and (not self.parent or self.parent.ok)
        self.failure = "\n".join([failure] + (run.report() if told else []))
        print("\n".join("    " + line for line in self.failure.split("\n")), flush=True)


class Part:
    """A subtotal of the tests since the last one."""

    def __init__(self, name):
        self.name = name

    def show(self):
        tests = self.tests()
        print("Part %s score: %d/%d\n" % (self.name, sum(t.earned for t in tests),
                                          sum(t.points for t in tests)))

    def tests(self):
        own, before = [], TESTS[:TESTS.index(self)]
        for entry in before:
            own = [] if isinstance(entry, Part) else own + [entry]
        return own


def test(points, title=None, parent=None):
    """Makes a function a test that is worth so many points. It fails by an AssertionError."""
    def register(function):
        made = Test(function, points, title, parent)
        TESTS.append(made)
        return made
    return register


def end_part(name):
    """The tests since the last part make this one: its subtotal is printed."""
    TESTS.append(Part(name))


def current():
    """The test that runs now, or None."""
    return _running[-1] if _running else None


def get_current_test():
    if not _running:
        raise RuntimeError("no test is running")
    return _running[-1]


def all_tests():
    return [t for t in TESTS if isinstance(t, Test)]


def families(tests):
    """The tests in groups that have no ancestor in common, each in order, with the parents they
    need."""
    found = {}
    for member in tests:
        root, line = member, [member]
        while root.parent:
            root = root.parent
            line.insert(0, root)
        family = found.setdefault(id(root), [])
        family.extend(t for t in line if t not in family)
    return list(found.values())
