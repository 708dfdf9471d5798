"""A grader's command line: which tests, how, and what is told at the end.

    ./grade-lab-X [-v] [-j N] [--fail-fast] [--list] [--results FILE] [--json FILE] [--junit FILE]
                  [--color never|always|auto] [FILTER ...]

Ends with 0 if all points were reached, 1 if not, 128 + N after signal N.
"""

import argparse
import os
import signal
import sys
import time

from grading import build, host, process, report, side_by_side, terminal
from grading.registry import Part, TESTS, all_tests, families

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _options():
    parser = argparse.ArgumentParser(description="Runs the tests of a lab and counts their points.")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the commands")
    parser.add_argument("-j", "--jobs", type=int, default=1, metavar="N",
                        help="so many tests at once")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first failure")
    parser.add_argument("--list", action="store_true", help="print the tests and run none")
    parser.add_argument("--color", choices=["never", "always", "auto"], default="auto")
    parser.add_argument("--results", metavar="FILE",
                        help="write the points as JSON: {title: points}")
    parser.add_argument("--json", metavar="FILE", help="write all results as JSON")
    parser.add_argument("--junit", metavar="FILE", help="write all results as JUnit XML")
    parser.add_argument("filter", nargs="*", help="run the tests whose titles contain one of these")
    return parser.parse_args()


def _chosen(filters):
    wanted = [f.lower() for f in filters]
    return [t for t in all_tests() if not wanted or any(f in t.title.lower() for f in wanted)]


def _sequential(tests, fail_fast, filtered):
    """In the order of registration. False: stopped early."""
    for entry in TESTS:
        if isinstance(entry, Part):
            if not filtered:
                entry.show()
        elif entry in tests and not entry() and fail_fast:
            return


def _run(args, tests):
    filtered = bool(args.filter)
    if args.jobs > 1 and len(tests) > 1:
        side_by_side.run(families(tests), args.jobs, args.fail_fast)
        for part in TESTS:
            if isinstance(part, Part) and not filtered:
                part.show()
    else:
        _sequential(tests, args.fail_fast, filtered)


def _build():
    with build.locked():
        status, said = build.run_make()
    if status != 0:
        print("make failed:\n%s" % "\n".join(said.rstrip().splitlines()[-30:]))
    return status == 0


def _finish(args, seconds):
    """Writes what was asked for and prints the score. The exit status."""
    done = [t for t in all_tests() if t.complete]
    points, possible = sum(t.earned for t in all_tests()), sum(t.points for t in all_tests())
    if args.json:
        report.write_json(args.json, args.filter, seconds)
    if args.junit:
        report.write_junit(args.junit, done, seconds)
    if args.filter:
        return 0 if done and all(t.ok for t in done) else 1
    if args.results:
        report.write_results(args.results)
    print("Score: %d/%d" % (points, possible))
    return 0 if points >= possible else 1


def run_tests():
    """Runs the tests that were registered, as the command line says. Does not return."""
    args = _options()
    sys.stdout.reconfigure(errors="replace")
    terminal.set_color(args.color)
    tests = _chosen(args.filter)
    if args.list:
        print("\n".join("%4d  %s" % (t.points, t.title) for t in tests))
        sys.exit(0)
    if not os.path.exists("Makefile"):
        os.chdir(HERE)
    build.verbose, host.jobs = args.verbose, max(1, args.jobs)
    build.remove_stale_images()
    process.end_on_signals()
    began = time.monotonic()
    try:
        status = 1
        if _build():
            if not tests:
                print("no test has such a title")
            _run(args, tests)
            status = _finish(args, time.monotonic() - began)
    except process.Interrupted as interrupt:
        number = interrupt.args[0]
        status = 128 + number if isinstance(number, int) else 1
        left = [t for t in tests if not t.complete]
        why = signal.Signals(number).name if isinstance(number, int) else number
        print("\n*** interrupted (%s): %d of %d tests did not end" % (why, len(left), len(tests)))
    sys.stdout.flush()
    sys.exit(status)
