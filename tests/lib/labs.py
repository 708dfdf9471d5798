"""The labs' mutants: copies of the tree with one small fault each, and what the lab's grader makes
of them.

A mutant of a lab is a file in tests/mutants/LAB/, as all mutants are (lib/mutants.py). undone.fault
takes the exercise out: a grader must give it less than ENOUGH of 100 points.
"""

import json
import os
import signal
import subprocess

from grading.labs import ORDER, PREFIX, labs
from lib import mutants
from lib.machine import Failure, ROOT, SCALE
from lib.mutants import Tree, plain_environment

WORK = os.path.join(ROOT, "build", "grade-selftest")
COPIED = ("Makefile", ".gdbinit.tmpl", "README", "gradelib.py", "grading", "kernel", "user", "mkfs",
          "labs", "tools",
          "tests/crash")
UNDONE = "undone"
ENOUGH = 20
LONGEST = 900  # seconds of one grader


def folders():
    """The labs that have mutants."""
    return [lab for lab in ORDER if os.path.isdir(os.path.join(mutants.FOLDER, lab))]


def mutants_of(lab, names=()):
    """The undone lab comes first: it takes longest."""
    folder = os.path.join(mutants.FOLDER, lab)
    found = mutants.mutants(names, folder) if os.path.isdir(folder) else []
    return sorted(found, key=lambda m: m.name != UNDONE)


class Answer:
    """What a grader said: points of possible, and the test that failed first."""

    def __init__(self, said):
        self.points, self.possible = said["points"], said["possible"]
        failed = [t for t in said["tests"] if t["ok"] is False]
        self.noticed = failed[0]["title"] if failed else None
        self.how = failed[0]["verdict"] if failed else None
        self.why = (failed[0]["failure"] or "").split("\n")[0] if failed else ""

    @property
    def full(self):
        return self.points == self.possible and self.noticed is None


class LabTree(Tree):
    """A copy of all that a grader needs."""

    def __init__(self, index):
        super().__init__(index, WORK, COPIED + tuple(PREFIX + lab for lab in labs(ROOT)))
        self.process, self.stopped = None, False

    def grade(self, lab, mutant, *options):
        """Builds the tree with that fault, or None, and runs the lab's grader. Raises Failure."""
        try:
            if mutant:
                mutant.put_into(self.path)
            self._make()
            return self._run(lab, options)
        finally:
            for name in mutant.files if mutant else ():
                self.restore(name)

    def _make(self):
        status, said = self._call(["make", "-j2"], LONGEST)
        if status != 0 or "warning:" in said:
            raise Failure("does not compile without a word:\n" + said[-3000:])

    def _run(self, lab, options):
        path = os.path.join(self.path, "build", "grade", lab + ".json")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            os.unlink(path)
        status, said = self._call(["./" + PREFIX + lab, "--json", path] + list(options),
                                  LONGEST * SCALE)
        if not os.path.exists(path):
            raise Failure("the grader did not come to its end (status %d):\n%s" %
                          (status, said[-3000:]))
        with open(path, encoding="utf-8") as f:
            return Answer(json.load(f))

    def _call(self, argv, limit):
        if self.stopped:
            raise Failure("stopped")
        env = dict(plain_environment(), GRADER_PARENT=str(os.getpid()))
        self.process = subprocess.Popen(argv, cwd=self.path, env=env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            said = self.process.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            self._end()
            said = self.process.communicate()[0] + b"\nit took too long"
        return self.process.returncode, said.decode("utf-8", "replace")

    def stop(self):
        """Ends what runs in it, and lets nothing more be started."""
        self.stopped = True
        self._end()

    def _end(self):
        """A grader ends its machines then."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
