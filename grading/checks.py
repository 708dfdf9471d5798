"""What tests check with: values, lines of output, files that a course asks for."""

import os
import random
import re
import string

from grading.registry import test
from grading.terminal import color

CONTEXT = 2   # lines around one that matched
SHOWN = 60    # lines of a failure


def assert_equal(got, expect, msg=""):
    if got == expect:
        return
    text = "got:\n  %s\nexpected:\n  %s" % (str(got).replace("\n", "\n  "),
                                            str(expect).replace("\n", "\n  "))
    raise AssertionError("%s\n%s" % (msg, text) if msg else text)


def assert_lines_match(text, *regexps, no=()):
    """Each of the expressions must match a line from its beginning, and none of those of `no`
    may."""
    lines = text.splitlines()
    missing = dict.fromkeys(regexps)
    good, bad = set(), set()
    no = [re.compile(r) for r in no]
    wanted = [(r, re.compile(r)) for r in missing]
    for number, line in enumerate(lines):
        for regexp, compiled in wanted:
            if compiled.match(line):
                good.add(number)
                missing.pop(regexp, None)
        if any(r.match(line) for r in no):
            bad.add(number)
    if missing or bad:
        raise AssertionError("\n".join(_marked(lines, good, bad) +
                                       [color("red", "MISSING") + " %r" % r for r in missing]))


def _marked(lines, good, bad):
    """The lines that matched, and some around each."""
    shown = sorted({n for hit in sorted(bad)[:SHOWN] + sorted(good)[:SHOWN]
                    for n in range(max(0, hit - CONTEXT), min(len(lines), hit + CONTEXT + 1))})[
                        :SHOWN]
    text, last = [], -1
    for n in shown:
        if n != last + 1:
            text.append("...")
        mark = color("red", "BAD ") if n in bad else color("green", "GOOD") if n in good else "    "
        text.append("%s %s" % (mark, lines[n][:500]))
        last = n
    return text + (["..."] if text and last + 1 < len(lines) else [])


def random_str(n=8):
    letters = string.ascii_letters + string.digits
    return "".join(random.choice(letters) for _ in range(n))


def _content(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().strip()
    except OSError as error:
        raise AssertionError("cannot read %s: %s" % (path, error.strerror)) from None


def check_time():
    """time.txt says how many hours the lab took, and nothing else."""
    if not re.fullmatch(r"\d+", _content("time.txt"), re.ASCII):
        raise AssertionError("time.txt must hold one number, the hours that the lab took, and "
                             "nothing else")


def check_answers(file, n=10):
    """Answers to written questions are there: so many characters at least."""
    if len(_content(file)) < n:
        raise AssertionError("%s must hold at least %d characters" % (file, n))


def written_answers(lab, points=5, time_points=1):
    """Registers tests of answers-LAB.txt and time.txt, if the course asks for them: ANSWERS=1 is in
    the environment. Their points come on top of the lab's."""
    if os.environ.get("ANSWERS", "0") in ("", "0", "no"):
        return
    answers = "answers-%s.txt" % lab

    @test(points, answers)
    def test_answers():
        check_answers(answers)

    @test(time_points, "time")
    def test_time():
        check_time()
