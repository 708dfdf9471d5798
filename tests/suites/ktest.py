"""The kernel's own tests: a KTEST=1 kernel runs them at boot, a line each, and powers off."""

import os
import re
import subprocess

from lib.image import MKFS, copy_image, discard
from lib.machine import Failure, Machine, ROOT, WORK
from lib.results import Test

SETTINGS = [("ktest", 1, False), ("ktest", 2, True), ("ktest-debug", 1, False),
            ("ktest-debug", 4, True)]


def tests(everything):
    return [Test("%s [%d harts%s]" % (build, cpus, ", isolated" if isolate else ""),
                 run, build, cpus, isolate, harts=cpus) for build, cpus, isolate in SETTINGS] + \
        [Test("mounting is quick: " + size, mount_quickly, size) for size in ("64M", "64G")]


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


def notice(name, kernel):
    """What of that kernel its own tests find wrong, on one hart; None: nothing."""
    image = copy_image("ktest-" + name)
    machine = Machine("ktest-" + name, "ktest", 1, image=image, append="ktest=1", limit=120)
    machine.kernel = kernel
    try:
        machine.start()
        out = machine.expect(r"^ktest: \d+ passed, \d+ failed\n|panic: hart.*\n", 100)
        wrong = re.search(r"^ktest \S.*: FAIL.*$|panic: hart.*$", out, re.M)
        return wrong and wrong[0]
    except Failure as failure:
        return "ktest: " + str(failure).split("\n")[0]
    finally:
        machine.kill()
        discard(image)


def mount_quickly(size):
    """Instructions for counting what is free, on a sparse disk of that size: less than one for two
    blocks, and 64 for an inode."""
    image = os.path.join(WORK, "mount-%s.img" % size)
    programs = [os.path.join(ROOT, "build", "user", "_" + name) for name in ("init", "sh")]
    subprocess.run([MKFS, image, "-s", size, *programs], check=True, timeout=60)
    machine = Machine("mount-" + size, "ktest", 1, image=image, append="ktest=1", limit=120,
                      extra=["-icount", "shift=0"])
    try:
        machine.start()
        out = machine.expect(r"^mounting: .*\n", 100)
        took, blocks, inodes = map(int, re.search(r"^mounting: (\d+) \D*(\d+) \D*(\d+) ", out,
                                                  re.M).groups())
        if took > blocks // 2 + 64 * inodes:
            raise Failure("%d instructions for %d blocks and %d inodes" % (took, blocks, inodes))
        return [("%d instructions for %d blocks and %d inodes" % (took, blocks, inodes), None)]
    finally:
        machine.kill()
        discard(image)
