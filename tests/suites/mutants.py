"""The faults of tests/mutants/ still fit, and how their places are found (lib/faults.py). What
usertests makes of them: `make mutants`; the labs' graders of the labs': `make grade-selftest`;
power cuts of those in tests/crash/mutants/: suites/crashstates.py."""

import os
import tempfile

from lib import crashstates, faults, labs, mutants
from lib.machine import Failure, ROOT
from lib.results import Test
from suites.harness import expect, raises


def tests(everything):
    return [Test("mutants: " + name, function) for name, function in [
        ("all faults fit", all_fit), ("a place is found however it is laid out", finds),
        ("a place is not found in a word or elsewhere", refuses),
        ("whole functions, new text, other files", other_forms),
        ("a header and a fault that does not fit", headers)]]


def all_fit():
    found, wrong = mutants.mutants(), []
    for mutant in found + crashstates.crash_mutants() + [m for lab in labs.folders()
                                                         for m in labs.mutants_of(lab)]:
        try:
            mutant.changes(ROOT)
        except Failure as failure:
            wrong.append(str(failure))
    unknown = set(mutants.survivors()) - {m.name for m in found}
    wrong += ["survivors.txt names %s, which is no mutant" % name for name in sorted(unknown)]
    if wrong:
        raise Failure("\n".join(wrong))


SOURCE = """// Two counters.
#include "kernel/a.h"
#include "kernel/b.h"
#define BOTH(x) do { first(x); } while (0)

static int counters[2] = {1, 2};

int first(int x)
{
    if (x > 0 && counters[0] != 0)
        counters[0] -= x; // a comment
    return counters[0];
}

__attribute__((noinline)) static long second(void (*call)(int))
{
    call(1);
    if (counters[1] < 0) {
        call(2);
        return -1;
    }
    call(1);
    print("one string");
    return counters[1];
}
"""


def made(edits, source=SOURCE, path="a.c"):
    """The source with these edits made."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
            f.write(source)
        return faults.changes(faults.parse(edits), folder)[path]


def equal(found, wanted):
    expect(found == wanted, "the edits make this of it:\n" + found)


def finds():
    edit = ("@ a.c first\n- x > 0 && counters[0] != 0\n+ x > 1\n\n"
            "- counters[0] -= x;\n+ counters[0]--;\n")
    equal(made(edit),
          SOURCE.replace("x > 0 && counters[0] != 0", "x > 1").replace("[0] -= x;", "[0]--;"))
    wrapped = SOURCE.replace("x > 0 && counters",
                             "x > 0 // only then\n        && /* two\n lines */ counters")
    wrapped = wrapped.replace("int first(int x)\n{",
                              "int\nfirst(\n    int x) {").replace("[0] -= x", "[ 0 ]\n -=x")
    equal(made(edit, wrapped),
          wrapped.replace(wrapped[wrapped.index("x > 0"):wrapped.index(" != 0)") + 5], "x > 1")
          .replace("counters[ 0 ]\n -=x;", "counters[0]--;"))
    edit = '@ a.c second\n- print(\n-     "one "\n-     "string");\n'
    equal(made(edit), SOURCE.replace('print("one string");', ""))
    cut = SOURCE.replace('"one string"', '"one"\n          " string"')
    equal(made(edit, cut), cut.replace('print("one"\n          " string");', ""))
    equal(made("@ a.c first\n- counters[0];\n+ 0; // none\n", SOURCE.replace("[0];\n}", "[0]; }")),
          SOURCE.replace("return counters[0];\n}", "return 0; // none\n }"))


def refuses():
    def refused(edit, wanted, *source):
        said = raises(Failure, made, edit, *source)
        expect(said == wanted, "it says: " + said)
    refused("@ a.c first\n- counters[0] += x;\n",
            "first in a.c has 0 places that read `counters[0] += x;`")
    refused("@ a.c first\n- counter\n", "first in a.c has 0 places that read `counter`")
    refused("@ a.c first\n- a comment\n", "first in a.c has 0 places that read `a comment`")
    refused("@ a.c first\n- call(2);\n", "first in a.c has 0 places that read `call(2);`")
    refused("@ a.c second\n- call(1);\n", "second in a.c has 2 places that read `call(1);`")
    refused("@ a.c\n- counters\n", "a.c has 6 places that read `counters`")
    refused("@ a.c third\n- x\n", "no function third in a.c")
    refused("@ a.c call\n- ...\n", "no function call in a.c")
    refused("@ a.c first\n- ...\n", "2 functions first in a.c", SOURCE + SOURCE)
    refused("@ b.c first\n- x\n", "b.c is missing")
    refused("@ a.c first\n- ...\n\n- x > 0\n+ 1\n", "two edits of a.c overlap: `x > 0`")
    refused("@ a.c first\n- x > 0\n+ x\n- x\n", "line 4 is no part of an edit: - x")
    refused("- x > 0\n", "line 1 is no part of an edit: - x > 0")
    refused("@ a.c first\nx > 0\n", "line 2 is no part of an edit: x > 0")


def other_forms():
    before, definition = SOURCE.split("__attribute__")
    equal(made("@ a.c second\n- return -1;\n+ if (x)\n+     return 1;\n"),
          SOURCE.replace("return -1;", "if (x)\n            return 1;"))
    equal(made("@ a.c second\n- ...\n"), before + "\n")
    equal(made("@ a.c second\n- ...\n+ long second(void)\n+ {\n+     return 1;\n+ }\n"),
          before + "long second(void)\n{\n    return 1;\n}\n")
    equal(made("@ a.c second\n+ static int x;\n+\n\n@ a.c\n+ #include \"kernel/c.h\"\n"),
          before.replace('b.h"\n', 'b.h"\n#include "kernel/c.h"\n') +
          "static int x;\n\n__attribute__" + definition)
    equal(made('@ a.c\n- #include "kernel/a.h"\n\n- {1, 2}\n+ {2}\n'),
          SOURCE.replace('#include "kernel/a.h"', "").replace("{1, 2}", "{2}"))
    equal(made("@ a.c first\n- x > 0\n+ -x\n", "int first(int x) { return -x > 0; }"),
          "int first(int x) { return - -x; }")
    assembly = ("one:  li a0, 1 # a0\n1:    beqz a0, 1b\n      ret\n"
                "two:\n      li a0, 1\n      ret\n")
    equal(made("@ s.S two\n- li a0, 1\n+ li a0, 2\n\n@ s.S one\n- 1: beqz a0, 1b ret\n+ ret\n",
               assembly, "s.S"),
          "one:  li a0, 1 # a0\nret\ntwo:\n      li a0, 2\n      ret\n")
    equal(made("@ x.mk\n- all: one\n+ all: two\n", "# all: one\nall:   one # it\n", "x.mk"),
          "# all: one\nall: two # it\n")


def headers():
    """A fault that does not fit changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "some.fault")

        def mutant(edits):
            with open(path, "w", encoding="utf-8") as f:
                f.write("# Fault: it goes\n#   wrong\n# Area: none\n# Expected: all\n# "
                        "Remove: b.c\n" + edits)
            return mutants.Mutant(path)
        for name in ("a.c", "b.c"):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                f.write(SOURCE)
        said = raises(Failure, mutant("@ a.c first\n- x > 0\n+ x\n\n@ c.c first\n- x\n").put_into,
                      folder)
        expect(said.endswith("some.fault: c.c is missing"), "it says: " + said)
        expect(sorted(os.listdir(folder)) == ["a.c", "b.c", "some.fault"],
               "a file went: %s" % os.listdir(folder))
        equal(mutants.read(os.path.join(folder, "a.c")).decode(), SOURCE)
        good = mutant("@ a.c first\n- x > 0\n+ x\n")
        expect((good.fault, good.files) == ("it goes wrong", ["a.c", "b.c"]),
               "it has read %r" % vars(good))
        good.put_into(folder)
        equal(mutants.read(os.path.join(folder, "a.c")).decode(), SOURCE.replace("x > 0", "x"))
        expect(not os.path.exists(os.path.join(folder, "b.c")),
               "what is to be removed is still there")
        said = raises(Failure, good.put_into, folder)
        expect(said.endswith("some.fault: it removes what is not there: b.c"), "it says: " + said)
