"""Other machines: processor models and settings, the old virtio interface, a disk that fails."""

import re

from lib.image import copy_image, running
from lib.machine import Failure, Machine
from lib.results import Test

# What each setting takes away or adds; QEMU's default is rv64 with all that it knows.
MACHINES = [
    ("sifive-u54", ["-cpu", "sifive-u54"]),
    ("no PMP", ["-cpu", "rv64,pmp=false"]),
    ("no Sstc", ["-cpu", "rv64,sstc=false"]),
    ("no hypervisor", ["-cpu", "rv64,h=false"]),
    ("vectors", ["-cpu", "rv64,v=true"]),
    ("legacy virtio", ["-global", "virtio-mmio.force-legacy=true"]),
    # One hart: with -icount QEMU runs harts in turn, and one that waits for a lock keeps its turn.
    ("counted instructions", ["-icount", "shift=0", "-smp", "1"]),
    ("advanced interrupts", ["-machine", "aclint=on"]),
]

# QEMU's blkdebug fails requests of that kind; the system goes on and says so.
DISK_ERRORS = [
    ("reads fail", "read", "wc README bench grind ls; ls; sync", "cannot read"),
    ("writes fail", "write", "echo words > f; sync; cat f", "^journal: disk error"),
    ("flushes fail", "flush", "echo words > f; sync; cat f", "^journal: disk error"),
]
# A disk that is attached in another way: its device, and what comes before it.
DISKS = [
    ("without a write cache", "write-cache=off", []),
    ("behind a device that is no disk", "bus=virtio-mmio-bus.1",
     ["-device", "virtio-rng-device,bus=virtio-mmio-bus.0"]),
]

EVENTS = {"read": "read_aio", "write": "write_aio", "flush": "flush_to_disk"}


def tests(everything):
    found = [Test("machine: " + name, boots_on, name, extra) for name, extra in MACHINES]
    found += [Test("disk: " + name, boots_from, name, *how) for name, *how in DISKS]
    found.append(Test("disk: none", no_disk))
    return found + [Test("disk: " + name, survives, name, kind, command, message)
                    for name, kind, command, message in DISK_ERRORS]


def boots_on(name, extra):
    image = copy_image("machine-" + name)
    machine = Machine("machine-" + name, "plain", 2, image=image, limit=60, extra=extra)
    with running(machine, image):
        if machine.run("echo one two | wc").split() != ["1", "2", "8"]:
            raise Failure("a pipeline says something else than 1 2 8")
        # Among others pgaccess: not every processor sets A and D in page table entries by itself.
        if "pgtbltest: all tests succeeded" not in machine.run("pgtbltest", 30):
            raise Failure("pgtbltest fails")
        machine.poweroff()


def boots_from(name, device, extra):
    image = copy_image("disk-" + name)
    machine = Machine("disk-" + name, "plain", 4, limit=60, extra=extra + [
        "-drive", "file=%s,if=none,format=raw,id=x0" % image, "-device",
        "virtio-blk-device,drive=x0," + device])
    with running(machine, image):
        # Many requests at once.
        machine.run("(cat usertests > a &); (cat grind > b &); (cat bench > c &); cat sh > d; sync",
                    30)
        out = machine.run("sleep 50; cat grind | wc; wc b", 30).split()
        if out[:3] != out[3:6] or not out[0].isdigit():
            raise Failure("a copy of grind is not like grind: %s" % " ".join(out))
        machine.poweroff()


def no_disk():
    machine = Machine("disk-none", "plain", 1, limit=60)
    try:
        machine.start()
        out = machine.wait_end(30)
        if machine.status != 1 or "Twofold cannot start: there is no disk" not in out:
            raise Failure("QEMU ended with status %s:\n%s" % (machine.status, out))
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()


# Requests fail from a moment after boot on: blkdebug's state changes with the first flush. It hears
# of that from the node above it.
def survives(name, kind, command, message):
    image = copy_image("disk-" + kind)
    machine = Machine("disk-" + kind, "plain", 2, limit=60, extra=[
        "-blockdev", "driver=file,node-name=img,filename=" + image,
        "-blockdev", "driver=blkdebug,node-name=faulty,image=img,"
        "set-state.0.event=flush_to_disk,set-state.0.state=1,set-state.0.new_state=2,"
        "inject-error.0.event=%s,inject-error.0.iotype=%s,inject-error.0.state=2,"
        "inject-error.0.errno=5" % (EVENTS[kind], kind),
        "-blockdev", "driver=raw,node-name=x0,file=faulty",
        "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"])
    with running(machine, image):
        machine.run("wc poweroff wc cat echo sync")  # now in the cache
        out = machine.run("echo first > g; sync") + machine.run(command, 30)
        if not re.search(message, out, re.M):
            raise Failure("no error was seen, no line like %r in:\n%s" % (message, out))
        machine.run("echo still here", 30)
        machine.type_command("poweroff")
        machine.wait_end(30)
        if machine.status not in (0, 1):
            raise Failure("QEMU ended with status %d" % machine.status)
