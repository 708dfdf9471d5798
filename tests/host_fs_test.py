#!/usr/bin/env python3
"""Tests mkfs, fsck and fsutil from outside.

    tests/host_fs_test.py [--sanitize] [--seed N] [--mutations N] [--only TEXT] [DIRECTORY]

DIRECTORY holds the three programs (build/host). Without it they are compiled with $HOSTCC or cc;
--sanitize compiles them with the address and undefined-behaviour sanitizers. Images are taken
apart here by the description in kernel/fs.h, independently of the C code. Prints a line for each
test and at last "N passed, N failed".
"""
import argparse
import os
import subprocess
import sys
import tempfile

from hostfs import (fsck_tests, fsutil_tests, import_tests, journal_tests, mkfs_tests,
                    random_tests, tools)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = {
    "mkfs": "mkfs copyin dir volume crc32c diag image super",
    "fsck": "fsck fsck_files fsck_dirs journal volume crc32c diag image super",
    "fsutil": "fsutil copyin dir volume journal old crc32c diag image super",
}

def build(directory, sanitize):
    compiler = os.environ.get("HOSTCC", "cc")
    flags = ["-std=c11", "-D_DEFAULT_SOURCE", "-D_POSIX_C_SOURCE=200809L", "-O1", "-g", "-Wall",
             "-Wextra", "-Wshadow", "-Wmissing-prototypes", "-Werror", "-I" + ROOT]
    if sanitize:
        flags += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    for tool, sources in SOURCES.items():
        files = [os.path.join(ROOT, "mkfs", name + ".c") for name in sources.split()]
        subprocess.run([compiler, *flags, "-o", os.path.join(directory, tool), *files], check=True)


def run_test(name, function):
    with tempfile.TemporaryDirectory(prefix="host-fs-") as work:
        tools.set_directory(work)
        try:
            function()
        except Exception as error:  # a test that fails must not stop the others
            print(f"FAIL {name}: {type(error).__name__}: {error}", flush=True)
            return False
    print(f"ok   {name}", flush=True)
    return True


def all_tests(options):
    modules = (mkfs_tests, fsutil_tests, import_tests, journal_tests, fsck_tests)
    tests = {name: function for module in modules
             for name, function in vars(module).items() if name.startswith("test_")}
    tests.update(fsck_tests.damage_tests())
    tests["test_random_damage"] = lambda: random_tests.random_damage(options.seed,
                                                                     options.mutations)
    return tests


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", help="where mkfs, fsck and fsutil are")
    parser.add_argument("--sanitize", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutations", type=int, default=200)
    parser.add_argument("--only", default="", help="only tests with this in their names")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="host-fs-tools-") as built:
        directory = os.path.abspath(options.directory or built)
        if not options.directory:
            build(directory, options.sanitize)
        tools.TOOLS.update({tool: os.path.join(directory, tool) for tool in SOURCES})
        results = [run_test(name, function) for name, function in all_tests(options).items()
                   if options.only in name]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
