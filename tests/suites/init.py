"""The first process: it starts a shell whenever there is none, and says what it does; and its own
end."""

import os
import re
import struct
import subprocess

from lib.image import FSUTIL, copy_image, discard, fsck
from lib.machine import Failure, Machine, ROOT
from lib.results import Test
from suites.refusals import ADDRS, BSIZE, Image

NO_SHELL, NO_INIT = 2, 3  # exit statuses: user/bin/init.c, kernel/dev/power.h
SECTOR = 512


def tests(everything):
    del everything
    return [Test("init: " + name, function) for name, function in [
        ("a shell that ends with 127", ends_with_127),
        ("a shell that does not fit into memory", no_memory),
        ("no shell", no_shell), ("a shell that is no program", no_program),
        ("init returns", returns),
        ("init is killed", killed), ("a page of init cannot be read", unreadable)]]


def with_files(name, files):
    """An image on which files (a dictionary) are copies of files of the host, or not there
    (None)."""
    image = copy_image(name)
    for path, data in files.items():
        subprocess.run([FSUTIL, image, "rm", "/" + path], check=True)
        if data is not None:
            subprocess.run([FSUTIL, image, "put", os.path.join(ROOT, data), "/" + path], check=True)
    return image


def on_image(name, image, action, cpus=2, extra=()):
    machine = Machine("init-" + name, "debug", cpus, image=None if extra else image, limit=120,
                      extra=extra)
    try:
        action(machine)
        machine.check_qemu_log()
        fsck(image)
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)


def must_end(machine, status, message):
    out = machine.wait_end(60)
    if machine.status != status or not re.search(message, out, re.M):
        raise Failure("QEMU ended with status %s and no line like %r:\n%s" %
                      (machine.status, message, out[-2000:]))


def ends_with_127():
    """A mistyped command and Ctrl-D; exit 127."""
    def action(machine):
        machine.boot()
        for keys in ("\x04", "exit 127\n"):
            machine.run("nosuch")
            machine.send(keys)
            out = machine.read_to_prompt()
            if not out.endswith("init: starting sh\n"):
                raise Failure("after %r the console shows %r" % (keys, out))
            if machine.run("echo still here") != "still here\n":
                raise Failure("the new shell does not work")
        machine.poweroff()
    on_image("127", copy_image("init-127"), action)


def no_memory():
    """While a program holds all memory no shell can be started: init tries again until one can."""
    def action(machine):
        machine.boot()
        machine.type_command("fgtest hold-memory &")
        machine.expect("all memory is held\n", 60)
        machine.send("\x04")
        machine.expect(r"init: (exec sh failed|fork failed|sh was killed).*\n", 60)
        machine.read_to_prompt(60)
        if machine.run("echo still here") != "still here\n":
            raise Failure("the new shell does not work")
        machine.poweroff()
    on_image("memory", copy_image("init-memory"), action)


def no_shell():
    def action(machine):
        machine.start()
        must_end(machine, NO_SHELL, "^init: exec sh failed: No such file or directory\n"
                                    "init: there is no shell: powering off")
    on_image("no-shell", with_files("init-no-shell", {"sh": None}), action)


def no_program():
    def action(machine):
        machine.start()
        must_end(machine, NO_SHELL,
                 "^init: exec sh failed: Exec format error\ninit: there is no shell: powering off")
    on_image("no-program", with_files("init-no-program", {"sh": "README"}), action)


def returns():
    def action(machine):
        machine.start()
        must_end(machine, NO_INIT, "^Twofold stops: init has ended with status 0$")
    on_image("returns", with_files("init-returns", {"init": "build/user/_true"}), action)


def killed():
    def action(machine):
        machine.start()
        must_end(machine, NO_INIT, "^Twofold stops: init has ended with status -1$")
    on_image("killed", with_files("init-killed", {"init": "build/user/_crash"}), action)


def unreadable():
    """The disk fails to read one block of init's text."""
    image = copy_image("init-unreadable")
    contents = Image(image)
    block, = struct.unpack("<I",
                           contents.read(contents.inode_at(contents.find("init")) + ADDRS + 4, 4))
    contents.file.close()

    def action(machine):
        machine.start()
        must_end(machine, NO_INIT,
                 "input/output error.*\nTwofold stops: init has ended with status -1$")
    on_image("unreadable", image, action, extra=[
        "-blockdev", "driver=file,node-name=img,filename=" + image,
        "-blockdev",
        "driver=blkdebug,node-name=faulty,image=img,"
        "inject-error.0.event=read_aio,inject-error.0.iotype=read,"
        "inject-error.0.errno=5,inject-error.0.once=off,inject-error.0.sector=%d" %
        (block * BSIZE // SECTOR),
        "-blockdev", "driver=raw,node-name=x0,file=faulty",
        "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"])
