#!/usr/bin/env python3
"""Programs of the host, and what make has to say."""

import os
from gradelib import *


@test(1)
def test_ends():
    assert_equal(run_program("echo", "hi"), "hi\n")


@test(1)
def test_fails():
    run_program("sh", "-c", "echo no; exit 3")


@test(1)
def test_hangs():
    run_program("sleep", "100", timeout=1)


@test(1)
def test_makes():
    maybe_unlink("fs.img", "no-such-file")
    make("fs.img")
    assert os.path.exists("fs.img")


@test(1)
def test_cannot_make():
    make("nothing")


run_tests()
