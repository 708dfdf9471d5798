"""Out of memory at every allocation: the program nomem runs each of its scripts with the first,
second, third ... allocation failing, on a kernel that can do that (KTEST=1)."""

import re

from lib.image import copy_image, discard, fsck
from lib.machine import Failure, Machine
from lib.results import Test
from suites import sessions

SETTINGS = [("ktest", 1, False), ("ktest-debug", 2, True)]


def tests(everything):
    return [Test("failalloc [%s, %d harts]" % (build, cpus), run, build, cpus, isolate, seconds=400)
            for build, cpus, isolate in SETTINGS]


def run(build, cpus, isolate):
    name = "failalloc-%s" % build
    image = copy_image(name)
    machine = Machine(name, build, cpus, isolate, image=image, append="ktest=0", limit=1500)
    try:
        machine.boot(60)
        scripts = machine.run("nomem -l").split()
        if len(scripts) < 10:
            raise Failure("nomem has only %d scripts" % len(scripts))
        sessions.numbers(machine)
        before = sessions.numbers(machine)
        found = []
        for script in scripts:
            out = machine.run("nomem " + script, 120)
            good = re.search(r"^nomem: %s: \d+ failures survived$" % script, out, re.M)
            found.append((script, None if good else out[-2000:]))
        sessions.check_leaks(machine, before)
        machine.poweroff()
        machine.check_qemu_log()
        fsck(image)
        return found
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)
