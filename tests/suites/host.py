"""Tests of the host's tools: those of mkfs, fsck and fsutil, and of this test harness."""

import os
import re
import subprocess
import sys

from lib.machine import Failure, ROOT
from lib.results import Test
from lib import session


def tests(everything):
    return [Test("harness: sessions are compared line by line", compare_lines),
            Test("host_fs_test", run_script, "host_fs_test.py", seconds=30)]


def run_script(name):
    """A script that prints a line for each test and ends with 0 if all passed."""
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tests", name)], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=300)
    if done.returncode != 0:
        raise Failure(done.stdout[-6000:])


def compare_lines():
    def differs(expected, got):
        return session.differing_line(list(enumerate(expected)), got)

    cases = [
        (["a"], ["a"], None), (["a"], ["b"], (0, 0)), (["a"], [], (0, 0)), ([], ["a"], (0, 0)),
        (["a", "b"], ["a", "c"], (1, 1)), (["~ [0-9]+"], ["12"], None),
        (["~ [0-9]+"], ["12x"], (0, 0)), (["...", "b"], ["x", "y", "b"], None),
        (["..."], [], None), (["\\$ x"], ["$ x"], None), (["\\..."], ["..."], None),
        (["~+ a|b", "c"], ["a", "b", "c"], None), (["~+ a|b"], ["a", "x"], (1, 1)),
        (["a", "...", "z"], ["a", "b", "y"], (2, 3)),
    ]
    for expected, got, answer in cases:
        if differs(expected, got) != answer:
            raise Failure("%r against %r gives %r, not %r" %
                          (expected, got, differs(expected, got), answer))
