"""A disk that fails: the k-th read, write or flush of a load fails, once or from then on.

A case is a boot of a small disk whose first process is user/tests/diskcalls.c. It runs a script,
one of LOADS, while the disk, served by lib/nbd.py, fails. The model (lib/diskmodel.py) knows from
the results of the calls what the files must hold. Then the disk is healthy again, and

    the running system has exactly that;
    after the plug was pulled fsck, which replays the journal, finds the disk sound;
    the next boot finds one of the states since the last sync that succeeded;
    after a clean end no block and no inode is lost, and no file without a name is left.

The load "mount" is a boot itself, on a disk whose journal must be replayed and that has a file
without a name.

`make diskfaults` tries each k of each load; the suite takes a sample. A failed case is named so
that `tests/diskfaults NAME` repeats it. SEED=number in the environment repeats a sample.
"""

import os
import random
import re
import subprocess
import threading

from lib.diskmodel import Model, parse_shown
from lib.image import FSCK, MKFS
from lib.machine import Ended, Failure, Machine, ROOT, WORK
from lib.nbd import Disk
from lib.results import Test

CASES, CASES_ALL = 200, 2000
SETTINGS = [("plain", 1), ("plain", 2), ("debug", 1), ("debug", 2)]
KINDS = ("read", "write", "flush")
PROGRAM = os.path.join(ROOT, "build", "user", "_diskcalls")
BLOCKS, LOG_BLOCKS, INODES = 640, 130, 64

BIG = "create %s\nwrite %s 0 60000 1\nwrite %s 60000 60000 1\n"  # 30 blocks: one is indirect
TREE = ["/d/t", "/d/t/a", "/d/t/a/b", "/d/t/a/b/c", "/d/t/e"]


def big(path):
    return BIG.replace("%s", path)


def children(*scripts):
    return "".join("{\n%s}\n" % script for script in scripts)


# Name: what is on the disk before, and what is done while it fails.
LOADS = {
    "start": ("", "run /prog\nrun /prog\nlist /d\nrun /prog\n"),
    "map": (big("/d/m") + "create /d/h\ntrunc /d/h 20000\n",
            "mapread /d/m\nmap /d/m 8192 12288 5\nmap /d/m 110592 8192 6\nmap /d/h 0 8192 7\nfsync "
            "/d/m\n"
            "read /d/m 0 60000\nread /d/m 60000 60000\nmapread /d/h\nmap /d/m 0 4096 8\nmap /d/h "
            "4096 4096 9\nsync\n"),
    "unlink": (big("/d/a") + big("/d/c") + "create /d/b\nwrite /d/b 0 3000 2\nlink /d/b "
               "/d/b2\nmkdir /d/e\n",
               "unlink /d/a\nhold /d/c\nunlink /d/c\nread /d/b 0 3000\nunlink "
               "/d/b\nsync\ndrop\nunlink /d/b2\n"
               "unlink /d/e\ncreate /d/a\nwrite /d/a 0 5000 9\nsync\nunlink /d/a\n"),
    "truncate": (big("/d/1") + "create /d/2\nwrite /d/2 0 5000 2\ncreate /d/3\nwrite /d/3 0 "
                 "3000 3\n",
                 "trunc /d/1 5000\ntrunc /d/1 50000\ntrunc /d/2 100\ntrunc /d/2 6000\ntrunc /d/3 "
                 "0\nsync\n"
                 "trunc /d/1 100001\nwrite /d/3 0 8000 4\ntrunc /d/3 1\ntrunc /d/3 4096\ntrunc "
                 "/d/1 30000\nfsync /d/1\n"),
    "rename": ("mkdir /d/p\nmkdir /d/q\nmkdir /d/p/r\ncreate /d/p/a\nwrite /d/p/a 0 3000 1\ncreate "
               "/d/p/b\n"
               "create /d/q/a\nwrite /d/q/a 0 9000 2\n",
               "rename /d/p/a /d/q/a\nrename /d/p/b /d/p/c\nrename /d/p/r /d/q/r\nmkdir "
               "/d/q/r/s\nsync\n"
               "rename /d/q/r /d/p/z\nlink /d/q/a /d/p/a\nrename /d/q/a /d/p/a\nrename /d/p/z/s "
               "/d/q/s\nfsync /d/p/c\n"),
    "fork": (big("/d/m"),
             children(*("create /d/%d\nwrite /d/%d 0 9000 %d\nmapread /d/m\nread /d/%d 0 "
                        "9000\nfsync /d/%d\nrun /prog\n"
                        "unlink /d/%d\n" % (n, n, n, n, n, n) for n in range(1, 6))) +
             "wait\nlist /d\nsync\n"),
    "append": ("create /d/log\n",
               "".join("append /d/log %d %d\nfsync /d/log\n" % (500 + 900 * n, n)
                       for n in range(6)) +
               "append /d/log 60000 7\nappend /d/log 60000 8\nread /d/log 0 20000\nfsync /d/log\n"),
    "tree": ("", "".join("mkdir %s\n" % d for d in TREE) +
             "create /d/t/a/b/f\nlist /d/t\nsync\nunlink /d/t/a\n"
             "unlink /d/t/a/b/f\n" + "".join("unlink %s\n" % d for d in reversed(TREE)) +
             "sync\nmkdir /d/t\n"),
    "sparse": ("create /d/s\n",
               "write /d/s 0 100 1\nwrite /d/s 98304 5000 2\nwrite /d/s 4292608 3000 3\nfsync "
               "/d/s\nwrite /d/s 2000000 4096 4\n"
               "read /d/s 4292000 2000\nread /d/s 1000000 4096\nmap /d/s 1003520 4096 5\nwrite "
               "/d/s 50000 60000 6\n"
               "sync\nread /d/s 98000 6000\n"),
    "sync": ("create /d/1\ncreate /d/2\n",
             children(
                 *("".join("write /d/%d %d 30000 %d\nread /d/%d 0 40000\n" % (n, 20000 * i, i, n)
                           for i in range(4)) +
                   "trunc /d/%d 50000\ncreate /d/%dx\n" % (n, n) for n in (1, 2))) +
             "sync\nsync\nsync\nwait\nsync\nunlink /d/1\n"),
    "mount": (big("/d/a") + big("/d/c") + "hold /d/a\nunlink /d/a\nsync\ncreate /d/b\nwrite /d/b 0 "
              "9000 3\ntrunc /d/c 5000\n"
              "fsync /d/b\n", ""),
}
MOUNT = "mount"


class Run:
    """A boot of diskcalls on a disk."""

    def __init__(self, name, disk, build, cpus):
        self.machine = Machine(name, build, cpus, limit=60, extra=disk.options())

    def __enter__(self):
        self.machine.start()
        self.own_sum = int(re.search(r"ready (\d+);", self.machine.expect(r"ready \d+;", 30))[1])
        return self

    def __exit__(self, *_):
        self.machine.kill()

    def ask(self, command, answer):
        self.machine.send(command + "\n")
        return self.machine.expect(answer, 30)

    def script(self, part):
        """Without a fault."""
        self.ask("load " + part, "loaded;")
        out = self.ask("go", "done;")
        if re.search(r"^#\d+ -", out, re.M):
            raise Failure("a call fails on a healthy disk:\n" + out)

    def load(self, disk, kind, k, forever):
        """The load; what the program printed."""
        self.ask("load load", "loaded;")
        disk.arm(kind, k, forever)
        out = self.ask("go", "done;")
        return out

    def show(self):
        return parse_shown(self.ask("show", "shown;"))

    def poweroff(self):
        self.machine.send("poweroff\n")
        self.machine.wait_end(30)
        if self.machine.status != 0:
            raise Failure("QEMU ended with status %d" % self.machine.status)
        self.machine.check_qemu_log()


class Bases:
    """The disk of each load before the load, and how many requests of each kind that makes."""

    def __init__(self):
        self.lock = threading.Lock()
        self.made = {}

    def get(self, load):
        with self.lock:
            if load not in self.made:
                self.made[load] = self.make(load)
            return self.made[load]

    def make(self, load):
        disk = Disk(self.make_image(load))
        try:
            with Run("diskfaults-base-" + load, disk, "plain", 1) as run:
                run.script("setup")
                if load != MOUNT:
                    run.poweroff()
            base = bytes(disk.image)
            if load == MOUNT:
                arm_mount(disk, None, None, False)
            with Run("diskfaults-count-" + load, disk, "plain", 1) as run:
                if load != MOUNT:
                    run.load(disk, None, None, False)
                counts = dict(disk.count)
        finally:
            disk.close()
        return base, counts

    @staticmethod
    def make_image(load):
        folder = os.path.join(WORK, "diskfaults-files")
        os.makedirs(folder, exist_ok=True)
        files = [PROGRAM + "=init", PROGRAM + "=prog"]
        end = "" if load == MOUNT else "sync\n"
        scripts = {"setup": "mkdir /d\n" + LOADS[load][0] + end, "load": LOADS[load][1] or "sync\n"}
        for part, script in scripts.items():
            path = os.path.join(folder, "%s-%s" % (load, part))
            with open(path, "w") as f:
                f.write(script)
            files.append("%s=s/%s" % (path, part))
        image = os.path.join(folder, load + ".img")
        subprocess.run([MKFS, image, "-s", str(BLOCKS), "-l", str(LOG_BLOCKS), "-i", str(INODES),
                        *files], check=True)
        with open(image, "rb") as f:
            return f.read()


BASES = Bases()


def arm_mount(disk, kind, k, forever):
    """From power-on until the first process is read."""
    with open(PROGRAM, "rb") as f:
        first = f.read(4096)
    disk.arm(kind, k, forever)
    disk.heal_at = disk.image.index(first)


class Case:
    def __init__(self, load, kind, k, forever, build, cpus):
        self.load, self.kind, self.k = load, kind, k
        self.forever, self.build, self.cpus = forever, build, cpus
        self.kernel = None  # another one than this checkout's
        self.name = "%s-%s-%d-%s-%s-%d" % (load, kind, k, "forever" if forever else "once", build,
                                           cpus)

    @staticmethod
    def named(name):
        load, kind, k, mode, build, cpus = name.split("-")
        return Case(load, kind, int(k), mode == "forever", build, int(cpus))

    def run(self):
        """True if a request has failed."""
        disk = Disk(BASES.get(self.load)[0])
        self.machine = None
        try:
            return self.check(disk)
        except Failure as failure:
            kept = os.path.join(WORK, "diskfault-%s.img.bad" % self.name)
            with open(kept, "wb") as f:
                f.write(disk.image)
            raise self.machine.keep_log("%s (image kept as %s)" %
                                        (failure, os.path.relpath(kept, ROOT))) from None
        finally:
            disk.close()

    def check(self, disk):
        model = Model(LOADS[self.load][0])
        if self.load == MOUNT:
            failed = self.mount(disk, model)
        else:
            failed = self.use(disk, model)
        self.fsck(disk)
        with self.boot(disk) as run:
            model.check_disk(run.show())
            run.poweroff()
        self.fsck(disk, "--no-orphans")
        return failed

    def use(self, disk, model):
        with self.boot(disk) as run:
            out = run.load(disk, self.kind, self.k, self.forever)
            failed = disk.failed > 0
            disk.heal()
            model.follow(LOADS[self.load][1], out, run.own_sum, failed)
            model.check_now(run.show())
        return failed

    def mount(self, disk, model):
        """The system starts, and has what it should; or it says why not and ends."""
        arm_mount(disk, self.kind, self.k, self.forever)
        try:
            with self.boot(disk) as run:
                model.check_now(run.show())
        except Ended:
            if self.machine.status != 1:
                raise
        failed = disk.failed > 0
        disk.heal()
        return failed

    def boot(self, disk):
        run = Run("diskfault-" + self.name, disk, self.build, self.cpus)
        self.machine = run.machine
        self.machine.kernel = self.kernel or self.machine.kernel
        return run

    def fsck(self, disk, *options):
        path = os.path.join(WORK, "diskfault-%s.img" % self.name)
        with open(path, "wb") as f:
            f.write(disk.image)
        done = subprocess.run([FSCK, *options, path], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              universal_newlines=True, timeout=60)
        os.unlink(path)
        if done.returncode:
            raise Failure("fsck: status %d:\n%s" % (done.returncode, done.stdout[:2000]))


def every_case(settings=tuple(SETTINGS)):
    """Each k of each load once for each kind, mode and setting, as an undisturbed run counts
    them."""
    for load in LOADS:
        counts = BASES.get(load)[1]
        for build, cpus in settings:
            for kind in KINDS:
                for k in range(1, counts[kind] + 1):
                    for forever in (False, True):
                        yield Case(load, kind, k, forever, build, cpus)


def sample(settings, number, chance):
    """Every load and kind comes up as often as the others, however many requests it makes."""
    choices = [(load, kind) for load in LOADS for kind in KINDS if BASES.get(load)[1][kind] > 0]
    for i in range(number):
        load, kind = choices[i % len(choices)] if i < len(choices) else chance.choice(choices)
        k = chance.randint(1, BASES.get(load)[1][kind])
        yield Case(load, kind, k, chance.random() < 0.5, *settings)


def notice(kernel, names):
    """What of that kernel the cases show whose names begin so, on one hart; None: nothing."""
    for case in every_case([("plain", 1)]) if names else ():
        if any(case.name.startswith(name + "-") for name in names):
            case.kernel = kernel
            try:
                case.run()
            except Failure as failure:
                return "disk fault %s: %s" % (case.name, str(failure).split("\n")[0])
    return None


def tests(everything):
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 31))
    number = (CASES_ALL if everything else CASES) // len(SETTINGS)
    return [Test("disk faults: %d cases, seed %d [%s, %d harts]" % (number, seed, build, cpus),
                 run_sample, (build, cpus), number, seed) for build, cpus in SETTINGS]


def run_sample(settings, number, seed):
    hit = 0
    for case in sample(settings, number, random.Random("%d %s" % (seed, settings))):
        try:
            hit += case.run()
        except Failure as failure:
            raise Failure("case %s (tests/diskfaults repeats it): %s" %
                          (case.name, failure)) from None
    if hit < number * 0.8:
        raise Failure("only %d of %d cases met their fault" % (hit, number))
