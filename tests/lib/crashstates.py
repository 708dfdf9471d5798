"""Power cuts on the host: runs build/host/crashstates (tests/crash/) on a small image of its
own."""

import os
import re
import shutil
import subprocess

from lib import mutants
from lib.image import MKFS, discard
from lib.machine import Failure, ROOT, WORK

CRASHSTATES = os.path.join(ROOT, "build", "host", "crashstates")
MUTANTS = os.path.join(ROOT, "tests", "crash", "mutants")
# few: so that disks fill, the journal's ring turns, and a state costs little
BLOCKS, INODES = 420, 64


def journal_blocks():
    """The shortest journal that kernel/fs.h allows."""
    with open(os.path.join(ROOT, "kernel", "fs.h"), encoding="utf-8") as f:
        formula = re.search(r"#define NLOG_MIN +(.*?) *//", f.read())[1]
    with open(os.path.join(ROOT, "kernel", "param.h"), encoding="utf-8") as f:
        most = re.search(r"#define MAXOPBLOCKS +(\d+)", f.read())[1]
    return eval(formula.replace("MAXOPBLOCKS", most), {"__builtins__": {}})


def make_image(name):
    os.makedirs(WORK, exist_ok=True)
    path = os.path.join(WORK, name + ".img")
    subprocess.run([MKFS, path, "-s", str(BLOCKS), "-i", str(INODES), "-l", str(journal_blocks())],
                   check=True,
                   stdout=subprocess.DEVNULL)
    return path


class Hunt:
    """One run: `failed`, and what was `said`: its last lines."""

    def __init__(self, states, seed, *options, program=CRASHSTATES, name="crashstates", echo=False):
        image = make_image(name + "-base")
        command = [program, "-n", str(states), "-s", str(seed), "-k", os.path.join(WORK, name),
                   *options, image]
        try:
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  cwd=ROOT,
                                  universal_newlines=True) as process:
                lines = []
                for line in process.stdout:
                    lines.append(line)
                    if echo and re.match(r"\d+ of ", line):
                        print("      crash states: " + line, end="", flush=True)
        finally:
            discard(image)
        self.status = process.returncode
        self.said = "".join(line for line in lines if not re.match(r"\d+ of ", line))
        if self.status not in (0, 1):
            raise Failure("%s ended with status %d:\n%s" % (" ".join(command), self.status,
                                                            "".join(lines)[-3000:]))
        self.failed = self.status == 1

    @property
    def states(self):
        return int(re.search(r"^(\d+) distinct states", self.said, re.M)[1])

    @property
    def reason(self):
        """What was found, in a line."""
        found = re.search(r"^(?:state|life) \S+?:? (.*)", self.said, re.M)
        return found[1] if found else ""


class FaultyKernel:
    """A copy of kernel/ in which one fault at a time is put, and the program made of it."""

    def __init__(self):
        self.tree = os.path.join(ROOT, "build", "crash-mutants")
        self.program = os.path.join(self.tree, "crashstates")
        shutil.rmtree(self.tree, ignore_errors=True)  # objects, too: they may be of a fault
        shutil.copytree(os.path.join(ROOT, "kernel"), os.path.join(self.tree, "kernel"))

    def build(self, mutant):
        mutant.put_into(self.tree)
        try:
            done = subprocess.run(
                ["make", "CRASH_KERNEL=build/crash-mutants", "CRASH_OUT=build/crash-mutants",
                 "build/crash-mutants/crashstates"], cwd=ROOT, env=mutants.plain_environment(),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        finally:
            for name in mutant.files:
                shutil.copyfile(os.path.join(ROOT, name), os.path.join(self.tree, name))
        if done.returncode != 0:
            raise Failure("%s does not compile:\n%s" % (mutant.name, done.stdout[-3000:]))

    def notices(self, mutant, states, seed):
        """After how many states, and by what; None if nothing."""
        self.build(mutant)
        try:
            hunt = Hunt(states, seed, program=self.program, name="crash-mutant")
        except Failure as failure:  # a crash or a hang
            return str(failure).split("\n")[0]
        finally:
            discard(os.path.join(WORK, "crash-mutant.img"))
        return "state %d: %s" % (hunt.states, hunt.reason) if hunt.failed else None


def crash_mutants(names=()):
    return mutants.mutants(names, MUTANTS)
