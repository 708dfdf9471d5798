#!/usr/bin/env python3
"""A grader of 2020's style: a command must make a system call, which a breakpoint in the kernel
shows."""

from gradelib import *

r = Runner(save("xv6.out"),
           stop_breakpoint("sys_pause"))
free_run = Runner(save("xv6.out"))


@test(10, "sleep, makes syscall")
def test_sleep():
    r.run_qemu(shell_script([
        "sleep 10",
        "echo FAIL"
    ]))
    r.match("\\$ sleep 10", no=["FAIL"])


@test(10, "it would have gone on")
def test_goes_on():
    free_run.run_qemu(shell_script(["sleep 1", "echo FAIL"]))
    free_run.match("\\$ sleep 1", "^FAIL$")


@test(10, "by address")
def test_address():
    with open("kernel/kernel.sym") as f:
        address = [int(line[:16], 16) for line in f if line[17:].strip() == "sys_fork"][0]
    free_run.run_qemu(stop_breakpoint(address), timeout=20)
    free_run.match(no=[r"\$ "])


@test(0, "no such symbol")
def test_unknown():
    try:
        free_run.run_qemu(stop_breakpoint("sys_of_a_down"))
    except AssertionError as error:
        assert "sys_of_a_down" in str(error)
    else:
        raise AssertionError("taken")


run_tests()
