"""What the files of a disk must hold, by what the calls on them have returned.

A script (user/tests/diskcalls.c) is followed line by line as the program prints the results. A call
that has succeeded changes the model, one that has failed does not. The model keeps a state for each
change, and from which of them on the program was told that all is on the disk.
"""

import re
import zlib

from lib.machine import Failure

PAGE = 4096
ENOENT, EIO, EEXIST, ENOTEMPTY = -2, -5, -17, -39
RESULT = re.compile(r"(?P<sort>[#+])(?P<line>\d+) (?P<value>-?\d+)(?: "
                    r"(?P<sum>\d+))?;|!(?P<sync>\d+);")
SHOWN = re.compile(r"=(?:D (?P<dir>\S+)|F (?P<file>\S+) (?P<nlink>\d+) (?P<size>\d+) "
                   r"(?P<sum>\d+)|E (?P<bad>.*));")
PLACES = bytes((i ^ i >> 8) & 255 for i in range(1 << 16))
DIR = "directory"


def pattern(off, n, seed):
    """As diskcalls has it."""
    shifted = PLACES.translate(bytes((i + seed * 37) & 255 for i in range(256)))
    first = off % len(shifted)
    return (shifted * ((first + n) // len(shifted) + 1))[first:first + n]


class Model:
    def __init__(self, setup):
        """After that script, which has succeeded."""
        self.names = {"/d": 0}  # path -> inode
        self.inodes = {0: DIR}  # inode -> DIR, or a file's bytes
        for line in setup.splitlines():
            name, *args = line.split()
            self.apply(name, args, int(args[2]) if name == "write" else 0)
        self.states = [self.state()]
        self.durable = 0        # the disk may hold this state or a later one
        self.concurrent = False

    def state(self):
        users = list(self.names.values())
        return {path: DIR if self.inodes[i] is DIR else
                (users.count(i), len(self.inodes[i]), zlib.crc32(self.inodes[i]))
                for path, i in self.names.items()}

    def file(self, path):
        """Its bytes; None: there is no such file."""
        return self.inodes.get(self.names.get(path))

    def add(self, path, what):
        number = len(self.inodes)
        self.inodes[number] = what
        self.names[path] = number

    def below(self, path):
        return [name for name in self.names if name.startswith(path + "/")]

    # --- calls ---

    def missing(self, *paths):
        return ENOENT if any(p not in self.names for p in paths) else 0

    def refusal(self, name, args):
        """The error that a call would have on a healthy disk, 0: none."""
        parent = args[-1].rsplit("/", 1)[0] if args and args[-1].startswith("/d/") else "/d"
        if name in ("create",):
            return self.missing(parent)
        if name in ("mkdir", "link"):
            error = self.missing(parent, *args[:-1])
            return error or (EEXIST if args[-1] in self.names else 0)
        if name == "rename":
            return self.missing(parent, args[0])
        if name == "unlink":
            return self.missing(args[0]) or (ENOTEMPTY if self.below(args[0]) else 0)
        if name in ("write", "append", "trunc", "fsync", "list", "read", "map", "mapread", "hold"):
            return self.missing(args[0])
        return 0

    def apply(self, name, args, value, failed=False):
        """A call has succeeded with that value. Says what is wrong with it, or None. If the disk
        has failed, a read may be short."""
        path = args[0] if args else None
        numbers = [int(a) for a in args[1:] if a.isdigit()]
        if name in ("write", "append"):
            off, n, seed = numbers if name == "write" else [len(self.file(path)), *numbers]
            if not 0 < value <= n:
                return "of %d bytes" % n
            data = self.file(path).ljust(off, b"\0")
            new = pattern(off if name == "write" else 0, n, seed)[:value]
            self.inodes[self.names[path]] = data[:off] + new + data[off + value:]
            return None
        if name == "read":
            want = len(self.file(path)[numbers[0]:][:numbers[1]])
            return None if value == want or (failed and 0 < value < want) else "not %d" % want
        if name == "list":
            want = sum("/" not in below[len(path) + 1:] for below in self.below(path))
            return None if value == want else "not %d" % want
        if value != 0:
            return "not 0"
        if name == "create" and path not in self.names:
            self.add(path, b"")
        elif name == "mkdir":
            self.add(path, DIR)
        elif name == "trunc":
            data = self.file(path)
            self.inodes[self.names[path]] = data[:numbers[0]].ljust(numbers[0], b"\0")
        elif name == "unlink":
            del self.names[path]
        elif name == "link":
            self.names[args[1]] = self.names[path]
        elif name == "rename":
            self.rename(*args)
        return None

    def rename(self, old, new):
        if self.names.get(new) == self.names[old]:
            return  # two names of one file: both stay
        for name in [old] + self.below(old):
            self.names[new + name[len(old):]] = self.names.pop(name)

    def store(self, path, page, seed):
        data = self.file(path)
        self.inodes[self.names[path]] = \
            data[:page * PAGE] + pattern(page * PAGE, PAGE, seed) + data[(page + 1) * PAGE:]

    # --- a script's results ---

    def follow(self, script, output, own_sum, failed):
        """What the program printed while it ran the script; failed: a request of the disk did."""
        lines = script.split("\n")
        self.concurrent = "{" in script
        told, begun = set(), {}
        for match in RESULT.finditer(output):
            if match["sync"]:
                begun[int(match["sync"])] = len(self.states) - 1
                continue
            number, value = int(match["line"]), int(match["value"])
            name, *args = lines[number - 1].split()
            if match["sort"] == "+":
                error = self.follow_part(name, args, value, own_sum)
            else:
                told.add(number)
                error = self.follow_call(name, args, value, int(match["sum"]), failed)
            if error:
                raise Failure("line %d: %s: %d, %s" % (number, lines[number - 1], value, error))
            if name in ("sync", "fsync") and value == 0:
                self.durable = max(self.durable, begun[number])
            now = self.state()
            if now != self.states[-1]:
                self.states.append(now)
        untold = [n for n, line in enumerate(lines, 1) if line and line[0] not in "{}"
                  and n not in told]
        if untold:
            raise Failure("no result of line %d: %s" % (untold[0], lines[untold[0] - 1]))

    def follow_part(self, name, args, value, own_sum):
        if name == "map":
            self.store(args[0], value, int(args[3]))
            return None
        want = own_sum if name == "run" else zlib.crc32(self.file(args[0]))
        return None if value & 0xffffffff == want else "other bytes than there should be"

    def follow_call(self, name, args, value, checksum, failed):
        refusal = self.refusal(name, args)
        if refusal:
            return None if value in (refusal, EIO) else "not %d" % refusal
        if value < 0 or (value > 0 and name in ("run", "map", "mapread")):
            if not failed:
                return "and the disk has not failed"
            return None if name in ("run", "map", "mapread") or value == EIO else "not %d" % EIO
        error = self.apply(name, args, value, failed)
        if name == "read" and value > 0 and not error:
            off = int(args[1])
            if checksum != zlib.crc32(self.file(args[0])[off:off + value]):
                error = "other bytes than there should be"
        return error

    # --- what is there ---

    def check_now(self, shown):
        difference(self.states[-1], shown, "the running system")

    def check_disk(self, shown):
        """After a reboot: one of the states since all was said to be on the disk."""
        possible = self.states[self.durable:]
        if self.concurrent:
            for path in set(shown).union(*possible):
                if all(shown.get(path) != state.get(path) for state in possible):
                    raise Failure("the disk: %s is %s, which it never was since the last sync" %
                                  (path, shown.get(path)))
        elif shown not in possible:
            difference(possible[-1], shown, "the disk holds no state since the last sync; it")


def parse_shown(text):
    found = {}
    for match in SHOWN.finditer(text):
        if match["bad"]:
            raise Failure("cannot be read on a healthy disk: " + match["bad"])
        if match["dir"]:
            found[match["dir"]] = DIR
        else:
            found[match["file"]] = (int(match["nlink"]), int(match["size"]), int(match["sum"]))
    return found


def difference(want, got, where):
    for path in sorted(set(want) | set(got)):
        if want.get(path) != got.get(path):
            raise Failure("%s has %s as %s, not as %s" % (where, path, got.get(path),
                                                          want.get(path)))
