"""Tests at once: each family (a test and its children) in a process of its own.

So what tests keep in the grader's variables, its one Runner above all, is each family's own; a
child sees its parent's. What a test prints goes to a file and is printed as a whole when it has
ended; its result comes through a pipe.
"""

import json
import os
import select
import signal
import sys
import tempfile
import traceback

from grading import process, registry, runner


class Worker:
    """A process that runs a family."""

    def __init__(self, number, family):
        self.family = family
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            _work(number, family, writing)
        os.close(writing)
        self.pipe, self.pending, self.status = reading, b"", None

    def fileno(self):
        return self.pipe

    def take(self):
        """Prints what has ended. The tests of which it is; None when the worker has ended."""
        data = os.read(self.pipe, 1 << 16)
        if not data:
            return None
        *lines, self.pending = (self.pending + data).split(b"\n")
        return [_record(json.loads(line)) for line in lines]

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)

    def end(self):
        """Waits for its end."""
        os.close(self.pipe)
        self.status = os.waitpid(self.pid, 0)[1]

    def lost(self):
        """Those of its tests whose results never came fail."""
        tests = [t for t in self.family if not t.complete]
        for t in tests:
            t.complete, t.failure = True, "the process that ran it ended (status %d)" % self.status
            print("%s: FAIL\n    %s" % (t.title, t.failure), flush=True)
        return tests


def _record(result):
    test = registry.all_tests()[result["index"]]
    test.complete = True
    for key in ("ok", "seconds", "failure", "verdict"):
        setattr(test, key, result[key])
    sys.stdout.write(result["text"])
    sys.stdout.flush()
    return test


def _work(number, family, pipe):
    """In the worker: runs the family and never returns."""
    status = 1
    try:
        process.end_on_signals()
        registry.PARENT = os.getppid()
        runner.suffix = ".%d" % number
        with tempfile.TemporaryFile() as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            for test in family:
                test()
                sys.stdout.flush()
                sys.stderr.flush()
                log.seek(0)
                text = log.read().decode("utf-8", "replace")
                log.seek(0)
                log.truncate()
                _send(pipe, test, text)
        status = 0
    except BaseException as problem:
        if not isinstance(problem, process.Interrupted):
            traceback.print_exc()
    finally:
        os._exit(status)


def _send(pipe, test, text):
    data = json.dumps({"index": registry.all_tests().index(test), "ok": test.ok,
                       "seconds": test.seconds,
                       "failure": test.failure, "verdict": test.verdict,
                       "text": text}).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data):]


def run(families, jobs, fail_fast):
    """Runs them, so many at once; with fail_fast until one fails."""
    waiting, workers, started = list(families), [], 0
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                started += 1
                with process.held():
                    workers.append(Worker(started, waiting.pop(0)))
            if _failed(workers) and fail_fast:
                return
    finally:
        with process.held():
            for worker in workers:
                worker.stop()
            for worker in workers:
                worker.end()


def _failed(workers):
    """Waits for results. Whether some test failed."""
    ended = []
    for worker in select.select(workers, [], [])[0]:
        tests = worker.take()
        if tests is None:
            workers.remove(worker)
            worker.end()
            tests = worker.lost()
        ended += tests
    return any(not t.ok for t in ended)
