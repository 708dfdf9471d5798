#!/usr/bin/env python3
"""Runs that end badly, each in its own way. KERNELS is the folder of the wrong kernels, LIMIT the
seconds."""

import os
import signal
import sys
from gradelib import *

r = Runner(save("xv6.out"))
KERNELS, LIMIT = os.environ["KERNELS"], int(os.environ.get("LIMIT", 2))


def qemu_pid():
    """The one of the machine's processes that is QEMU."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                if (b"qemu-system" in f.read().split(b"\0")[0]
                        and os.getpgid(int(pid)) == r.qemu.proc.pid):
                    return int(pid)
        except OSError:
            pass
    raise AssertionError("no QEMU")


@test(1, "panic at boot")
def test_boot_panic():
    r.run_qemu(shell_script(["echo hi"]),
               make_args=["KERNEL=build/ktest/kernel.elf", "QEMUEXTRA=-append panic=1"])


@test(1, "panic that is allowed")
def test_allowed():
    r.run_qemu(make_args=["KERNEL=build/ktest/kernel.elf", "QEMUEXTRA=-append panic=3"],
               panic_ok=True)
    r.match("panic: hart")


@test(1, "panic behind the right line")
def test_right_panic():
    r.run_qemu(stop_on_line("panic: hart"),
               make_args=["KERNEL=build/ktest/kernel.elf", "QEMUEXTRA=-append panic=2"])


@test(1, "silence at boot")
def test_silent():
    r.run_qemu(shell_script(["echo hi"]), make_args=["KERNEL=%s/SILENT" % KERNELS], timeout=LIMIT)


@test(1, "hang in a command")
def test_hang():
    r.run_qemu(shell_script(["cat"]), timeout=LIMIT)
    r.match("this never comes")


@test(1, "hang, and yet right")
def test_hang_right():
    r.run_qemu(shell_script(["echo here; cat"]), timeout=LIMIT)
    r.match("^here$")


@test(1, "prints without end")
def test_endless():
    r.run_qemu(shell_script(["echo hi"]), make_args=["KERNEL=%s/ENDLESS" % KERNELS],
               output_limit=200000)


@test(1, "killed from outside")
def test_killed():
    r.run_qemu(shell_script(["echo up; sleep 1000"]),
               call_on_line("up", lambda line: os.kill(qemu_pid(), signal.SIGKILL)))
    r.match("^up$")


@test(1, "ends by itself")
def test_poweroff():
    r.run_qemu(shell_script(["poweroff", "echo never"]))
    r.match("^never$")


@test(1, "no machine")
def test_make():
    r.run_qemu(shell_script(["echo hi"]), target_base="there-is-no-such-target")


@test(1, "waits")
def test_waits():
    r.run_qemu(shell_script(["echo waiting; cat"]),
               call_on_line("waiting", lambda line: print("IT WAITS", flush=True)),
               timeout=300)


run_tests()
