#!/usr/bin/env python3
"""A grader of 2019's style: commands are typed, lines of the output matched; parts, parents,
questions."""

import re
from gradelib import *

r = Runner(save("xv6.out"))


@test(5, "usage")
def test_usage():
    r.run_qemu(shell_script(["sleep"]))
    r.match(no=["exec .* failed"])


@test(10, "a file is found")
def test_ls():
    name = random_str()
    r.run_qemu(shell_script(["echo > %s" % name, "ls %s" % name]))
    r.match("^%s " % name)


end_part("A")


@test(0, "running a pipeline")
def test_pipeline():
    r.run_qemu(shell_script(["echo one two | wc", "mkdir d; echo found > d/f", "echo DONE"],
                            "DONE"), timeout=60)


@test(20, "words counted", parent=test_pipeline)
def test_words():
    r.match("^1 2 8")


@test(20, "no complaint", parent=test_pipeline)
def test_words():
    r.match(no=["mkdir: .*"])
    assert_equal(len(re.findall("DONE", r.qemu.output)), 2, "one echo, one line")


@test(5, "nested shell")
def test_nested():
    r.run_qemu(shell_script(["echo echo hello > s", "sh < s", "echo DONE"], "DONE"))
    # the prompt of the shell that reads s calls for the next command, whose echo may come before
    # "hello"
    r.match(r"^\$ .*hello$|^hello$")


end_part("B")


@test(1, "time")
def test_time():
    check_time()


@test(4, "answers-lines.txt")
def test_answers():
    check_answers("answers-lines.txt")


run_tests()
