"""Programs that end with the grader, whatever ends the grader.

A program gets a session of its own, so that it and all that it starts can be ended by one process
group, and Ctrl-C reaches the grader alone. Beside it waits a watcher, a shell that reads from a
pipe of the grader's: a word means that the program was ended; end of file, that the grader has
died, and then the watcher ends the program.

A signal that ends the grader raises Interrupted wherever it is, so that each `finally` leaves
nothing behind; while something is started or ended (held), it waits.
"""

import contextlib
import os
import signal
import subprocess

GRACE = 3  # seconds from SIGTERM to SIGKILL

WATCHER = "read word && exit; kill -s TERM -- -$0; sleep %d; kill -s KILL -- -$0" % GRACE


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_holders = 0   # how many hold signals back
_late = None   # one that has come meanwhile


class Interrupted(BaseException):
    """A signal ends the grader, or whoever started it has gone."""


def _on_signal(number, frame):
    global _late
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)  # ending takes some seconds at most
    if _holders:
        _late = number
    else:
        raise Interrupted(number)


def end_on_signals(handler=_on_signal):
    global _holders, _late
    _holders, _late = 0, None
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, handler)


@contextlib.contextmanager
def held():
    """In it no signal comes between what is done and what is noted of it."""
    global _holders, _late
    _holders += 1
    try:
        yield
    finally:
        _holders -= 1
        if _late and not _holders:
            number, _late = _late, None
            raise Interrupted(number)


class Group:
    def __init__(self, argv, env=None):
        self.leader = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, start_new_session=True)
        self.watcher = subprocess.Popen(["sh", "-c", WATCHER, str(self.leader.pid)],
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        self.ended = False

    def _signal(self, number):
        try:
            os.killpg(self.leader.pid, number)
        except (ProcessLookupError, PermissionError):
            pass  # nobody is left

    def end(self):
        """Ends all of it; its exit status. Called again it does nothing."""
        if self.ended:
            return self.leader.returncode
        self._signal(signal.SIGTERM)
        try:
            self.leader.wait(GRACE)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self._signal(signal.SIGKILL)
            self.leader.wait()
            self.ended = True
            self._dismiss()
        return self.leader.returncode

    def _dismiss(self):
        for pipe in (self.leader.stdin, self.leader.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        self.watcher.communicate(b"ended\n")
