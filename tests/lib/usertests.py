"""Runs the program usertests in a machine and tells a wrong answer from a broken machine."""

import re

from grading import host
from lib.machine import Ended, Failure, Patience

QUIET = 330  # seconds without a word: longer than usertests lets any test run
PASSED, FAILED, NONE = "ALL TESTS PASSED", "SOME TESTS FAILED", "NO TESTS EXECUTED"


def run(machine, options="-q", limit=900):
    """What usertests printed, up to the next prompt. Raises Failure if the machine panics, hangs
    or shows no last line; the answer itself is for the caller to read."""
    slowness = host.slowness()
    # its own limit for each test is for a quick host, too
    if slowness > 1.05 and "-t" not in options.split():
        options = "-t %d %s" % ((60 if "-q" in options.split() else 240) * slowness, options)
    command = ("usertests " + options).strip()
    machine.type_command(command)
    whole, word = Patience(limit), Patience(QUIET)
    try:
        while not machine.at_prompt():
            before = len(machine.text)
            machine.wait_for_more(min(whole.left(), word.left()))
            if len(machine.text) != before:
                word = Patience(QUIET)
            elif whole.over() or word.over():
                raise Failure("hangs: %s\n%s" % (where(machine.text), machine.excerpt()))
    except Ended as ended:
        raise Failure("the kernel ended: %s\n%s" % (where(machine.text), ended)) from None
    return machine.read_to_prompt()


def where(output):
    """The last test that had begun."""
    begun = re.findall(r"^test ([\w-]+):", output, re.M)
    return "in test %s" % begun[-1] if begun else "before the first test"


def failures(output):
    """What did not go well, as a list of lines; empty if all passed."""
    if re.search("^%s$" % PASSED, output, re.M):
        return []
    lines = re.findall(r"^(?:.*FAILED.*|.*: expected: .*|leak: .*|NO TESTS EXECUTED)$", output,
                       re.M)
    return lines or ["no last line:\n" + output[-2000:]]
