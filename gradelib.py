"""What a lab's grader is written with: `from gradelib import *`. docs/labs.md has the guide.

    r = Runner(save("xv6.out"))

    @test(10, "sleep returns")
    def test_sleep():
        r.run_qemu(shell_script(["sleep 1", "echo OK"]))
        r.match("^OK$")

    run_tests()

The interface is the one that courses' graders of 2019 to 2025 use, so that they run unchanged. What
keyword arguments there are beyond it stands with each function. The parts are in grading/:

    registry    the tests, their order, parents and points
    checks      assert_equal, assert_lines_match, files that a course asks for
    monitors    shell_script and what else watches a run
    runner      one boot of the machine; verdict says how it ended
    qemu, gdb   the console and the debugger's stub
    process     programs that end with the grader, whatever ends it
    build       make, images, ports
    program     programs of the host
    host        how fast this host is
    command     the command line; side_by_side, report
"""

from grading.build import make, maybe_unlink, reset_fs  # noqa: F401
from grading.checks import (assert_equal, assert_lines_match, check_answers, check_time, random_str,
                            written_answers)
from grading.command import run_tests
from grading.gdb import GDBClient
from grading.monitors import call_on_line, save, shell_script, stop_breakpoint, stop_on_line
from grading.program import run_program
from grading.qemu import QEMU
from grading.registry import end_part, get_current_test, test
from grading.runner import Runner
from grading.terminal import color
from grading.verdict import TerminateTest

# Modules that graders use without importing them.
import errno  # noqa: F401
import json  # noqa: F401
import os  # noqa: F401
import random  # noqa: F401
import re  # noqa: F401
import shutil  # noqa: F401
import signal  # noqa: F401
import string  # noqa: F401
import subprocess  # noqa: F401
import sys  # noqa: F401
import time  # noqa: F401
