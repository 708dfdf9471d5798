"""Other machines: processor models and settings, the old virtio interface, a disk that fails."""

import contextlib

from lib.image import copy_image, discard, fsck
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
    ("reads fail", "read_aio", "cat README bench grind sh ls"),
    ("writes fail", "write_aio", "echo words > f; sync; cat f"),
    ("flushes fail", "flush_to_disk", "echo words > f; sync; cat f"),
]


def tests(everything):
    found = [Test("machine: " + name, boots_on, name, extra) for name, extra in MACHINES]
    return found + [Test("disk: " + name, survives, name, event, command)
                    for name, event, command in DISK_ERRORS]


@contextlib.contextmanager
def running(machine, image):
    """A machine on an image of its own: afterwards the image is clean and both are gone."""
    try:
        machine.boot()
        yield
        fsck(image)
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)


def boots_on(name, extra):
    image = copy_image("machine-" + name)
    machine = Machine("machine-" + name, "plain", 2, image=image, limit=60, extra=extra)
    with running(machine, image):
        if machine.run("echo one two | wc").split() != ["1", "2", "8"]:
            raise Failure("a pipeline says something else than 1 2 8")
        machine.poweroff()


# Requests fail from a moment after boot on: blkdebug's state changes with the first flush.
def survives(name, event, command):
    image = copy_image("disk-" + event)
    machine = Machine("disk-" + event, "plain", 2, limit=60, extra=[
        "-blockdev", "driver=file,node-name=img,filename=" + image,
        "-blockdev", "driver=blkdebug,node-name=x0,image=img,"
        "set-state.0.event=flush_to_disk,set-state.0.state=1,set-state.0.new_state=2,"
        "inject-error.0.event=%s,inject-error.0.state=2,inject-error.0.errno=5" % event,
        "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"])
    with running(machine, image):
        machine.run("echo first > g; sync")
        machine.run(command, 30)
        machine.run("echo still here", 30)
        machine.type_command("poweroff")
        machine.wait_end(30)
        if machine.status not in (0, 1):
            raise Failure("QEMU ended with status %d" % machine.status)
