"""grind and stressfs side by side on 4 harts for some minutes (SOAK_MINUTES), in the debug build:
no panic, no report of the lock-order checker, no leak, a clean image. Then as long of
labs/dirtycow."""

import os
import re
import time

from lib.image import copy_image, discard, fsck
from lib.machine import Failure, Machine
from lib.results import Test
from suites import dirtycow, sessions

ALONE = True
MINUTES = float(os.environ.get("SOAK_MINUTES") or 2)


def tests(everything):
    return [Test("soak: grind and stressfs, %g minutes [%s]" %
                 (MINUTES, "isolated" if i else "shared"),
                 soak, i) for i in (False, True)] + [
        Test("soak: dirtycow, %g minutes" % MINUTES, dirtycow.withstands, 4, int(MINUTES * 60))]


def soak(isolate):
    name = "soak-%d" % isolate
    image = copy_image(name)
    machine = Machine(name, "debug", 4, isolate, image=image, limit=MINUTES * 60 + 300)
    try:
        machine.boot()
        sessions.numbers(machine)
        before = sessions.numbers(machine)
        names = list_root(machine)
        machine.type_command("stressfs 2 1000000 &")
        machine.expect("stressfs starting\n")
        machine.type_command("grind")
        end = time.monotonic() + MINUTES * 60
        while time.monotonic() < end:
            watch(machine, min(60, end - time.monotonic()))
        machine.send("\x03")
        machine.read_to_prompt(60)
        end_background(machine, "stressfs")
        for name in list_root(machine) - names:  # what the load left when it was ended
            machine.run("rm -r " + name)
        sessions.check_leaks(machine, before)
        machine.poweroff(60)
        machine.check_qemu_log()
        fsck(image)
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)


def watch(machine, seconds):
    """Reads for that long; the machine must not end meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = machine.text
        if not machine._read(deadline) and machine.process.poll() is not None:
            seen = before[-3000:]
            machine._reap()
            raise Failure("QEMU ended with status %s:\n%s" % (machine.status, seen))
        machine.text = machine.text[-4000:]
        if re.search(r"FAILED|panic", machine.text):
            raise Failure("the load reports:\n" + machine.text)


def end_background(machine, program):
    for line in machine.run("ps").split("\n"):
        words = line.split()
        if words and words[-1] == program:
            machine.run("kill " + words[0])
    time.sleep(1)


def list_root(machine):
    return {line.split()[0] for line in machine.run("ls /").split("\n") if line}
