"""The kernel's own tests: a KTEST=1 kernel runs them at boot, a line each, and powers off."""

import re

from lib.image import copy_image, discard
from lib.machine import Failure, Machine
from lib.results import Test

SETTINGS = [("ktest", 1, False), ("ktest", 2, True), ("ktest-debug", 1, False),
            ("ktest-debug", 4, True)]


def tests(everything):
    return [Test("%s [%d harts%s]" % (build, cpus, ", isolated" if isolate else ""),
                 run, build, cpus, isolate, harts=cpus) for build, cpus, isolate in SETTINGS]


def run(build, cpus, isolate):
    name = "%s-%d-%d" % (build, cpus, isolate)
    image = copy_image(name)
    machine = Machine(name, build, cpus, isolate, image=image, append="ktest=1")
    try:
        machine.start()
        out = machine.expect(r"^ktest: \d+ passed, \d+ failed\n", 60)
        found = re.findall(r"^ktest (\S.*?): (OK|FAIL.*)$", out, re.M)
        passed, failed = map(int, re.search(r"ktest: (\d+) passed, (\d+) failed", out).groups())
        if len(found) != passed + failed or not found:
            raise Failure("%d result lines, but: %d passed, %d failed" %
                          (len(found), passed, failed))
        machine.check_qemu_log()
        return [(test, None if verdict == "OK" else "%s (log: build/test/%s.log)" % (verdict, name))
                for test, verdict in found]
    finally:
        machine.kill()
        discard(image)
