"""Power cuts.

Killed: QEMU is killed at random moments under load; the next boot recovers, and after a clean end
fsck finds nothing. Files that were unlinked while open are reclaimed.

Replayed: QEMU logs each write and each flush of the disk under load. From that log the test makes
the disk as a power cut could leave it: at a random moment, with everything up to the last flush,
and of the later writes, which a volatile cache may have lost, a random part, in pieces of 512
bytes. fsck, which replays the journal first, must find each such disk sound.
"""

import os
import random
import re
import struct
import subprocess
import time

from lib.image import FSCK, FSUTIL, copy_image, discard, fsck
from lib.machine import Failure, Machine, ROOT, WORK
from lib.results import Test
from suites import sessions

LOADS = ["logstress -n 0 f0 f1 f2 f3", "stressfs 4 10000", "grind"]
KILLS = 30
CUTS = 150
SECTOR = 512
FLUSH_FLAG = 1


def tests(everything):
    kills = [Test("crash: killed under %s [%s]" % (load.split()[0], build), kill_repeatedly, load,
                  build)
             for load, build in [(LOADS[0], "plain"), (LOADS[1], "plain"), (LOADS[2], "debug")]]
    cuts = [Test("crash: power cut under %s" % load.split()[0], cut_power, load) for load in LOADS]
    return kills + cuts + [Test("crash: unlinked while open: " + name, reclaim, name)
                           for name in ("forphan", "dorphan")]


def kill_repeatedly(load, build):
    chance = random.Random(20250)
    name = "crash-%s-%s" % (load.split()[0], build)
    image = copy_image(name)
    machine = Machine(name, build, 2, image=image, limit=60)
    try:
        for number in range(KILLS):
            delay = chance.uniform(0.02, 1.5)
            where = "round %d, killed after %.3f s of `%s`" % (number, delay, load)
            try:
                machine.boot()
                machine.type_command(load)
                time.sleep(delay)
                machine.kill()
                machine.boot()
                machine.run("echo alive > alive; sync; rm alive")
                machine.poweroff()
                fsck(image)
                check_records(image)
            except Failure as failure:
                raise machine.keep_log("%s: %s" % (where, failure)) from None
    finally:
        machine.kill()
        discard(image)


def check_records(image):
    """logstress writes 2,000 bytes of one letter at a time: a write is there whole or not at
    all."""
    for name in ("f0", "f1", "f2", "f3"):
        done = subprocess.run([FSUTIL, image, "cat", name], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60)
        if done.returncode:
            continue  # not yet made
        if len(done.stdout) % 2000 or len(set(done.stdout)) > 1:
            raise Failure("%s has %d bytes, of %d kinds: a write is torn" %
                          (name, len(done.stdout), len(set(done.stdout))))


# --- Power cuts, from a log of the disk's writes ---

class WriteLog:
    """What QEMU's blklogwrites filter wrote (the format of Linux's dm-log-writes): a superblock,
    then for each request a block with where, how much and flags, and its data."""

    MAGIC = 0x6A736677736872

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        magic, version, count, unit = struct.unpack_from("<QQQI", data)
        if magic != self.MAGIC or version != 1:
            raise Failure("%s is no log of writes" % path)
        self.entries = []  # (offset, bytes), or None for a flush
        at = unit
        for _ in range(count):
            sector, sectors, flags, _length = struct.unpack_from("<QQQQ", data, at)
            at += unit
            if flags & FLUSH_FLAG:
                self.entries.append(None)
            if sectors and not flags & 4:
                self.entries.append((sector * unit, data[at:at + sectors * unit]))
                at += sectors * unit

    def flushes(self):
        return sum(entry is None for entry in self.entries)


def apply(image, offset, data):
    image.seek(offset)
    image.write(data)


def lose_some(chance, pending):
    """What a volatile cache may have written of the requests since the last flush."""
    style = chance.random()
    for offset, data in pending:
        for at in range(0, len(data), SECTOR):
            if style < 0.2 or chance.random() < style:
                yield offset + at, data[at:at + SECTOR]
        if style < 0.2 and chance.random() < 0.2:
            return  # in order, and cut off


def cut_power(load):
    name = "cut-" + load.split()[0]
    image = copy_image(name)
    pristine = copy_image(name + "-before", image)
    log = os.path.join(WORK, name + ".writes")
    record_writes(name, image, log, load)
    writes = WriteLog(log)
    if writes.flushes() < 3:
        raise Failure("the kernel sent only %d flushes to the disk" % writes.flushes())
    chance = random.Random(20251)
    states = 0
    durable = open(pristine, "r+b")
    try:
        cuts = sorted(chance.randrange(len(writes.entries)) for _ in range(CUTS))
        pending, done = [], 0
        for cut in cuts:
            for entry in writes.entries[done:cut]:
                if entry is None:
                    for request in pending:
                        apply(durable, *request)
                    pending = []
                else:
                    pending.append(entry)
            done = cut
            durable.flush()
            check_state(name, pristine, lose_some(chance, pending), cut)
            states += 1
    finally:
        durable.close()
    for path in (image, pristine, log):
        discard(path)
    return [("%d states of the disk, %d writes, %d flushes" %
             (states, len(writes.entries) - writes.flushes(), writes.flushes()), None)]


def record_writes(name, image, log, load):
    open(log, "wb").close()
    machine = Machine(name, "plain", 2, limit=120, extra=[
        "-blockdev", "driver=file,node-name=img,filename=" + image,
        "-blockdev", "driver=file,node-name=log,filename=" + log,
        "-blockdev",
        "driver=blklogwrites,node-name=x0,file=img,log=log,log-super-update-interval=1",
        "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"])
    try:
        machine.boot()
        machine.type_command(load)
        time.sleep(4)
        machine.kill()
    finally:
        machine.kill()


def check_state(name, base, lost, cut):
    state = copy_image(name + "-state", base)
    with open(state, "r+b") as image:
        for offset, data in lost:
            apply(image, offset, data)
    done = subprocess.run([FSCK, state], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=120)
    if done.returncode:
        raise Failure("a cut after write %d leaves a disk that fsck finds bad (kept as %s):\n%s" %
                      (cut, os.path.relpath(state, ROOT), done.stdout[:3000]))
    discard(state)


# --- Unlinked while open ---

def reclaim(program):
    image = copy_image(program)
    machine = Machine(program, "plain", 2, image=image, limit=60)
    try:
        machine.boot()
        sessions.numbers(machine)
        before = sessions.numbers(machine)
        machine.type_command(program)
        machine.expect("wait for kill and reclaim", 20)
        machine.kill()
        machine.boot()
        sessions.numbers(machine)
        sessions.check_leaks(machine, before)
        machine.poweroff()
        fsck(image)
    finally:
        machine.kill()
        discard(image)
