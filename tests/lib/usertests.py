"""Runs the program usertests in a machine and tells a wrong answer from a broken machine."""

import re
import time

from lib.machine import Ended, Failure, SCALE

QUIET = 330  # seconds without a word: longer than usertests lets any test run
PASSED, FAILED = "ALL TESTS PASSED", "SOME TESTS FAILED"


def run(machine, options="-q", limit=900):
    """What usertests printed, up to the next prompt. Raises Failure if the machine panics, hangs
    or shows no last line; the answer itself is for the caller to read."""
    command = ("usertests " + options).strip()
    machine.type_command(command)
    deadline = time.monotonic() + limit * SCALE
    try:
        while not machine.at_prompt():
            before = len(machine.text)
            machine.wait_for_more(min(QUIET * SCALE, deadline - time.monotonic()))
            if len(machine.text) == before:
                raise Failure("hangs: %s\n%s" % (where(machine.text), machine.text[-2000:]))
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
    lines = re.findall(r"^(?:.*FAILED.*|.*: expected: .*|leak: .*|NO TESTS EXECUTED)$", output, re.M)
    return lines or ["no last line:\n" + output[-2000:]]
