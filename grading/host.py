"""How much longer than on a quick and idle host things take on this one, now.

A time limit is meant for a host like those on which labs are made. It is never shortened; where the
host computes more slowly, is busy, or runs several machines at once, it is stretched. TIMEOUT=2
in the environment doubles all limits on top.
"""

import os
import time

REFERENCE = 0.015  # seconds that the loop below takes on such a host
MOST = 6.0

jobs = 1  # tests that run at once


def _loop():
    began, value = time.perf_counter(), 0
    for i in range(200000):
        value = (value * 31 + i) & 0xffff
    return time.perf_counter() - began


def _load():
    """Processes that want a CPU, for each CPU, without the one that a machine of ours is at
    least."""
    try:
        return (os.getloadavg()[0] - jobs) / (os.cpu_count() or 1)
    except OSError:
        return 1.0


def slowness():
    """The factor for time limits, 1 or more. Takes some hundredths of a second."""
    computing = sorted(_loop() for _ in range(3))[1] / REFERENCE
    # a machine keeps two CPUs busy
    at_once = 2.0 * jobs / (os.cpu_count() or 1) if jobs > 1 else 1.0
    factor = max(1.0, computing, at_once, _load())
    return min(factor, MOST) * float(os.environ.get("TIMEOUT") or 1)
