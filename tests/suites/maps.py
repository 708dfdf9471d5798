"""Files in memory, for long: 100,000 random operations against a model on each number of harts;
threads that map, unmap, protect, fork and end at random for some minutes on 4 harts, in the debug
build; the same on 8 harts with little memory, most of which another process holds. SOAK_MINUTES=10
is the length for a change of memory, locks or the scheduler."""

import os
import re

from lib.image import copy_image, running
from lib.machine import Failure, Machine
from lib.results import Test
from suites import sessions

MINUTES = float(os.environ.get("SOAK_MINUTES") or 2)
HARTS = [(1, "plain"), (2, "debug"), (4, "plain"), (8, "debug")]
# The machine's memory, and how many hundredths of what is free a process holds meanwhile.
LITTLE = [("12M", 70), ("128M", 90)]


def tests(everything):
    return ([Test("maps: mapcheck, 100,000 operations [%d harts, %s]" % (cpus, build),
                  run, "mapcheck -n 100000 -s %d" % cpus, cpus, False, build, 1500)
             for cpus, build in HARTS] +
            [Test("maps: mapstress, %g minutes [4 harts, %s, debug]" %
                  (MINUTES, "isolated" if i else "shared"),
                  run, "mapstress -t %d" % (MINUTES * 60), 4, i, "debug", MINUTES * 60 + 120)
             for i in (False, True)] +
            [Test("maps: mapstress, %g minutes [8 harts, debug, %s, %d %% held]" %
                  (MINUTES, mem, percent),
                  run, "mapstress -l -t %d" % (MINUTES * 60), 8, False, "debug", MINUTES * 60 + 240,
                  mem, percent)
             for mem, percent in LITTLE])


def run(command, cpus, isolate, build, limit, mem="128M", held=0):
    """held: so many hundredths of the free memory are held by the program hog meanwhile."""
    program = command.split()[0]
    name = "%s-%d-%d-%s-%s" % (program, cpus, isolate, build, mem)
    image = copy_image(name)
    machine = Machine(name, build, cpus, isolate, image=image, limit=limit + 120, mem=mem)
    with running(machine, image):
        if held:
            machine.type_command("hog %d &" % held)
            machine.expect(r"hog: holds \d+ pages")
        sessions.numbers(machine)
        before = sessions.numbers(machine)
        out = machine.run(command, limit)
        if not re.search("^%s: OK$" % program, out, re.M):
            raise Failure("%s reports:\n%s" % (command, out[-3000:]))
        sessions.check_leaks(machine, before)
        machine.poweroff(60)
        machine.check_qemu_log()
