"""A disk that cannot be written to, and one that does not answer."""

import hashlib
import os
import signal
import socket
import time

from lib.image import copy_image, discard, fsck
from lib.machine import Failure, Machine, WORK
from lib.results import Test
from suites.refusals import Image, LINKS, set_fields

PATIENCE = 3  # seconds that the kernel gives the disk here


def tests(everything):
    found = [Test("disk: read-only [%d harts, %s]" % how, read_only, *how, harts=how[0])
             for how in [(1, "debug"), (2, "plain")]]
    found += [Test("disk: read-only, with changes in its journal", refuses_groups),
              Test("disk: read-only, orphans stay", orphans_stay)]
    found += [Test("disk: %s are not answered [%d harts, %s]" % (what, *how), unanswered, what,
                   *how, harts=how[0])
              for what in ("reads", "writes") for how in [(1, "plain"), (4, "debug")]]
    return found + [Test("disk: a stopped machine is no silent disk", stopped),
                    Test("disk: pages of requests that were given up", pages_are_free)]


class OwnDisk(Machine):
    """A machine whose disk has these options; its monitor listens."""

    def __init__(self, name, options, build="plain", cpus=1, append=""):
        self.path = copy_image(name)
        self.socket = os.path.relpath(os.path.join(WORK, name[:60] + ".monitor"))
        super().__init__(name, build, cpus, append=append, limit=180, extra=[
            "-drive", "file=%s,if=none,format=raw,id=x0%s" % (self.path, options),
            "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0",
            "-monitor", "unix:%s,server,nowait" % self.socket])

    def throttle(self, reads, writes):
        """From now on the disk does so many bytes a second; 0: all it can."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(self.socket)
            monitor.settimeout(20)
            monitor.sendall(b"block_set_io_throttle x0 0 %d %d 0 0 0\n" % (reads, writes))
            said = b""
            while said.count(b"(qemu) ") < 2:  # before the command, and after it
                said += monitor.recv(4096)

    def __enter__(self):
        return self

    def __exit__(self, kind, failure, trace):
        self.kill()
        try:
            if isinstance(failure, Failure):
                raise self.keep_log(failure) from None
        finally:
            discard(self.path)


def content(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).digest()


# --- Read-only ---

def read_only(cpus, build):
    """Every call that would change something fails, all else works, and the disk is as it was."""
    with OwnDisk("read-only-%d" % cpus, "", build, cpus) as machine:
        machine.boot()
        machine.run("readonlytest -p; sync")
        machine.poweroff()
        before = content(machine.path)
        machine.extra[1] += ",readonly=on"
        machine.start(again=True)
        machine.read_to_prompt(30)
        out = machine.run("readonlytest")
        if out != "readonlytest: OK\n":
            raise Failure("readonlytest says:\n" + out)
        for command in ("echo words > f", "mkdir d", "rm README", "mv README f", "ln -s README f",
                        "echo words >> README"):
            out = machine.run(command)
            if "Read-only file system" not in out:
                raise Failure("`%s` says:\n%s" % (command, out))
        if machine.run("cat README | wc; sync; echo still here").split()[3:] != ["still", "here"]:
            raise Failure("a pipeline does not work")
        machine.poweroff()
        machine.check_qemu_log()
        fsck(machine.path)
        if content(machine.path) != before:
            raise Failure("the disk is not as it was")


def change(path, damage):
    image = Image(path)
    damage(image)
    image.file.close()


def first_boot(machine):
    """The device files are made then."""
    machine.boot()
    machine.poweroff()
    machine.extra[1] += ",readonly=on"


def refuses_groups():
    def leave_group(image):
        image.set_journal_header(seq=1)
        image.set_group([image.super["inodestart"]])

    with OwnDisk("read-only-groups", "") as machine:
        first_boot(machine)
        change(machine.path, leave_group)
        before = content(machine.path)
        machine.start(again=True)
        out = machine.wait_end(30)
        if (machine.status != 1
                or "but the disk is read-only: mount it once to be written to\n" not in out
                or "cannot start: the disk cannot be mounted" not in out):
            raise Failure("status %s:\n%s" % (machine.status, out))
        if content(machine.path) != before:
            raise Failure("the disk is not as it was")


def orphans_stay():
    with OwnDisk("read-only-orphans", "") as machine:
        first_boot(machine)
        change(machine.path, set_fields("README", [(LINKS, 0)]))
        before = content(machine.path)
        machine.start(again=True)
        out = machine.expect(r"\$ $", 30)
        if "ireclaim" in out:
            raise Failure("booting prints:\n" + out)
        machine.poweroff()
        if content(machine.path) != before:
            raise Failure("the disk is not as it was")


# --- No answer ---

GIVEN_UP = "disk: no answer within %d s: nothing is read or written any more\n" % PATIENCE
COMMANDS = {"reads": "wc grind usertests", "writes": "echo words > f; sync"}


def unanswered(what, cpus, build):
    """The caller gets an error in time, later ones at once; the rest of the system goes on."""
    with OwnDisk("silent-%s-%d" % (what, cpus), "", build, cpus,
                 "disktimeout=%d" % PATIENCE) as machine:
        machine.boot()
        machine.run("cat README echo ls poweroff | wc; sync")  # in the cache
        machine.throttle(*((1, 0) if what == "reads" else (0, 1)))
        out = machine.run(COMMANDS[what], 30)
        if GIVEN_UP not in out or "Input/output error" not in out:
            raise Failure("`%s` prints:\n%s" % (COMMANDS[what], out))
        out = machine.run("wc mmaptest stressfs sh", 30) + machine.run("echo more > g; sync", 30)
        if "Input/output error" not in out or GIVEN_UP in out:
            raise Failure("later requests:\n" + out)
        if machine.run("cat README | wc; echo still here", 30).split()[3:] != ["still", "here"]:
            raise Failure("what is in the cache cannot be used")
        machine.type_command("poweroff")
        machine.wait_end(30)
        if machine.status not in (0, 1):
            raise Failure("QEMU ended with status %d" % machine.status)


def stopped():
    """The host holds the machine for longer than the disk may take: that counts for nothing."""
    with OwnDisk("silent-stopped", "", append="disktimeout=%d" % (2 * PATIENCE)) as machine:
        machine.boot()
        machine.throttle(1, 0)
        machine.type_command("wc grind usertests")
        time.sleep(0.5)
        machine.process.send_signal(signal.SIGSTOP)
        time.sleep(2 * PATIENCE + 1)
        machine.process.send_signal(signal.SIGCONT)
        end = time.monotonic() + PATIENCE  # half of what it may take
        while time.monotonic() < end:
            machine._read(end)
        if "no answer" in machine.text:
            raise Failure("the disk was given up while the machine did not run:\n" + machine.text)
        machine.expect("no answer within %d s" % (2 * PATIENCE), 30)
        machine.read_to_prompt(30)


BIG = ("grind", "usertests", "mmaptest", "bench", "mapstress", "pgtbltest", "cowtest",
       "symlinktest")


def pages_are_free():
    """A request that was given up writes to no page when the disk goes on at last."""
    with OwnDisk("silent-pages", "", append="disktimeout=%d" % PATIENCE) as machine:
        machine.boot()
        machine.run("cat memkeep > /null")  # in the cache
        machine.throttle(1, 0)
        # Many requests at once: what they were to fill is more than the cache keeps for itself.
        machine.run("".join("(cat %s > /null &); " % name for name in BIG) + "cat sh > /null", 60)
        machine.run("sleep %d" % (10 * (PATIENCE + 2)), 60)
        machine.type_command("memkeep")
        machine.expect("memkeep: filled\n", 60)
        machine.throttle(0, 0)
        time.sleep(1)
        machine.send("\n")
        out = machine.read_to_prompt(60)
        if "memkeep: 0 words are wrong\n" not in out:
            raise Failure("after the disk went on:\n" + out)
