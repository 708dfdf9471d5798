"""Programs of the host that a lab is about."""

import subprocess

from grading import build, host
from grading.process import Group, held


def run_program(*argv, timeout=30):
    """What such a program prints. It must end in time, which is for a quick host, and with status
    0."""
    command = " ".join(argv)
    with held():
        group = Group(argv, build.environment())
    try:
        said = group.leader.communicate(timeout=timeout * host.slowness())[0]
        said = said.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        raise AssertionError("%s did not end within %d s" % (command, timeout)) from None
    finally:
        with held():
            group.end()
    if group.leader.returncode != 0:
        raise AssertionError("%s ended with status %d:\n%s" %
                             (command, group.leader.returncode, said[-2000:].rstrip()))
    return said
