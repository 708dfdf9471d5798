"""docs/usertests.md: which test of usertests shows which behaviour, made from `usertests -l`.

What is known of other kernels of this kind is listed here, in two lists, as numbers and titles. A
test names its items ("known 4", "labs 13"); an item that no program can show says what else does.
"""

import re

from lib.image import copy_image, discard
from lib.machine import Machine

TABLE = "docs/usertests.md"

XV6 = """copyin copyout copyinstr1 copyinstr2 copyinstr3 rwsbrk truncate1 truncate2 truncate3
openiput exitiput iput opentest writetest writebig createtest dirtest exectest pipe1 killstatus
preempt exitwait reparent reparent2 twochildren forkfork forkforkfork mem sharedfd fourfiles
createdelete unlinkread linktest concreate linkunlink subdir bigwrite bigfile fourteen rmdot dirfile
iref forktest sbrkbasic sbrkmuch kernmem MAXVAplus sbrkfail sbrkarg validatetest bsstest bigargtest
argptest stacktest textwrite nowrite pgbug sbrkbugs sbrklast sbrk8000 badarg lazy_alloc lazy_unmap
lazy_copy lazy_sbrk bigdir manywrites badwrite execout diskfull outofinodes""".split()

KNOWN = [
    (1, "a removed directory keeps a dangling ..; walking there panics", ""),
    (2, "many processes with many open files: the in-core inode table is full, panic", ""),
    (3, "a write that fails because its buffer ends in the middle has changed the file", ""),
    (4, "read and write with a negative count", ""),
    (5, "reading 0 bytes from an empty pipe blocks", ""),
    (6, "creating and linking in a removed directory works and leaks", ""),
    (7, "a disk error or a damaged image panics", "host: suites hardware, damage"),
    (8, "no flush of the disk's cache", "host: suite crash (power cuts)"),
    (9, "undefined behaviour at boot",
     "a property of the source: shifts of signed numbers are not used"),
    (10, "page 0 is mapped", ""),
    (11, "logstress overruns its own buffer", "a program's bug; host: suite crash runs ours"),
    (12, "needs Sstc, PMP, hardware that sets A and D", "host: suite hardware"),
    (13, "the link count wraps", ""),
    (14, "the process number wraps", ""),
    (15, "the fault handler tests one page table and maps in another", ""),
    (16, "a lock that is never initialised",
     "no program can tell; the debug kernel's lock checker"),
    (17, "one argument too many overruns the argument vector", ""),
    (18, "the first process is made without checking for memory", "happens before any program"),
    (19, "a parent field written without its lock", ""),
    (20, "an inode freed between being allocated and locked", ""),
    (21, "old translations on the way back to user mode", ""),
    (22, "an inode with a type, no links and no users", ""),
    (23, "dirty copy-on-write: the write intent is lost on a retry", ""),
    (24, "kernel memory taken from the pool of the running process", ""),
    (25, "a per-process kernel page table that is lost, freed or filled wrongly", ""),
    (26, "an unmapped page in a lazy heap is reported, not skipped", ""),
]

LABS = [
    (1, "log recovery leaves buffers pinned", "host: suite crash"),
    (2, "a lost disk completion; DMA into a kernel stack", ""),
    (3, "sleeping with a lock held", "no program can tell; the debug kernel's lock checker"),
    (4, "errors in the middle of a write leak blocks or set a wrong size", ""),
    (5, "fork and exec leak or panic without memory", ""),
    (6, "lock order of wait, exit and reparent", ""),
    (7, "one argument too many; addresses beyond MAXVA; addresses cut to 32 bits", ""),
    (8, "copyout writes to read-only pages", ""),
    (9, "panics on a full disk", ""),
    (10, "killed read without its lock; migration while disabling interrupts", ""),
    (11, "a missed wake-up in the idle loop", ""),
    (12, "printf: buffer overflow, values cut to 32 bits; memmove of 0 bytes", ""),
    (13, "orphaned inodes after a crash; log space off by one", "host: suite crash, for the crash"),
    (14, "the break cut to 32 bits; break over TRAPFRAME; wrap-around", ""),
    (15, "a pipe loses a byte when the copy fails", ""),
    (16, "kernel trap entry and sp; programs without exit() run off main", ""),
    (17, "UART acknowledge, PMP, fences around satp", "host: suite hardware"),
    (18, "deadlock of create, link, unlink; exec with an unaligned or wrapping address", ""),
    (19, "mknod leaves an inode locked", ""),
    (20, "reading a hole allocates a block outside a transaction", ""),
    (21, "no fence.i after exec", "the emulator has no instruction cache to show it"),
    (22, "a path in untouched lazy memory is refused", ""),
    (23, "as known 15", "see there"),
    (24, "fetch faults on lazy pages kill", ""),
    (25, "claims of lost wake-ups that are unfounded", "nothing to show"),
    (26, "as known 11", "see there"),
    (27, "no limit on symbolic links and depth", ""),
    (28, "a buffer that ends exactly at the break is refused", ""),
    (29, "wakeups that lock every process, one lock for the cache", "host: suite bench"),
    (30, "one process uses up everything", ""),
]


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


def items(title, token, known, tests):
    lines = ["## " + title, "", "| | | shown by |", "|---|---|---|"]
    for number, what, instead in known:
        names = ["`%s`" % t.name for t in tests if "%s %d" % (token, number) in t.shows]
        by = "; ".join(filter(None, [" ".join(names), instead])) or "**nothing yet**"
        lines.append("| %s %d | %s | %s |" % (token, number, what, by))
    return lines + [""]


def table():
    tests = rows()
    names = {t.name for t in tests}
    missing = [name for name in XV6 if name not in names]
    lines = ["# What usertests checks", "",
             "`make usertests-table` writes this page from what `usertests -l` prints; `make test` "
             "compares them.", "",
             "xv6's behaviours, by the names its usertests gives them:\n%s." % (
                 "each of the %d has a test of that name below" % len(XV6) if not missing
                 else "missing are " + ", ".join(missing)), ""]
    lines += items("Hazards of kernels of this kind", "known", KNOWN, tests)
    lines += items("Bugs that xv6 had or has", "labs", LABS, tests)
    for slow in (False, True):
        some = [t for t in tests if t.slow == slow]
        lines += ["## %s tests: %d" % ("Slow" if slow else "Quick", len(some)), "",
                  "| test | checks | shows |",
                  "|---|---|---|"]
        lines += ["| `%s` | %s | %s |" % (t.name, t.checks.replace("|", "\\|"), ", ".join(t.shows))
                  for t in some]
        lines.append("")
    return "\n".join(lines)
