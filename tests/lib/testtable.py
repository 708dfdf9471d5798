"""What the tests of usertests check and show, made from `usertests -l`.

A test names the hazards that it shows absent ("known 4", "labs 13"). docs/book/hazards.md lists them,
with the names of the tests; an item that no program can show says what else does.
"""

import os
import re

from lib.image import copy_image, discard
from lib.machine import Machine, ROOT

TABLE = "build/usertests.md"
HAZARDS = "docs/book/hazards.md"

XV6 = """copyin copyout copyinstr1 copyinstr2 copyinstr3 rwsbrk truncate1 truncate2 truncate3
openiput exitiput iput opentest writetest writebig createtest dirtest exectest pipe1 killstatus
preempt exitwait reparent reparent2 twochildren forkfork forkforkfork mem sharedfd fourfiles
createdelete unlinkread linktest concreate linkunlink subdir bigwrite bigfile fourteen rmdot dirfile
iref forktest sbrkbasic sbrkmuch kernmem MAXVAplus sbrkfail sbrkarg validatetest bsstest bigargtest
argptest stacktest textwrite nowrite pgbug sbrkbugs sbrklast sbrk8000 badarg lazy_alloc lazy_unmap
lazy_copy lazy_sbrk bigdir manywrites badwrite execout diskfull outofinodes""".split()

class Row:
    def __init__(self, name, checks, shows, slow):
        self.name, self.checks, self.slow = name, checks, slow
        self.shows = [word.strip() for word in shows.split(",") if word.strip()]


def rows():
    """The tests as usertests itself lists them."""
    image = copy_image("testtable")
    machine = Machine("testtable", cpus=1, image=image)
    try:
        machine.boot()
        out = machine.run("usertests -l", 60)
        machine.poweroff()
    finally:
        machine.kill()
        discard(image)
    found = re.findall(r"^(\S+) +(\(slow\) )?(.*) \[(.*)\]$", out, re.M)
    return [Row(name, checks, shows, bool(slow)) for name, slow, checks, shows in found]


def hazards():
    """{"known 4": the names of tests that the page gives}."""
    with open(os.path.join(ROOT, HAZARDS), encoding="utf-8") as f:
        lines = re.findall(r"^\| ((?:known|labs) \d+) \|.*\| (.*) \|$", f.read(), re.M)
    return {item: set(re.findall(r"`(\w+)`", by)) for item, by in lines}


def differences(tests):
    """Where the page and the tests disagree, a line for each."""
    told, shown = hazards(), {}
    for t in tests:
        for item in t.shows:
            if re.fullmatch(r"(known|labs) \d+", item):
                shown.setdefault(item, set()).add(t.name)
    return ["%s: %s names %s, the tests that show it are %s" % (
        item, HAZARDS, " ".join(sorted(told.get(item, {"no such item"}))) or "none",
        " ".join(sorted(shown.get(item, ()))) or "none")
        for item in sorted(set(told) | set(shown)) if told.get(item) != shown.get(item, set())]


def table(tests):
    names = {t.name for t in tests}
    missing = [name for name in XV6 if name not in names]
    lines = ["# What usertests checks", "",
             "Written by `make usertests-table` from what `usertests -l` prints.", "",
             "xv6's behaviours, by the names its usertests gives them: %s." % (
                 "each of the %d has a test of that name below" % len(XV6) if not missing
                 else "missing are " + ", ".join(missing)), ""]
    for slow in (False, True):
        some = [t for t in tests if t.slow == slow]
        lines += ["## %s tests: %d" % ("Slow" if slow else "Quick", len(some)), "",
                  "| test | checks | shows |",
                  "|---|---|---|"]
        lines += ["| `%s` | %s | %s |" % (t.name, t.checks.replace("|", "\\|"), ", ".join(t.shows))
                  for t in some]
        lines.append("")
    return "\n".join(lines)
