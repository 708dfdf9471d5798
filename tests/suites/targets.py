"""The make targets that people and graders use, as they use them."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

from lib.image import FS_IMG
from lib.machine import Failure, ROOT, SCALE, Skipped
from lib.results import Test

ALONE = True  # they work on the checkout itself


def tests(everything):
    return [Test("make " + name, function) for name, function in [
        ("print-gdbport prints the number alone", print_port),
        ("help lists every target", help_lists_all),
        ("fs.img is not rebuilt without need", image_is_kept),
        ("qemu: SIGTERM to make ends QEMU", terminate),
        ("qemu-gdb prints a line and offers the stub", gdb_stub),
        ("kernel.sym: address, blank, name", symbols),
        ("grade: the points of each lab", grade_points),
        ("grade: one test, the last line", grade_one),
        ("with gcc, each warning an error", no_warnings_gcc),
        ("with clang and ld.lld", no_warnings_clang),
        ("ph and barrier: what they build works", thread_lab),
        ("gdb: the commands of .gdbinit", gdb_commands),
        ("check", rules_of_the_source),
        ("check: names in documents and comments that do not exist", names_are_checked),
    ]]


def make(*arguments, **kwargs):
    """A top-level make, whatever make this is called from."""
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return subprocess.Popen(["make", "-s", "--no-print-directory"] + list(arguments), cwd=ROOT,
                            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, start_new_session=True, **kwargs)


def make_output(*arguments):
    process = make(*arguments)
    out, _ = process.communicate(timeout=300 * SCALE)
    if process.returncode != 0:
        raise Failure("make %s failed:\n%s" % (" ".join(arguments), out.decode()))
    return out.decode()


def read_until(process, pattern, timeout):
    """Output up to a match; the process is ended if there is none in time."""
    deadline, text = time.monotonic() + timeout * SCALE, ""
    while not re.search(pattern, text):
        left = deadline - time.monotonic()
        data = b""
        if left > 0 and select.select([process.stdout], [], [], left)[0]:
            data = os.read(process.stdout.fileno(), 65536)
        if not data:
            finish(process)
            raise Failure("no %r in the output of make:\n%s" % (pattern, text))
        text += data.decode("utf-8", "replace")
    return text


def finish(process):
    """What a grader does: SIGTERM to make, which must end QEMU, too."""
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=10 * SCALE)  # ends when the last holder of the pipe does
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise Failure("QEMU did not end within 10 s of a SIGTERM to make") from None


def print_port():
    out = make_output("print-gdbport")
    if not re.fullmatch(r"\d{5}\n", out) or not 20000 <= int(out) < 30000:
        raise Failure("it printed %r" % out)


def help_lists_all():
    out = make_output("help")
    missing = [t for t in ("qemu", "qemu-fs", "qemu-gdb", "gdb", "print-gdbport", "fs.img", "test",
                           "test-all", "usertests", "coverage", "mutants", "grade",
                           "grade-selftest", "ph", "bench", "check", "format", "clean")
               if not re.search(r"^make %s\b" % re.escape(t), out, re.M)]
    if missing:
        raise Failure("not in the list: " + " ".join(missing))


def image_is_kept():
    make_output()
    before = os.stat(FS_IMG)
    make_output("fs.img")
    after = os.stat(FS_IMG)
    if (before.st_ino, before.st_mtime_ns) != (after.st_ino, after.st_mtime_ns):
        raise Failure("fs.img was built again although nothing had changed")


def thread_lab():
    make_output("ph", "barrier")
    for command, pattern in [("ph 2", r"^0: 0 keys missing$"), ("ph 2", r"^1: 0 keys missing$"),
                             ("ph 1", r"^effective: \d+ puts/second, 1\.00 threads at a time$"),
                             ("barrier 2", r"^OK; passed$"), ("barrier 7", r"^OK; passed$")]:
        done = subprocess.run(command.split(), cwd=ROOT,
                              executable=os.path.join(ROOT, "build/host", command.split()[0]),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True,
                              timeout=60 * SCALE)
        if done.returncode or not re.search(pattern, done.stdout, re.M):
            raise Failure("%s: no line like %r:\n%s" % (command, pattern, done.stdout))


def terminate():
    process = make("qemu")
    text = read_until(process, r"\n\$ $", 60)
    finish(process)
    if text.count("xv6") != 1 or text.count("$ ") != 1:
        raise Failure("boot must print `xv6` once and one prompt:\n" + text)


def gdb_stub():
    port = int(make_output("print-gdbport"))
    process = make("qemu-gdb")
    try:
        read_until(process, r"^\*\*\* Now run 'make gdb' in another window\.\n", 60)
        speak_to_stub(port)
    finally:
        finish(process)


def speak_to_stub(port):
    for _ in range(50):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as stub:
                stub.sendall(b"+$?#3f")
                stub.settimeout(5)
                answer = b""
                while b"$T" not in answer:
                    piece = stub.recv(100)
                    if not piece:
                        raise Failure("the stub does not say that the machine is stopped, but %r" %
                                      answer)
                    answer += piece
                return
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise Failure("nothing listens on port %d" % port)


def grade_tests():
    """What `make grade` would run: {lab: [(points, title)]}."""
    out = make_output("grade", "GRADEFLAGS=--list")
    labs = re.split(r"^--- lab (\S+) ---\n", out, flags=re.M)[1:]
    return {lab: [(int(points), title.strip())
                  for points, title in re.findall(r"^ *(\d+)  (.+)$", listed, re.M)]
            for lab, listed in zip(labs[::2], labs[1::2])}


def grade_points():
    tests = grade_tests()
    wrong = {lab: sum(points for points, _ in listed) for lab, listed in tests.items()}
    wrong = {lab: points for lab, points in wrong.items() if points != 100}
    if wrong or not tests:
        raise Failure("points that are not 100: %s" % wrong)


def grade_one():
    """The first test of the last lab, as a course would run it."""
    lab, listed = list(grade_tests().items())[-1]
    title = [title for _, title in listed if "'" not in title][0]
    out = make_output("grade", "LAB=" + lab, "GRADEFLAGS='%s'" % title)
    if not re.search(r"^ *%s: .*OK" % re.escape(title), out,
                     re.M) or not re.search(r"\n[1-9]\d* passed, 0 failed\n$", out):
        raise Failure("no test passed:\n" + out)


def need(word):
    """Skips the test where `make setup-test` would install what that word stands for
    (tools/setup)."""
    missing = subprocess.run(["tools/setup", "--missing"], cwd=ROOT, stdout=subprocess.PIPE,
                             universal_newlines=True)
    found = dict(line.split(": ", 1) for line in missing.stdout.splitlines())
    if word in found:
        raise Skipped("there is no %s" % found[word])


def rules_of_the_source():
    """`make check`; what it could not check is skipped."""
    done = subprocess.run(["tools/check"], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=300 * SCALE)
    if done.returncode:
        return [("the rules of the source", done.stdout)]
    return [("the rules of the source", None)] + [
        (name, Skipped(why)) for name, why in re.findall(r"^skipped: (\w+): (.*)$", done.stdout,
                                                         re.M)]


NAMES = {
    "README.md": "# Top\n\n[a](docs/page.md#a-heading) [b](docs/page.md#another) [c](gone.md) `kernel/f.c:one` `kernel/f.c:two`\n"
                 "`kernel/g.c` `kernel/` `no_such_name` `one()`\n\n{{kernel/f.c:three}}\n",
    "docs/page.md": "# A heading\n\n[back](../README.md#top) `f.c:member`\n",
    "kernel/f.c": "// See docs/page.md, \"A heading\", and docs/page.md, \"Nothing\". f.c:LIMIT, old.c:f\n#define LIMIT 3\n"
                  "struct s {\n    int member;\n};\n\nint one(void)\n{\n    return two(\"no comment: lost.c\");\n}\n",
}
WRONG = ["README.md:3: docs/page.md has no heading #another", "README.md:3: the link leads to gone.md, which is not there",
         "README.md:3: kernel/f.c defines no two", "README.md:4: there is no kernel/g.c",
         "README.md:4: no source has the name no_such_name", "README.md:6: kernel/f.c has no function or structure three to show", "kernel/f.c:1: there is no old.c",
         "kernel/f.c: docs/page.md has no heading \"Nothing\""]


def names_are_checked():
    """tools/refs.py finds each of these, and nothing else."""
    sys.path.insert(0, os.path.join(ROOT, "tools"))
    import refs
    with tempfile.TemporaryDirectory() as folder:
        for path, text in NAMES.items():
            os.makedirs(os.path.join(folder, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
                f.write(text)
        found = ["%s: %s" % each for each in refs.problems(folder)]
    if sorted(found) != sorted(WRONG):
        raise Failure("expected\n    %s\nfound\n    %s" % ("\n    ".join(sorted(WRONG)), "\n    ".join(sorted(found))))


def no_warnings_gcc():
    make_output("WERROR=1", "compile")
    make_output("WERROR=1", "DEBUG=1", "KTEST=1", "test-kernel")


def no_warnings_clang():
    need("clang")
    make_output("LLVM=1", "WERROR=1", "compile")


def gdb_commands():
    """Boots stopped, goes on to a system call, and tries each command."""
    need("gdb")
    gdb = subprocess.run(["tools/find-gdb"], cwd=ROOT, stdout=subprocess.PIPE,
                         universal_newlines=True).stdout.strip()
    process = make("qemu-gdb")
    try:
        read_until(process, "make gdb", 60)
        time.sleep(0.5)
        script = ["hbreak sys_write", "continue", "processes", "root",
                  "set $p = (struct proc *)((char *)all_procs.next - "
                  "(unsigned long)&((struct proc *)0)->all)",
                  "regions $p->as", "translate $p->as->user_root 0x1000", "program init",
                  "info line main", "detach"]
        done = subprocess.run(
            [gdb, "-q", "-nx", "-batch", "-x", ".gdbinit"] +
            [a for c in script for a in ("-ex", c)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True, timeout=60 * SCALE)
    finally:
        finish(process)
    for pattern in (r"^ +1 +0 +running .* init$", r"^  0x0000001000-0x",
                    r"^level 0: entry +1 of table",
                    r"R 1 W 0 X 1 U 1", r"Line \d+ of .user/bin/init.c. "):
        if not re.search(pattern, done.stdout, re.M):
            raise Failure("no line like %r:\n%s" % (pattern, done.stdout))


def symbols():
    with open(os.path.join(ROOT, "kernel", "kernel.sym")) as f:
        lines = f.read().splitlines()
    bad = [line for line in lines if not re.fullmatch(r"[0-9a-f]{16} \S+", line)]
    if bad:
        raise Failure("a line of another form: %r" % bad[0])
    missing = {"sys_sleep", "sys_pause", "syscall"} - {line[17:] for line in lines}
    if missing:
        raise Failure("no symbol " + " ".join(sorted(missing)))
