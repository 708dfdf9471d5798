"""Little and much memory, 1 to 8 harts: the system boots and passes sessions."""

import os

from lib.results import Test
from lib.session import Session
from suites import sessions

MEMORY = ("32M", "128M", "2G")
HARTS = (1, 2, 4, 8)


def tests(everything):
    found = []
    names = ["basics"] if not everything else [
        s.name for s in sessions.load_sessions(sessions.FOLDER)
        if not {"mem", "cpus", "isolate", "build"} & set(s.settings)]
    for name in names:
        session = Session(os.path.join(sessions.FOLDER, name + ".txt"))
        for number, (mem, cpus) in enumerate((m, c) for m in MEMORY for c in HARTS):
            isolate, build = number % 2, ("plain", "debug")[number // 2 % 2]
            found.append(Test("size %s, %d harts: %s" % (mem, cpus, name),
                              sessions.play, session, cpus, isolate, build, mem, harts=cpus))
    return found
