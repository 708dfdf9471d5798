"""Runs tests, several at once, prints a line for each and counts."""

import concurrent.futures
import os
import threading
import time
import traceback

from lib.machine import Failure, WORK


class Test:
    """A name and a function. The function returns nothing, or a list of (name, error or None)
    when it holds several results. It fails by an exception."""

    def __init__(self, name, function, *args, **kwargs):
        self.name, self.function, self.args, self.kwargs = name, function, args, kwargs


class Results:
    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def record(self, name, error=None, seconds=None):
        took = "" if seconds is None else "  (%.1f s)" % seconds
        with self.lock:
            if error is None:
                self.passed += 1
                print("ok    %s%s" % (name, took), flush=True)
            else:
                self.failed += 1
                text = "\n".join("        " + line for line in str(error).rstrip().split("\n"))
                print("FAIL  %s%s\n%s" % (name, took, text), flush=True)

    def run(self, test):
        began = time.monotonic()
        try:
            several = test.function(*test.args, **test.kwargs)
        except Failure as failure:
            self.record(test.name, failure, time.monotonic() - began)
        except Exception:  # the harness is at fault, or what it runs is not there
            self.record(test.name, "the test itself broke:\n" + traceback.format_exc(),
                        time.monotonic() - began)
        else:
            if several is None:
                self.record(test.name, None, time.monotonic() - began)
            for name, error in several or ():
                self.record("%s: %s" % (test.name, name), error)

    def run_all(self, tests, workers):
        with concurrent.futures.ThreadPoolExecutor(max_workers=workers) as pool:
            list(pool.map(self.run, tests))

    def close(self):
        line = "%d passed, %d failed" % (self.passed, self.failed)
        with open(os.path.join(WORK, "result"), "w") as f:
            print(line, file=f)
        print(line, flush=True)
        return 1 if self.failed or not self.passed else 0


def default_workers():
    return max(1, min(4, os.cpu_count() or 1))
