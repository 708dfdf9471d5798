"""The program usertests: its quick tests on several machines; with test-all all tests on all."""

import itertools

from lib import usertests
from lib.image import copy_image, running
from lib.machine import Failure, Machine
from lib.results import Test
from lib.testtable import XV6, differences, rows, table

SPREAD = [(2, 0, "plain"), (1, 1, "plain"), (4, 1, "debug"), (8, 0, "debug")]
FULL = list(itertools.product((1, 2, 4, 8), (0, 1), ("plain", "debug")))


def tests(everything):
    found = [Test("usertests: docs/book/hazards.md is what the tests say", hazards_are_true)]
    for options, settings in ((("", FULL),) if everything else (("-q", SPREAD), ("-q -j 3", [(2, 0, "plain")]))):
        for cpus, isolate, build in settings:
            found.append(Test("usertests %s [%d %s, %s, %s]" % (
                options, cpus, "hart" if cpus == 1 else "harts",
                "isolated" if isolate else "shared", build),
                run, options, cpus, isolate, build, harts=cpus, seconds=(60 if options else 300) +
                              10 * cpus))
    return found


def run(options, cpus, isolate, build):
    name = "usertests%s-%d-%d-%s" % (options.replace(" ", ""), cpus, isolate, build)
    image = copy_image(name)
    machine = Machine(name, build, cpus, bool(isolate), image=image, limit=1200)
    with running(machine, image):
        wrong = usertests.failures(usertests.run(machine, options))
        if wrong:
            raise Failure("\n".join(wrong))
        machine.poweroff()
        machine.check_qemu_log()


def hazards_are_true():
    tests = rows()
    wrong = differences(tests)
    text = table(tests)
    wrong += ["no test has the name %s, which xv6's has" % name for name in XV6 if "| `%s` |" % name not in text]
    if wrong:
        raise Failure("\n".join(wrong))
