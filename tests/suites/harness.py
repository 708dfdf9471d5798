"""Tests of this harness: what is skipped, how far a run is, limits on a busy host, what a failure
shows."""

import io

from lib import progress
from lib.machine import Failure, Machine, Patience, SCALE, Skipped
from lib.results import Queue, Results, Test


def tests(everything):
    return [Test("harness: " + name, function) for name, function in [
        ("what was not tried is skipped", skips),
        ("the longest first, and no more harts than there is room for", orders),
        ("how far, and how long it still takes", estimates),
        ("a terminal's line is rewritten", rewrites),
        ("a limit is stretched on a slow host", stretches),
        ("a failure shows what was printed before", shows)]]


def expect(good, text):
    if not good:
        raise Failure(text)


def raises(kind, function, *args):
    """The text of what it raises."""
    try:
        function(*args)
    except kind as raised:
        return str(raised)
    raise Failure("%s raises no %s" % (function.__name__, kind.__name__))


def tried(*tests):
    """The lines that Results would print, and its status."""
    lines = []
    results = Results(say=lines.append)
    results.write = lambda line: None
    for test in tests:
        results.run(test)
    return results.close(), lines


def skips():
    def not_there():
        raise Skipped("there is no such tool")
    several = Test("several", lambda: [("one", None), ("two", Skipped("no tool either"))])
    status, lines = tried(Test("single", not_there), several)
    expect(lines[-3:] == ["skipped: single: there is no such tool",
                          "skipped: several: two: no tool either",
                          "1 passed, 0 failed, 2 skipped"] and status == 0,
           "the last lines are:\n" + "\n".join(lines))
    status, lines = tried(Test("works", lambda: None))
    expect(lines[-1] == "1 passed, 0 failed" and status == 0, "the last line is " + lines[-1])
    expect(tried(Test("single", not_there))[0] == 1,
           "a run in which nothing was tried counts as good")


def orders():
    tests = [Test(name, None, harts=harts, seconds=seconds)
             for name, harts, seconds in [("a", 2, 1), ("b", 8, 50), ("c", 4, 20), ("d", 16, 10)]]
    queue, taken = Queue(tests, 8), []
    taken.append(queue.take())  # the longest; no room for others
    queue.give_back(taken[0])
    taken += [queue.take(), queue.take()]  # beside c there is no room for d
    for test in taken[1:]:
        queue.give_back(test)
    taken.append(queue.take())  # alone, although it is larger than all the room there is
    expect("".join(t.name for t in taken) == "bcad" and queue.take() is None,
           " ".join(t.name for t in taken))


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def measured(out, clock):
    """A Progress of two parts of 100 s and one of 200."""
    return progress.Progress("none", ["a", "b", "c"], {"c": 200}, out=out,
                             known={"a": 100, "b": 100}, clock=clock,
                             trial=True)


def estimates():
    clock, out = Clock(), io.StringIO()
    shown = measured(out, clock)
    expect(abs(shown.left() - 400) < 1, "at the beginning: %.0f s" % shown.left())
    shown.begin("a")
    clock.now = 50
    expect(abs(shown.left() - 350) < 1, "in the middle of a part: %.0f s" % shown.left())
    clock.now = 200  # twice as slow as the last time
    shown.end("a")
    expect(500 < shown.left() <= 600, "after a slow part: %.0f s" % shown.left())
    shown.say("ok    a")
    clock.now = 210
    shown.say("ok    another")
    lines = out.getvalue().splitlines()
    expect(len(lines) == 3 and lines[0].startswith("...   1 of 3, about ")
           and lines[1:] == ["ok    a", "ok    another"],
           "lines elsewhere than on a terminal:\n" + out.getvalue())


def rewrites():
    out = Terminal()
    shown = measured(out, Clock())
    shown.begin("a")
    shown.say("ok    a")
    shown.end("a")
    shown.close()
    text = out.getvalue()
    expect(text.startswith("ok    a\n0 of 3") and "\r\x1b[K1 of 3" in text
           and text.endswith("\r\x1b[K"), repr(text))


def stretches():
    patience = Patience(0.05, lambda: 3.0 * SCALE)
    while patience.left():
        pass
    expect(not patience.over() and patience.left() > 0.05,
           "a limit is not stretched on a slow host")
    patience.slowness = lambda: 1.0
    while patience.left():
        pass
    expect(patience.over() and "on this host" in patience.told(),
           "a stretched limit does not end: " + patience.told())


def shows():
    """The echo of the command is consumed by the time that its limit is reached."""
    machine = Machine("harness-shows", limit=60)
    machine.printed = "$ silent\n"
    machine._read = lambda deadline: False
    said = raises(Failure, machine.read_to_prompt, 0)
    expect("no prompt within 0 s" in said and "$ silent" in said, said)
    machine.printed = ""
    said = raises(Failure, machine.read_to_prompt, 0)
    expect("has printed nothing" in said, said)
