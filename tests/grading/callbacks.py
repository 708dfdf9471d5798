#!/usr/bin/env python3
"""A grader of 2022's style: lines of the output call functions, which type, look, or end the
run."""

from gradelib import *

r = Runner(save("xv6.out"))


@test(10, "types at a line")
def test_type():
    seen = []

    def ready(line):
        seen.append(line)
        r.qemu.write("typed for it\n")
    r.run_qemu(shell_script(["echo ready; cat"]), call_on_line("^ready$", ready),
               stop_on_line("^typed for it$"),
               timeout=20)
    assert_equal(seen, ["ready"])
    r.match("^typed for it$")


@test(10, "stops at a line")
def test_stop():
    r.run_qemu(shell_script(["echo first; sleep 100; echo second"]), stop_on_line("first"))
    r.match("first", no=["second"])


@test(10, "ends by an exception of its own")
def test_terminate():
    def enough(line):
        raise TerminateTest
    r.run_qemu(call_on_line(".*starting sh", enough), make_args=["CPUS=1"])
    r.match(".* 1 hart,")


@test(10, "a check in the middle")
def test_check():
    def never(line):
        raise AssertionError("bad line: " + line)
    try:
        r.run_qemu(shell_script(["echo bad", "sleep 1000"]), call_on_line("bad", never))
    except AssertionError as error:
        assert_equal(str(error), "bad line: bad")
    else:
        raise AssertionError("it went on")


@test(10, "a monitor of its own, and its test")
def test_own():
    size = []
    get_current_test().on_finish.append(lambda fail: print("finished with %s" % fail))

    def monitor(runner):
        runner.qemu.on_output.append(lambda data: size.append(len(data)))
    r.run_qemu(monitor, shell_script(["echo hi"]))
    assert sum(size) > 10 and "hi\n" in r.qemu.output


run_tests()
