#!/usr/bin/env python3
"""Tests without a machine: order, parents, points, several at once, reports."""

import os
import time
from gradelib import *

state = {"who": "nobody"}


@test(10, "slow one")
def test_slow():
    state["who"] = "slow"
    time.sleep(1)


@test(5, parent=test_slow)
def test_child_of_it():
    assert_equal(state["who"], "slow")
    print("the child speaks")


@test(10, "slow two")
def test_slow():
    assert_equal(state["who"], "slow" if os.environ.get("ONE") else "nobody")
    time.sleep(1)


end_part("one")


@test(10)
def test_that_fails():
    assert_lines_match("some line\nbad line\nother\nlast\nmore\nand more", "some", "absent <&>",
                       no=["bad"])


@test(3, "needs it", parent=test_that_fails)
def test_needs():
    raise AssertionError("it ran")


@test(2, "needs that", parent=test_needs)
def test_needs_that():
    raise AssertionError("it ran")


@test(0, "breaks")
def test_breaks():
    raise ValueError("\x01 of a kind")


end_part("two")
written_answers("order")
run_tests()
