#!/usr/bin/env python3
"""Much output of a machine that is none (fake_machine.py), looked at in all ways at once; each run
tells what processor time it took."""

import time
from gradelib import *

r = Runner(save("xv6.out"))


def watched(megabytes, **limits):
    lines = []
    began = time.process_time()
    r.run_qemu(shell_script(["first", "second"]), call_on_line("7 ", lines.append),
               stop_on_line("the end"),
               make_args=["MB=%d" % megabytes], timeout=300, **limits)
    print("TOOK %.3f" % (time.process_time() - began))
    r.match("^the end$", r"\$ first$", no=["^nothing$"])
    assert_equal(len(lines) > 0, True)
    assert len(r.qemu.output.encode()) > megabytes << 20


@test(1, "some")
def test_some():
    watched(3)


@test(1, "much")
def test_much():
    watched(24, output_limit=100 << 20)


@test(1, "too much")
def test_too_much():
    watched(24)


run_tests()
