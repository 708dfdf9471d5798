"""Runs of the machine: one boot each, on an image and a debugger port of its own.

    a run:  build and image (under the lock) -> QEMU stopped, debugger connected -> monitors set up
            -> goes on; output and stops are watched -> verdict -> QEMU ended

Nothing of a run is left behind: QEMU is ended by its process group in any case, and the image has
no name any more once QEMU has it open.
"""

import os
import select
import time

from grading import build, host, registry, verdict
from grading.gdb import GDBClient
from grading.process import Interrupted, held
from grading.qemu import QEMU
from grading.verdict import TerminateTest, Verdict

START_LIMIT = 90        # seconds for make, without what it has to wait for the lock
BOOT_LIMIT = 30         # to the first prompt, where one is waited for
PANIC_LIMIT = 3         # from the panic's line to the end
OUTPUT_LIMIT = 16 << 20  # bytes; the console prints about one million in a second
MUCH = 1 << 20  # more than a test prints

suffix = ""  # of this process's files, where there are several processes


class Runner:
    """Boots machines. Monitors that it was made with watch each of its runs."""

    def __init__(self, *default_monitors):
        self.default_monitors = default_monitors
        self.qemu = self.gdb = self.verdict = self.script = None
        self.awaiting, self.at_end = [], []
        self.suffix = ""

    # --- for tests ---

    def run_qemu(self, *monitors, target_base="qemu", make_args=(), timeout=30, panic_ok=False,
                 boot_limit=BOOT_LIMIT, output_limit=OUTPUT_LIMIT):
        """Boots the machine and watches it until a monitor ends the run, the machine ends, or time
        is up, which alone is no failure. The limits, in seconds and bytes, are for a quick host.
        Fails if the kernel panics (unless panic_ok), never comes to the prompt that a script waits
        for, prints without end, or is killed from outside."""
        self._reset(timeout, boot_limit, output_limit)
        test = registry.current()
        if test:
            test.last_run = self
        try:
            self._start(target_base, list(make_args))
            for monitor in self.default_monitors + monitors:
                monitor(self)
            self.gdb.cont()
            self.verdict = self._watch()
        finally:
            with held():
                self._end()
        if self.verdict.fatal and not (panic_ok and self.verdict.kind == verdict.PANIC):
            raise AssertionError(self.verdict.text)

    def match(self, *regexps, no=()):
        """assert_lines_match on what the last run printed."""
        from grading.checks import assert_lines_match
        assert_lines_match(self.qemu.output, *regexps, no=no)

    def said(self, command):
        """What the last run printed between a command typed at the prompt and the next prompt."""
        _, reached, text = self.qemu.output.partition("$ %s\n" % command)
        text, ended, _ = ("\n" + text).partition("\n$ ")
        if not ended:
            raise AssertionError("%s: %s" % ("it did not end" if reached else "never typed",
                                             command))
        return text[1:] + "\n" if text[1:] else ""

    def passed(self, *commands):
        """The last run typed these commands of usertests, and all their tests passed."""
        from grading.checks import assert_lines_match
        for command in commands:
            assert_lines_match(self.said(command), "ALL TESTS PASSED$",
                               no=[".*FAILED", ".*no test"])

    def usertests(self, names, *make_args, timeout=60):
        """Boots and runs the tests of usertests whose names begin so; all must pass. The limit that
        usertests has for each test, a minute, is for a quick host, too."""
        from grading.monitors import shell_script
        slowness = host.slowness()
        if slowness > 1 and "-t" not in names.split():
            names = "-t %d %s" % (60 * slowness, names)
        command = "usertests " + names
        self.run_qemu(shell_script([command]), make_args=make_args, timeout=timeout)
        self.passed(command)

    def user_test(self, binary, *monitors, **kwargs):
        """A run of `make run-BINARY-gdb`, for courses that have such targets."""
        self.run_qemu(*monitors, target_base="run-" + binary, **kwargs)

    def report(self):
        """Lines on how the last run ended, for a failure."""
        if not self.verdict:
            return []
        lines = ["verdict: " + self.verdict.text] if not self.verdict.fatal else []
        if self.qemu and self.verdict.kind != verdict.MAKE:
            lines += ["the console's last lines:"]
            lines += ["  | " + line for line in verdict.last_lines(self.qemu.output)]
        return lines

    # --- a run's start ---

    def _reset(self, timeout, boot_limit, output_limit):
        self.qemu = self.gdb = self.script = None
        self.verdict = None
        self.awaiting, self.at_end = [], []
        self.suffix = suffix
        self.timeout, self.boot_limit, self.output_limit = timeout, min(boot_limit,
                                                                        timeout), output_limit
        self.panic, self.panicked_at, self.tail = None, None, b""
        self.image = None

    def _start(self, target_base, make_args):
        """QEMU, stopped at its first instruction, and a debugger connected to it."""
        with build.locked():
            if not any(a.startswith("FSIMG=") for a in make_args):
                self._make_image(make_args)
                make_args = ["FSIMG=" + self.image] + make_args
            for attempt in range(3):
                port = build.free_port()
                own = [a.split("=")[1] for a in make_args if a.startswith("GDBPORT=")]
                with held():
                    self.qemu = QEMU(target_base + "-gdb", "GDBPORT=%d" % port, *make_args)
                if self._connect(int(own[-1]) if own else port):
                    break
                self.qemu.kill()
                if "in use" not in self.qemu.output or own or attempt == 2:
                    self._no_machine("QEMU did not start", self.qemu.output)
        if self.image:
            build.maybe_unlink(self.image)
            self.image = None
        self.qemu.recorders.append(self._look_for_panic)

    def _make_image(self, make_args):
        status, said = build.run_make("fs.img", *make_args)
        if status != 0:
            self._no_machine("make fs.img failed", said)
        with held():
            self.image = build.fresh_image("run")

    def _no_machine(self, what, said):
        text = "\n".join([what + ":"] + ["  | " + line for line in verdict.last_lines(said, 20)])
        self.verdict = Verdict(verdict.MAKE, text)
        raise AssertionError(text)

    def _connect(self, port):
        """Waits until QEMU's stub answers. False: it never does."""
        deadline = time.monotonic() + START_LIMIT * host.slowness()
        while time.monotonic() < deadline:
            if select.select([self.qemu], [], [], 0.02)[0]:
                self.qemu.handle_read()
            if self.qemu.closed:
                return False
            try:
                self.gdb = GDBClient(port)
                return True
            except OSError:
                pass
        return False

    # --- while it runs ---

    def _look_for_panic(self, data):
        """A panic's line may come in pieces."""
        if self.panic is None or self.panic[-1:] != b"\n":
            text = self.tail + data
            found = verdict.PANIC_LINE.search(text)
            self.tail = text[found.start():][:2000] if found else text[-300:]
            if found:
                self.panic = found[0] + text[found.end():found.end() + 1]
                self.panicked_at = self.panicked_at or time.monotonic()

    def _watch(self):
        """The verdict on what happens from here."""
        self.began, self.slowness = time.monotonic(), host.slowness()
        try:
            while True:
                ended = self._at_limit()
                if ended:
                    return ended
                self._step()
                if self.qemu.closed:
                    return self._of_end()
        except TerminateTest:
            return self._of_stop()
        except EOFError:
            return self._of_end()

    def _step(self):
        """Takes up what there is within a moment."""
        # The stub speaks last: what was printed before a stop is seen before it.
        writing = [self.qemu.proc.stdin] if self.qemu.wants_write() else []
        ready, writable, _ = select.select([self.qemu, self.gdb], writing, [], 0.25)
        if writable:
            self.qemu.handle_write()
        if self.qemu in ready:
            self.qemu.handle_read()
        elif self.gdb in ready and self.gdb.handle_read():
            raise TerminateTest
        if registry.PARENT and os.getppid() != registry.PARENT:
            raise Interrupted("whoever started the grader has gone")

    def _at_limit(self):
        """A verdict, if some limit is reached."""
        now = time.monotonic()
        if self.panicked_at and now - self.panicked_at > PANIC_LIMIT * self.slowness:
            return self._of_panic()
        if self.qemu.size > self.output_limit:
            return Verdict(verdict.ENDLESS,
                           "the kernel prints without end (more than %d MB of output%s)" %
                           (self.output_limit >> 20, self._doing()))
        booting = self.script is not None and not self.script.prompts
        limit = self.boot_limit if booting else self.timeout
        if now - self.began <= limit * self.slowness:
            return None
        self.slowness = max(self.slowness, host.slowness())
        if now - self.began <= limit * self.slowness:
            return None
        print("Timeout! ", flush=True)
        return self._time_up(booting, limit)

    def _time_up(self, booting, limit):
        much = ""
        if self.qemu.size > MUCH:
            much = ", while it printed %.1f MB" % (self.qemu.size / (1 << 20))
        if booting:
            return Verdict(verdict.BOOT, "the kernel never came to the prompt, within %s%s" %
                           (self._seconds(limit), much))
        return Verdict(verdict.TIMEOUT,
                       "time was up: %s%s%s" % (self._seconds(limit), self._doing(), much))

    def _seconds(self, limit):
        stretched = "" if self.slowness <= 1.05 else ", %.0f on this host" % (limit * self.slowness)
        return "%d s%s" % (limit, stretched)

    def _doing(self):
        awaited = ([self.script.state()] if self.script else []) + self.awaiting
        return ", waiting for " + " and ".join(awaited) if awaited else ""

    def _of_panic(self):
        return verdict.of_panic(self.panic.decode("utf-8", "replace").strip())

    def _of_stop(self):
        """A monitor has ended it; unless it panics in that moment, it is done."""
        self.qemu.drain()
        if not self.panic:
            return Verdict(verdict.DONE, "the run came to its end")
        self._read_on(PANIC_LIMIT * self.slowness)
        return self._of_panic()

    def _of_end(self):
        """It has ended by itself."""
        try:
            self._read_on(5)
        except TerminateTest:
            return self._of_stop()
        status = self.qemu.wait() if self.qemu.closed else self.qemu.kill()
        return self._of_panic() if self.panic else verdict.of_end(status, self.qemu.output[-5000:])

    def _read_on(self, seconds):
        """To the end of its output, if that comes in time."""
        deadline = time.monotonic() + seconds
        while not self.qemu.closed and time.monotonic() < deadline:
            if select.select([self.qemu], [], [], 0.1)[0]:
                self.qemu.handle_read()

    # --- a run's end ---

    def _end(self):
        """Leaves nothing behind, whatever has happened."""
        if self.verdict is None:
            self.verdict = Verdict(verdict.ABORTED, "the test ended the run")
        if self.image:
            build.maybe_unlink(self.image)
        if self.gdb:
            self.gdb.close()
        if self.qemu:
            if not self.qemu.group.ended:
                self.qemu.drain()
            self.qemu.kill()
        for callback in self.at_end:
            callback()
