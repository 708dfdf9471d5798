"""Shell sessions (tests/sessions/*.txt) on many settings of the machine.

Around each session: free memory, processes, open files, in-core inodes and disk space are the
same before and after; the system powers off cleanly; QEMU saw nothing forbidden; fsck finds the
image clean.
"""

import itertools
import os
import re
import time

from lib.image import copy_image, discard, fsck
from lib.machine import Failure, Machine, ROOT
from lib.results import Test
from lib.session import load_sessions

FOLDER = os.path.join(ROOT, "tests", "sessions")

# Harts, isolated, kernel. `make test` takes this spread, in which each pair of harts and
# isolation occurs; `make test-all` takes all twelve.
SPREAD = [(1, 0, "plain"), (1, 1, "debug"), (2, 0, "debug"), (2, 1, "plain"),
          (4, 0, "plain"), (4, 1, "debug")]
FULL = list(itertools.product((1, 2, 4), (0, 1), ("plain", "debug")))


FREE = ("can still be promised", "free", "free inodes")


def tests(everything):
    found = []
    for session in load_sessions(FOLDER):
        for cpus, isolate, build in settings_of(session, everything):
            found.append(Test("session %s [%d %s, %s, %s]" % (
                session.name, cpus, "hart" if cpus == 1 else "harts",
                "isolated" if isolate else "shared", build), play, session, cpus, isolate, build,
                              harts=cpus))
    return found


def settings_of(session, everything):
    """A session that restricts a setting is run on all combinations of what it names."""
    wanted = [session.settings.get(key) for key in ("cpus", "isolate", "build")]
    if not any(wanted):
        return FULL if everything else SPREAD
    cpus, isolate, build = (w or d for w, d in zip(wanted, (["2"], ["0"], ["plain"])))
    return [(int(c), int(i), b) for c, i, b in itertools.product(cpus, isolate, build)]


def numbers(machine):
    """What `free` tells and a session must leave as it was, as a dictionary."""
    machine.run("sync", 60)
    out = machine.run("free", 60)
    found = {name.strip(): int(value) for name, value in re.findall(
        r"^(can still be promised|free|free inodes) +(\d+)", out, re.M)}
    in_use = re.search(r"^in use: .*", out, re.M)
    found.update((name, int(value)) for name, value in
                 re.findall(r"([a-z ]+\w) (\d+)", in_use.group(0) if in_use else ""))
    if "can still be promised" not in found or " small objects" not in found:
        raise Failure("`free` printed something else:\n" + out)
    return found


def check_leaks(machine, before):
    """Orphans and the journal need a moment: look a few times before calling it a leak."""
    for attempt in range(8):
        after = numbers(machine)
        lost = [key for key in before if worse(key, before[key], after[key])]
        if not lost:
            return
        time.sleep(0.05 * 2 ** attempt)
    raise Failure("a leak: these differ before and after the session:\n" + "\n".join(
        "    %-22s %d -> %d" % (key, before[key], after[key]) for key in lost))


def worse(key, before, after):
    """Free things have become less, things in use more."""
    return after < before if key in FREE else after > before


def play(session, cpus, isolate, build, mem=None):
    name = "%s-%d-%d-%s%s" % (session.name, cpus, isolate, build, "-" + mem if mem else "")
    image = copy_image(name)
    machine = Machine(name, build, cpus, bool(isolate), mem or session.values("mem", ["128M"])[0],
                      image, limit=float(session.values("limit", ["240"])[0]))

    def reboot(same, clean):
        if clean:
            same.poweroff()
        else:
            same.kill()
        same.start(again=True)
        same.read_to_prompt(30)

    try:
        machine.boot()
        leaks = "noleak" not in session.settings
        if leaks:
            numbers(machine)  # the first run fills caches
            before = numbers(machine)
        if session.play(machine, reboot):
            if leaks:
                check_leaks(machine, before)
            machine.poweroff()
        machine.check_qemu_log()
        fsck(image)
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)
