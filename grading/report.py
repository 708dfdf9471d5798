"""Results for programs: the points of each test, all there is as JSON, and JUnit's XML."""

import json
import os
import re
import sys
import xml.etree.ElementTree as xml

from grading.registry import all_tests


def lab():
    """cow, of grade-lab-cow."""
    return re.sub(r"^grade-lab-|\.py$", "", os.path.basename(sys.argv[0]))


def _write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def write_results(path):
    """{title: points}, as course sites read it; tests that are worth nothing are left out."""
    _write(path, json.dumps({t.title: t.earned for t in all_tests() if t.points}) + "\n")


def _result(test):
    return {"title": test.title.strip(), "points": test.earned, "possible": test.points,
            "ok": test.ok if test.complete else None, "parent": test.parent.title.strip()
            if test.parent else None,
            "seconds": round(test.seconds, 3), "failure": plain(test.failure),
            "verdict": test.verdict}


def write_json(path, filters, seconds):
    tests = all_tests()
    _write(path, json.dumps({
        "lab": lab(), "points": sum(t.earned for t in tests),
        "possible": sum(t.points for t in tests),
        "passed": sum(t.ok for t in tests), "failed": sum(t.complete and not t.ok for t in tests),
        "filters": filters, "seconds": round(seconds, 3), "tests": [_result(t) for t in tests]},
                            indent=1) + "\n")


def plain(text):
    """Without colours and what XML cannot hold."""
    if text is None:
        return None
    return re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?",
                  re.sub(r"\x1b\[\d*m", "", text))


def write_junit(path, tests, seconds):
    suite = xml.Element("testsuite", name=lab(), tests=str(len(tests)), time="%.3f" % seconds,
                        failures=str(sum(not t.ok for t in tests)))
    for t in tests:
        case = xml.SubElement(suite, "testcase", classname=lab(), name=plain(t.title.strip()),
                              time="%.3f" % t.seconds)
        if not t.ok:
            failure = xml.SubElement(case, "failure", message=plain(t.failure.split("\n")[0]),
                                     type=t.verdict or "check")
            failure.text = plain(t.failure)
    _write(path, xml.tostring(suite, encoding="unicode") + "\n")
