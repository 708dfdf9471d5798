"""Scheduling policies: each runs what needs a scheduler, they order differently, and an unknown one is told of."""

import re

from lib import usertests
from lib.image import copy_image, running
from lib.machine import Failure, Machine
from lib.results import Test

POLICIES = ["fifo", "decay"]
SETTINGS = [(1, "debug"), (2, "plain"), (4, "debug")]
SPINNERS = 6
TESTS = "thread_ preempt exit reparent twochildren forkfork wait zombies pause_lasts many_sleepers wakeups_are_prompt pin"


def tests(everything):
    del everything
    found = [Test("sched=%s: processes and threads [%d hart%s, %s]" % (policy, cpus, "" if cpus == 1 else "s", build),
                  areas, policy, cpus, build, harts=cpus)
             for policy in POLICIES for cpus, build in SETTINGS]
    return found + [Test("sched: the policies order differently", different),
                    Test("sched: an unknown policy", unknown)]


def machine_of(name, append, cpus=1, build="plain", extra=()):
    image = copy_image(name)
    return Machine(name, build, cpus, image=image, append=append, limit=600, extra=extra), image


def areas(policy, cpus, build):
    machine, image = machine_of("sched-%s-%d-%s" % (policy, cpus, build), "sched=" + policy, cpus, build)
    with running(machine, image):
        wrong = usertests.failures(usertests.run(machine, "-q " + TESTS))
        if wrong:
            raise Failure("\n".join(wrong))
        machine.poweroff()
        machine.check_qemu_log()


def lag(policy):
    """How many ticks 20 sleeps of one tick take, on a hart on which others compute. The machine's time goes by
    instructions, so a busy host changes nothing."""
    machine, image = machine_of("sched-lag-" + policy, "sched=" + policy, extra=["-icount", "shift=0"])
    with running(machine, image):
        out = machine.run("lag %d" % SPINNERS, 60)
        machine.poweroff()
    return int(re.search(r"took (\d+) ticks", out).group(1))


def different():
    """Round robin makes the sleeper wait for a tick of each of those that compute; decay lets it pass them."""
    fifo, decay = lag("fifo"), lag("decay")
    if fifo < 20 * SPINNERS * 2 // 3 or decay > fifo // 2:
        raise Failure("fifo took %d ticks, decay %d" % (fifo, decay))
    return [("20 sleeps among %d that compute: fifo %d ticks, decay %d" % (SPINNERS, fifo, decay), None)]


def unknown():
    machine, image = machine_of("sched-unknown", "sched=nothing isolate=0")
    with running(machine, image):
        if "no such scheduling policy, fifo is taken: sched=nothing" not in machine.banner:
            raise Failure("nothing was said: %r" % machine.banner)
        machine.poweroff()
