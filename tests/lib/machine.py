"""A QEMU that runs Twofold, driven over its console.

    states:  made -> running (start) -> ended (poweroff, wait_end, kill)
    a life:  Machine(...), start, run, run, ..., poweroff

QEMU is started directly, in a process group of its own, with a copy of the disk image of its own,
and ends by its own pid: on request, at its time limit, or with the test run. Everything the
console printed is kept in build/test/NAME.log. QEMU reports what the guest does wrong to devices
in build/test/NAME.qemu; a run that put anything there has failed.

Time limits are meant for a quick and idle host. One that is reached is stretched by how slow the
host is then, measured as the graders do (grading/host.py); it is never shortened.
"""

import atexit
import os
import re
import select
import signal
import subprocess
import threading
import time

from grading import host
from lib import coverage

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A run on kernels with a fault (lib/mutants.py) has its own, and a place of its own.
KERNELS = os.environ.get("TEST_KERNELS") or os.path.join(ROOT, "build")
WORK = os.environ.get("TEST_WORK") or os.path.join(ROOT, "build", "test")
PROMPT = "$ "
EXIT_PANIC = 101
SCALE = float(os.environ.get("TIMEOUT") or 1)
QEMU = os.environ.get("QEMU") or "qemu-system-riscv64"

_live = set()


def _end_all():
    for machine in list(_live):
        machine.kill()


atexit.register(_end_all)


class Failure(Exception):
    """A test that did not hold; the text says what differed."""


class Ended(Failure):
    """QEMU ended while the test still wanted something of it."""


class Skipped(Exception):
    """A test that could not be tried; the text says what is not there."""


class Patience:
    """A time limit of so many seconds from now, for a quick and idle host."""

    def __init__(self, seconds, slowness=host.slowness):
        self.seconds, self.slowness, self.began = seconds, slowness, time.monotonic()
        self.deadline = self.began + seconds * SCALE

    def left(self):
        """Seconds until it must be asked again whether it is over."""
        return max(0.0, self.deadline - time.monotonic())

    def over(self):
        """At the limit: measures the host, and goes on if that is slow."""
        if time.monotonic() < self.deadline:
            return False
        self.deadline = max(self.deadline, self.began + self.seconds * self.slowness())
        return time.monotonic() >= self.deadline

    def told(self):
        """The limit in words."""
        stretched = self.deadline - self.began
        return "%g s" % self.seconds + (", %.0f on this host" % stretched
                                        if stretched > 1.05 * self.seconds else "")


class Machine:
    def __init__(self, name, build="plain", cpus=1, isolate=False, mem="128M", image=None,
                 append="", limit=120, extra=()):
        self.name = name
        if coverage.FOLDER:
            build = coverage.VARIANTS[build]
        self.kernel = os.path.join(KERNELS, build, "kernel.elf")
        self.cpus, self.mem, self.image, self.extra = cpus, mem, image, list(extra)
        self.append = " ".join(filter(None, ["isolate=1" if isolate else "", append]))
        self.limit = limit
        base = os.path.join(WORK, re.sub(r"[^\w.+-]", "_", name))
        self.log_path, self.qemu_log = base + ".log", base + ".qemu"
        self.memory = coverage.Memory(base + ".ram", mem) if coverage.FOLDER else None
        self.process = None
        self.text = ""   # what the console printed and no read has consumed
        self.printed = ""  # the end of all that it printed, for people
        self.status = None
        self.timed_out = self.eof = False
        self.echo = None  # a text file that gets what the console prints, too

    # --- life ---

    def command(self):
        argv = [QEMU, "-machine", "virt", "-bios", "none", "-kernel", self.kernel,
                "-m", self.mem, "-smp", str(self.cpus), "-nographic",
                "-global", "virtio-mmio.force-legacy=false",
                "-d", "guest_errors,unimp", "-D", self.qemu_log]
        if self.image:
            argv += ["-drive", "file=%s,if=none,format=raw,id=x0" % self.image,
                     "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"]
        if self.append:
            argv += ["-append", self.append]
        if self.memory:
            argv += self.memory.options()
        return argv + self.extra

    def start(self, again=False):
        """Starts QEMU. again: the same machine and image once more, its log continued."""
        os.makedirs(WORK, exist_ok=True)
        if not again and os.path.exists(self.qemu_log):
            os.unlink(self.qemu_log)
        self.log = open(self.log_path, "ab" if again else "wb", buffering=0)
        self.text, self.printed, self.status, self.eof = "", "", None, False
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, cwd=ROOT)
        _live.add(self)
        self.life = Patience(self.limit)
        self._wait_to_expire()
        return self

    def _wait_to_expire(self):
        self.timer = threading.Timer(self.life.left(), self._expire)
        self.timer.daemon = True
        self.timer.start()

    def _expire(self):
        process = self.process
        if not process or process.poll() is not None:
            return
        if self.life.over():
            self.timed_out = True
            process.kill()
        else:
            self._wait_to_expire()

    def boot(self, timeout=30):
        """Starts and waits for the first prompt. Returns the seconds it took."""
        self.start()
        self.banner = self.read_to_prompt(timeout)
        return time.monotonic() - self.began

    def kill(self):
        """Pulls the plug."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        return self._reap()

    def _reap(self):
        if self.process is None:
            return self.status
        self.status = self.process.wait()
        self.timer.cancel()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None
        self.log.close()
        _live.discard(self)
        if self.memory:
            self.memory.save(self.kernel)
        return self.status

    def wait_end(self, timeout=20):
        """Reads until QEMU ends. Returns what it printed; its exit status is in self.status."""
        patience = Patience(timeout)
        while self._read(patience.deadline) or not (self.eof or patience.over()):
            pass
        rest, self.text = self.text, ""
        if not self.eof:
            self.kill()
            raise Failure("QEMU did not end within %s; the console shows:\n%s" %
                          (patience.told(), self.excerpt()))
        self._reap()
        if self.timed_out:
            raise Failure("QEMU had to be ended at its time limit of %s; the console shows:\n%s" %
                          (self.life.told(), self.excerpt()))
        return rest

    def poweroff(self, timeout=20):
        """Ends the system from its shell; anything but a clean end is a failure."""
        self.send("poweroff\n")
        rest = self.wait_end(timeout)
        if self.status != 0:
            raise Failure("QEMU ended with status %d, not 0, after poweroff:\n%s" %
                          (self.status, rest or self.excerpt()))

    def keep_log(self, failure):
        """Puts the log of a failed test where the next run does not overwrite it. Returns the
        failure with its place added."""
        self.kill()
        kept = self.log_path[:-len(".log")] + ".failed.log"
        if os.path.exists(self.log_path):
            os.replace(self.log_path, kept)
        return Failure("%s\n  log: %s" % (failure, os.path.relpath(kept, ROOT)))

    def check_qemu_log(self):
        if os.path.exists(self.qemu_log) and os.path.getsize(self.qemu_log):
            with open(self.qemu_log, errors="replace") as f:
                raise Failure("QEMU reports guest errors (%s):\n%s" %
                              (os.path.relpath(self.qemu_log, ROOT), f.read(2000)))

    # --- console ---

    def send(self, text):
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # the next read tells that it has ended

    def _read(self, deadline):
        """Takes up what there is, waiting for something until then. False: end, or no time."""
        left = deadline - time.monotonic()
        fd = self.process.stdout.fileno()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            return False
        data = os.read(fd, 65536)
        self.log.write(data)
        text = data.decode("utf-8", "replace")
        self.text += text
        self.printed = (self.printed + text)[-4000:]
        if self.echo:
            self.echo.write(text)
            self.echo.flush()
        self.eof = not data
        return bool(data)

    def excerpt(self):
        """The end of what the console printed, whether or not a read has consumed it."""
        return self.printed[-2000:] or "(the console has printed nothing)"

    def _read_while(self, unfinished, timeout, what):
        patience = Patience(timeout)
        while unfinished():
            if self._read(patience.deadline):
                continue
            if self.eof:
                self._ended_early(what)
            if patience.over():
                raise Failure("no %s within %s; the console shows:\n%s" %
                              (what, patience.told(), self.excerpt()))

    def _ended_early(self, what):
        self._reap()
        raise Ended("QEMU ended (status %s%s) while waiting for %s:\n%s" % (
            self.status, ", a panic" if self.status == EXIT_PANIC else
            ", at its time limit" if self.timed_out else "", what, self.printed[-3000:]
            or self.excerpt()))

    def wait_for_more(self, timeout):
        """Waits until the console has printed something more, at most so long."""
        self._read(time.monotonic() + timeout)
        if self.eof:
            self._ended_early("output")

    def run_for(self, seconds):
        """Takes up what is printed for so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.wait_for_more(max(0.01, deadline - time.monotonic()))

    def expect(self, pattern, timeout=20):
        """Waits for a match in the output; consumes up to its end and returns all of that."""
        found = []

        def unfinished():
            match = re.search(pattern, self.text, re.M)
            found[:] = [match] if match else []
            return not match
        self._read_while(unfinished, timeout, "match of %r" % pattern)
        end = found[0].end()
        out, self.text = self.text[:end], self.text[end:]
        return out

    def see(self, pattern, timeout=20):
        """As expect, but consumes nothing."""
        self._read_while(lambda: not re.search(pattern, self.text, re.M), timeout,
                         "match of %r" % pattern)

    def at_prompt(self):
        if not self.text.endswith(PROMPT):
            return False
        if self.text == PROMPT or self.text.endswith("\n" + PROMPT):
            return True
        # Behind something on the same line: a program whose last line has no end, perhaps.
        return not self._read(time.monotonic() + 0.1)

    def read_to_prompt(self, timeout=20):
        """Waits for the shell's prompt; returns what was printed before it."""
        self._read_while(lambda: not self.at_prompt(), timeout, "prompt")
        out, self.text = self.text[:-len(PROMPT)], ""
        return out

    def type_command(self, command, timeout=20):
        """Types a line and consumes its echo."""
        self.send(command + "\n")
        self._read_while(lambda: command + "\n" not in self.text, timeout, "echo of %r" % command)
        self.text = self.text.split(command + "\n", 1)[1]

    def run(self, command, timeout=20):
        """Runs a command from the prompt; returns what it printed."""
        self.type_command(command, timeout)
        return self.read_to_prompt(timeout)


def end_on_signals():
    """A test run that is ended ends its machines."""
    def handler(number, frame):
        _end_all()
        os._exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, handler)
