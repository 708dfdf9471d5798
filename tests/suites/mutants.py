"""The patches of tests/mutants/ still fit. What usertests makes of them: `make mutants`; the labs' graders of
the labs': `make grade-selftest`; power cuts of those in tests/crash/mutants/: suites/crashstates.py."""

from lib import crashstates, labs, mutants
from lib.machine import Failure, ROOT
from lib.results import Test


def tests(everything):
    return [Test("mutants: all patches apply", all_apply)]


def all_apply():
    found, wrong = mutants.mutants(), []
    for mutant in found + crashstates.crash_mutants() + [m for lab in labs.folders() for m in labs.mutants_of(lab)]:
        try:
            mutant.patch(ROOT, "--check")
        except Failure as failure:
            wrong.append(str(failure))
    unknown = set(mutants.survivors()) - {m.name for m in found}
    wrong += ["survivors.txt names %s, which is no mutant" % name for name in sorted(unknown)]
    if wrong:
        raise Failure("\n".join(wrong))
