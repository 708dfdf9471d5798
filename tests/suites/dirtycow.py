"""The attack of labs/dirtycow: a write into a private mapping of a file that may only be read must
not reach the file, and does so in a kernel that makes the historical mistake (BUG=dirtycow)."""

import re

from lib.image import copy_image, running
from lib.machine import Failure, Machine
from lib.results import Test

SHORT, LIMIT = 10, 60


def tests(everything):
    found = [Test("dirtycow: %d seconds, 4 harts" % SHORT, withstands, 4, SHORT)]
    if everything:
        found += [Test("dirtycow: the kernel with the mistake, %d hart%s" % (n, "s" * (n > 1)),
                       falls, n)
                  for n in (1, 2, 4)]
    return found


def attack(build, cpus, seconds):
    """What the program printed."""
    name = "dirtycow-%s-%d-%d" % (build, cpus, seconds)
    image = copy_image(name)
    machine = Machine(name, build, cpus, image=image, limit=seconds + 120)
    with running(machine, image):
        said = machine.run("dirtycow -t %d" % seconds, seconds + 60)
        machine.poweroff()
        machine.check_qemu_log()
    return said


def withstands(cpus, seconds):
    said = attack("plain", cpus, seconds)
    match = re.match(r"dirtycow: not changed in %d seconds, (\d+) tries$" % seconds, said.strip())
    if not match or int(match.group(1)) < 100 * seconds:
        raise Failure("the attack said:\n" + said)


def falls(cpus):
    said = attack("dirtycow", cpus, LIMIT)
    if not re.match(r"dirtycow: the file was changed after \d+ tries, ", said):
        raise Failure("the attack said:\n" + said)
