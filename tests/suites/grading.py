"""The library of the labs' graders: graders in the style of several years run on it, each bad end
of a run gets its verdict, nothing is left behind, and tests at once, reports and long output are as
they should be."""

import json
import os
import re
import signal
import subprocess
import time
import xml.etree.ElementTree as xml

from lib.grading import GRADERS, Grader, folder, grade, images_left
from lib.machine import Failure, ROOT, SCALE
from lib.results import Test


def tests(everything):
    found = [Test("grading: " + name, function) for name, function in [
        ("line matching, parents, parts, questions", lines), ("a breakpoint", breakpoint_stops),
        ("callbacks on lines", callbacks), ("machines at once", machines_at_once),
        ("verdicts", verdicts), ("order, parents and parts", order), ("tests at once", at_once),
        ("programs of the host", programs), ("reports", reports),
        ("filters, list, fail-fast", choices), ("long output", long_output)]]
    return found + [Test("grading: ended by " + name, ended_by, number) for name, number in [
        ("SIGINT", signal.SIGINT), ("SIGTERM", signal.SIGTERM), ("SIGKILL", signal.SIGKILL)]] + [
        Test("grading: ended by SIGTERM, side by side", ended_by, signal.SIGTERM, "-j2"),
        Test("grading: ended by SIGKILL, side by side", ended_by, signal.SIGKILL, "-j2")]


def expect(text, *patterns, no=()):
    for pattern in patterns:
        if not re.search(pattern, text, re.M):
            raise Failure("no line matches %r:\n%s" % (pattern, text))
    for pattern in no:
        if re.search(pattern, text, re.M):
            raise Failure("a line matches %r:\n%s" % (pattern, text))


def expect_status(status, wanted, text):
    if status != wanted:
        raise Failure("exit status %s, not %s:\n%s" % (status, wanted, text))


# --- Graders as courses write them ---

def lines():
    where = folder("lines")
    status, text = grade(where, "lines")
    expect(text, r"^== Test usage == $", r"^usage: OK( \(\d+\.\ds\))?$", r"^Part A score: 15/15$",
           r"^  words counted: OK",
           r"^Part B score: 45/45$", r"^time: FAIL", r"^answers-lines.txt: FAIL", r"^Score: 60/65$")
    expect_status(status, 1, text)
    with open(os.path.join(where, "time.txt"), "w") as f:
        f.write("12\n")
    with open(os.path.join(where, "answers-lines.txt"), "w") as f:
        f.write("yes, because of it\n")
    status, text = grade(where, "lines", "TIME", "answers")
    expect(text, "^time: OK$", "^answers-lines.txt: OK$", no=["^Score", "usage"])
    expect_status(status, 0, text)


def breakpoint_stops():
    status, text = grade(folder("breakpoint"), "breakpoint")
    expect(text, "^Score: 30/30$")
    expect_status(status, 0, text)


def callbacks():
    where = folder("callbacks")
    status, text = grade(where, "callbacks", "-v", "--color", "always")
    expect(text, "^Score: 50/50$", "^finished with None$",
           r"\$ make qemu-gdb GDBPORT=\d+ FSIMG=\S+ CPUS=1",
           "\x1b\\[32mOK\x1b\\[0m", no=["Timeout"])
    expect_status(status, 0, text)
    if not os.path.exists(os.path.join(where, "xv6.out")):
        raise Failure("xv6.out was not kept")


def machines_at_once():
    """Each has a console's log, an image and a port of its own."""
    where = folder("machines")
    status, text = grade(where, "callbacks", "-j3")
    expect(text, "^Score: 50/50$", no=["Timeout"])
    expect_status(status, 0, text)
    left = [f for f in os.listdir(where) if f.startswith("xv6.out.")]
    if left:
        raise Failure("it left %s" % left)


# --- Runs that end badly ---

def wrong_kernels(where):
    """Builds the kernels of wrong.S there."""
    with open(os.path.join(ROOT, "build", "config.mk"), encoding="utf-8") as f:
        compiler = re.search(r"^CC := (.*)$", f.read(), re.M)[1].split()
    for kind in ("SILENT", "ENDLESS", "STUCK"):
        subprocess.run(compiler + [
            "-march=rv64imac_zicsr", "-mabi=lp64", "-nostdlib", "-static", "-no-pie",
            "-Wl,-Ttext=0x80000000",
            "-Wl,--build-id=none", "-D" + kind, "-o", os.path.join(where, kind),
            os.path.join(GRADERS, "wrong.S")],
            check=True)
    return where


def verdicts():
    where = folder("endings")
    status, text = grade(where, "endings", "-j2", "pani", "sil", "hang", "end", "killed", "machine",
                         KERNELS=wrong_kernels(where))
    expect_status(status, 1, text)
    for title, words in [
            ("panic at boot",
             r"the kernel panicked: panic: hart \d: kernel/ktest/panic_test\.c:\d+: as asked: 1"),
            ("panic behind the right line",
             r"the kernel panicked: panic: hart \d: .*: assertion failed.*"),
            ("silence at boot", r"the kernel never came to the prompt, within 2 s.*"),
            ("prints without end", r"the kernel prints without end \(more than 0 MB of output, "
             r"waiting for the first prompt\)"),
            ("killed from outside", r"QEMU was killed from outside \(Killed\)"),
            ("no machine", r"QEMU did not start:")]:
        expect(text, r"^%s: FAIL.*\n    %s$" % (title, words))
    expect(text, "^panic that is allowed: OK", "^hang, and yet right: OK", "^Timeout! $",
           r"^hang in a command: FAIL.*\n    MISSING 'this never comes'\n"
           r"    verdict: time was up: 2 s.*, waiting for a prompt after typing 'cat'$",
           r"^    verdict: QEMU ended by itself, with status 0$", r"^      \| backtrace:$",
           r"^      \| make: \*\*\* No rule to make target .there-is-no-such-target-gdb")


def ended_by(number, *options):
    """The grader is ended while a machine runs: it says so, if it can, and all its processes
    end."""
    where = folder("ended-%d%s" % (number, "".join(options)))
    # With -j, a second family makes that there are workers.
    grader = Grader(where, "endings", "waits", *(["right", "-j2"] if options else []),
                    KERNELS=where, LIMIT="300")
    try:
        wait_for_log(grader, where)
        began = time.monotonic()
        os.kill(grader.process.pid, number)
        status, text = grader.wait(15)
    finally:
        grader.end()
    if time.monotonic() - began > 20 * SCALE:
        raise Failure("that took %.0f s" % (time.monotonic() - began))
    if number != signal.SIGKILL:
        expect_status(status, 128 + number, text)
        expect(text, r"^\*\*\* interrupted \(%s\): \d of \d tests did not end$" %
               signal.Signals(number).name)
    if images_left():
        raise Failure("images are left: %s" % images_left())


def wait_for_log(grader, where):
    """Until a machine of it has come to where it waits."""
    deadline = time.monotonic() + 60 * SCALE
    while time.monotonic() < deadline:
        for name in os.listdir(where):
            if name.startswith("xv6.out"):
                with open(os.path.join(where, name), errors="replace") as f:
                    if "\nwaiting\n" in f.read():
                        return
        time.sleep(0.1)
    raise Failure("its machine never came so far:\n" + grader.printed())


# --- Tests without a machine ---

def fake(name):
    """A folder whose Makefile starts no QEMU."""
    where = folder(name, linked=())
    with open(os.path.join(where, "Makefile"), "w") as f:
        f.write("all:\n\t@true\nfs.img:\n\t@echo > fs.img\n"
                "qemu-gdb:\n\t@exec python3 %s/fake_machine.py $(GDBPORT) $(MB)\n" % GRADERS)
    return where


def order():
    status, text = grade(fake("order"), "order", ONE="1")
    titles = re.findall("^== Test (.*) == $", text, re.M)
    wanted = ["slow one", "  child of it", "slow two", "that fails", "  needs it", "  needs that",
              "breaks"]
    if titles != wanted:
        raise Failure("the order is %s" % titles)
    expect(text, r"^slow one: OK \([1-9]\d*\.\ds\)$", "^  child of it: OK",
           "^Part one score: 25/25$", "^that fails: FAIL",
           "^    GOOD some line$", "^    BAD  bad line$", "^    MISSING 'absent <&>'$",
           r"^    \.\.\.$",
           "^    Parent failed: test_that_fails$", "^    Parent failed: test_needs$",
           "^    the test itself broke:",
           "^Part two score: 0/15$", "^Score: 25/40$", no=["it ran"])
    expect_status(status, 1, text)
    status, text = grade(fake("order"), "order", "--list", ANSWERS="1")
    expect(text, "^  10  slow one$", "^   5  answers-order.txt$", "^   1  time$")


def at_once():
    """Families run at once, a child behind its parent and with what that left; the output of each
    in one piece."""
    began = time.monotonic()
    status, text = grade(fake("at-once"), "order", "-j3", "slow", "child")
    took = time.monotonic() - began
    expect(text, "^slow one: OK.*(\n.*)*^  child of it: OK",
           "^== Test   child of it == \nthe child speaks\n  child of it: OK$",
           "^slow two: OK")
    expect_status(status, 0, text)
    if took > 1.8 * SCALE and SCALE == 1 and os.getloadavg()[0] < 1:
        raise Failure("two tests of a second each took %.1f s" % took)
    status, text = grade(fake("at-once"), "order", "-j4")
    expect(text, "^Part one score: 25/25$", "^Part two score: 0/15$", "^Score: 25/40$",
           "Parent failed: test_needs$")
    expect_status(status, 1, text)


def programs():
    status, text = grade(fake("programs"), "programs", "-j4")
    expect(text, "^ends: OK", "^hangs: FAIL.*\n    sleep 100 did not end within 1 s$", "^makes: OK",
           "^fails: FAIL.*\n    sh -c echo no; exit 3 ended with status 3:\n    no$",
           r"^cannot make: FAIL.*\n    make nothing failed:\n    make: \*\*\* No rule to make "
           r"target", "^Score: 2/5$")
    expect_status(status, 1, text)


def reports():
    for jobs in ("-j1", "-j4"):
        where = fake("reports" + jobs)
        grade(where, "order", jobs, "--json", "all.json", "--junit", "junit.xml", "--results",
              "results.json", ONE=jobs[2:])
        check_json(where)
        check_junit(where)
    grade(where, "order", "--results", "part.json", "slow")
    if os.path.exists(os.path.join(where, "part.json")):
        raise Failure("--results was written with a filter")


def check_json(where):
    with open(os.path.join(where, "all.json")) as f:
        said = json.load(f)
    with open(os.path.join(where, "results.json")) as f:
        points = json.load(f)
    sums = [said[k] for k in ("points", "possible", "passed", "failed")]
    needs = said["tests"][4]
    if sums not in ([25, 40, 3, 4], [15, 40, 2, 5]) or len(said["tests"]) != 7:
        raise Failure("all.json: %s" % said)
    if (needs["title"], needs["ok"], needs["parent"], needs["failure"], needs["possible"]) != (
            "needs it", False, "that fails", "Parent failed: test_that_fails", 3):
        raise Failure("all.json: %s" % needs)
    if points.get("slow one") != 10 or points.get("that fails") != 0 or "breaks" in points:
        raise Failure("results.json: %s" % points)


def check_junit(where):
    suite = xml.parse(os.path.join(where, "junit.xml")).getroot()
    failed = {case.get("name"): case.find("failure") for case in suite
              if case.find("failure") is not None}
    if suite.get("tests") != "7" or int(suite.get("failures")) != len(failed):
        raise Failure("junit.xml: %s" % suite.attrib)
    if "absent <&>" not in failed["that fails"].text or "? of a kind" not in failed["breaks"].text:
        raise Failure("junit.xml: %s" % {k: v.text for k, v in failed.items()})


def choices():
    where = fake("choices")
    for jobs, first, none in (("-j1", "that fails", "breaks: FAIL"),
                              ("-j2", "(that fails|breaks)", "Score")):
        status, text = grade(where, "order", "--fail-fast", "fail", "needs", "breaks", jobs)
        expect(text, "^%s: FAIL" % first, no=[none])
        expect_status(status, 1, text)
    status, text = grade(where, "order", "CHILD OF")
    expect(text, "^slow one: OK", "^  child of it: OK", no=["slow two", "Score", "Part"])
    status, text = grade(where, "order", "no such title")
    expect_status(status, 1, text)


def long_output():
    """The time per megabyte does not grow; what is too much ends the run."""
    where = fake("long")
    status, text = grade(where, "long")
    expect(text, "^some: OK", "^much: OK",
           r"^too much: FAIL.*\n    the kernel prints without end \(more than 16 MB of output")
    short, long = map(float, re.findall(r"^TOOK ([\d.]+)$", text, re.M)[:2])
    if long > 24 * short:
        raise Failure("3 MB took %.2f s, 24 MB %.2f s" % (short, long))
    size = os.path.getsize(os.path.join(where, "xv6.out.too_much"))
    if not 16 << 20 <= size <= 20 << 20:
        raise Failure("the log of too much output has %d bytes" % size)
