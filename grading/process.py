"""Programs that end with the grader, whatever ends the grader.

A program gets a session of its own, so that it and all that it starts can be ended by one process
group, and Ctrl-C reaches the grader alone. Beside it waits a watcher, a shell that reads from a
pipe of the grader's: a word means that the program was ended; end of file, that the grader has
died, and then the watcher ends the program.
"""

import os
import signal
import subprocess

GRACE = 3  # seconds from SIGTERM to SIGKILL

WATCHER = "read word && exit; kill -s TERM -- -$0; sleep %d; kill -s KILL -- -$0" % GRACE


class Group:
    def __init__(self, argv, env=None):
        self.leader = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, start_new_session=True)
        self.watcher = subprocess.Popen(["sh", "-c", WATCHER, str(self.leader.pid)], stdin=subprocess.PIPE,
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
