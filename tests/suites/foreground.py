"""Who has the console: the foreground group, those who want to take it from behind, shells in
shells, dead shells."""

import re

from lib.image import copy_image, discard, fsck
from lib.machine import Failure, Machine
from lib.results import Test

SETTINGS = [(1, "debug"), (2, "plain"), (4, "debug")]
REFUSED = "Operation not permitted"


def tests(everything):
    del everything
    return [Test("foreground: %s [%d hart%s, %s]" % (name, cpus, "" if cpus == 1 else "s", build),
                 at_machine, action,
                 cpus, build)
            for name, action in ACTIONS for cpus, build in SETTINGS]


def at_machine(action, cpus, build):
    name = "foreground-%s-%d-%s" % (action.__name__, cpus, build)
    image = copy_image(name)
    machine = Machine(name, build, cpus, image=image, limit=120)
    try:
        machine.boot()
        action(machine)
        machine.poweroff()
        machine.check_qemu_log()
        fsck(image)
    except Failure as failure:
        raise machine.keep_log(failure) from None
    finally:
        machine.kill()
        discard(image)


def must_be(what, got, want):
    if got != want:
        raise Failure("%s: %r instead of %r" % (what, got, want))


def interrupt(machine, key="\x03"):
    """Types Ctrl-C; what is printed up to the next prompt."""
    machine.send(key)
    return machine.read_to_prompt()


def shells(machine):
    """Process numbers of the shells."""
    return re.findall(r"^ *(\d+) .* sh$", machine.run("ps"), re.M)


def settle(machine):
    """What runs in the background has come to its end or to rest."""
    machine.run("sleep 30")


def thief(machine):
    """A program in the background asks for the console in every way, and gets it in none."""
    machine.run("fgtest thief > out &")
    settle(machine)
    answers = machine.run("cat out").splitlines()
    must_be("what the thief is told", [line.split(": ")[1] for line in answers], 5 * [REFUSED])
    machine.send("\x03")  # at the prompt it ends nobody
    must_be("echo", machine.run("echo alive").split("\n")[-2], "alive")
    must_be("shells", shells(machine), ["2"])
    machine.run("kill -%s" % re.search(r"(\d+) .* fgtest$", machine.run("ps"), re.M).group(1))


def background_reader(machine):
    """It reads nothing, gets an error, and all lines reach the shell."""
    machine.type_command("cat &")
    # The prompt comes before what cat says, or after it.
    error = "cat: cannot read standard input: Input/output error\n"
    machine.expect(r"\$ %s|%s\$ " % (error, error))
    for i in range(20):
        must_be("line %d" % i, machine.run("echo line%d" % i), "line%d\n" % i)


def reader_left_behind(machine):
    """One that waits for a line when its group loses the console does not get the next line."""
    machine.run("fgtest leave-reader")
    machine.type_command("sleep 30; echo one")
    must_be("output", machine.read_to_prompt(),
            "the child left behind reads -1: Input/output error\none\n")
    must_be("echo", machine.run("echo two"), "two\n")


def stay(machine):
    """Ctrl-C ends a program in the foreground that tries to be somewhere else."""
    machine.type_command("fgtest stay")
    machine.run_for(0.5)
    must_be("stay", interrupt(machine), "^C\n")
    # From a pipeline it gets away; then the shell does not wait for it.
    machine.type_command("true | fgtest stay")
    machine.run_for(0.5)
    out = interrupt(machine)
    pid = re.fullmatch(r"\^C\nsh: process (\d+) goes on in the background: Interrupted\n", out)
    if not pid:
        raise Failure("after Ctrl-C the shell prints %r" % out)
    must_be("kill", machine.run("kill %s" % pid.group(1)), "")


def nested(machine):
    """Each shell of three gives the console to its jobs and takes it back, Ctrl-C ends none of
    them."""
    for depth in range(2):
        machine.run("sh")
    must_be("shells", len(shells(machine)), 3)
    for depth in range(3):
        machine.send("\x03")
        machine.run("true")
        machine.type_command("spin")
        machine.run_for(0.3)
        must_be("job in shell %d" % depth, interrupt(machine), "^C\n")
        must_be("line in shell %d" % depth, machine.run("cat < README | wc").split()[1:2], ["229"])
        if depth < 2:
            machine.run("exit")
    must_be("shells", shells(machine), ["2"])


def end_shell(machine):
    """A job ends the nested shell that waits for it: the shell around that takes the console
    back."""
    machine.run("sh")
    must_be("end-parent", machine.run("fgtest end-parent"), "")
    must_be("shells", shells(machine), ["2"])
    machine.type_command("spin")
    machine.run_for(0.3)
    must_be("job", interrupt(machine), "^C\n")


def end_first_shell(machine):
    """The first shell is ended by a job: init starts another, which has the console."""
    machine.type_command("fgtest end-parent")
    machine.expect("init: starting sh\n")
    machine.read_to_prompt()
    must_be("number of shells", len(shells(machine)), 1)
    machine.send("\x03")
    machine.run("true")
    machine.type_command("spin")
    machine.run_for(0.3)
    must_be("job", interrupt(machine), "^C\n")


def deaf_shell(machine):
    """A program that says it is a shell and does not listen: Ctrl-C does not end it, Ctrl-\\
    does."""
    machine.type_command("fgtest deaf")
    machine.expect("as a shell: allowed\n")
    machine.send("\x03")
    machine.run_for(0.5)
    must_be("after Ctrl-C", machine.text, "^C\n")
    out = interrupt(machine, "\x1c")
    must_be("after Ctrl-\\", out, "^C\n^\\\ninit: sh was killed\ninit: starting sh\n")
    must_be("deaf programs", machine.run("ps | grep fgtest"), "")


def lend(machine):
    """A program lends the console to its children and takes it back."""
    machine.type_command("fgtest lend")
    machine.expect("back from a child that has ended: allowed\n")
    machine.send("a line\n")
    out = machine.read_to_prompt()
    must_be("reads", out, "a line\nreads: a line\n")
    if REFUSED in open(machine.log_path).read():
        raise Failure("what it may do is refused")


def orphan(machine):
    """A process without parents has got the console: the shell takes it back nevertheless."""
    machine.run("fgtest orphan")
    settle(machine)
    must_be("echo", machine.run("echo alive"), "alive\n")
    must_be("shells", shells(machine), ["2"])


def script(machine):
    """What a shell without job control starts in the background reads from /null."""
    must_be("sh -c", machine.run('sh -c "wc & wait"').split(), ["0", "0", "0"])
    must_be("a group of commands", machine.run("(wc & wait)").split(), ["0", "0", "0"])
    must_be("its own input", machine.run('sh -c "wc < README & wait"').split()[1:2], ["229"])


def wait_interrupted(machine):
    """Ctrl-C ends the shell's wait, and not what it waits for."""
    machine.run("sleep 100000 &")
    machine.type_command("wait")
    machine.run_for(0.3)
    must_be("wait", interrupt(machine), "^C\n")
    pid = re.search(r"(\d+) .* sleep$", machine.run("ps"), re.M)
    if not pid:
        raise Failure("Ctrl-C has ended the background job, too")
    machine.run("kill %s" % pid.group(1))
    must_be("wait", machine.run("wait"), "")


def kill_without_process(machine):
    """The shell ends processes also when no further one can be started."""
    machine.type_command("fgtest fill &")
    group = re.search(r"group (\d+) is full", machine.expect(r"group \d+ is full\n", 60)).group(1)
    machine.run("kill -%s" % group)
    machine.run("wait", 60)
    # The shell waits for the first of them; init takes in the others, which may take it a moment.
    left = machine.run("ps | grep fgtest", 60)
    for _ in range(20):
        if left:
            left = machine.run("sleep 50; ps | grep fgtest", 60)
    must_be("fgtest", left.count("\n"), 0)


ACTIONS = [("a thief", thief), ("a reader in the background", background_reader),
           ("a reader left behind", reader_left_behind), ("a program that wants to stay", stay),
           ("nested shells", nested),
           ("a nested shell is ended", end_shell), ("the first shell is ended", end_first_shell),
           ("a shell that does not listen", deaf_shell), ("lent and taken back", lend),
           ("an orphan", orphan),
           ("scripts read nothing", script), ("wait", wait_interrupted),
           ("kill without a process", kill_without_process)]
