"""What a machine executed: gcov's counters, taken from its memory.

A COVERAGE=1 kernel counts how often the arcs of each function's flow graph are taken, in counters
that lie in its bss, and does nothing else with them: no runtime of gcov is linked. While COUNTERS
names a folder, each machine runs such a kernel, and its memory is a file that outlives QEMU. So
however QEMU ends (power-off, panic, killed), the counters can be read from that file; they go to
a small file of their own in the folder, which lib.gcov adds up later.

Where the counters lie is told by the structures of gcov's libgcov.h (struct gcov_info), to which
the kernel's section .gcov_info points. They are constant: read from the ELF file.
"""

import array
import itertools
import os
import struct
import threading
import zlib

FOLDER = os.environ.get("COUNTERS")
# The kernels that are measured. The checkers of the debug build are not part of the kernel.
VARIANTS = {"plain": "coverage", "debug": "coverage", "ktest": "ktest-coverage",
            "ktest-debug": "ktest-coverage"}
RAM_START = 0x80000000

_number = itertools.count()
_kernels = {}
_lock = threading.Lock()


class Elf:
    """A 64-bit, little-endian ELF file: its memory as it is before the start, and its sections."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        phoff, shoff = struct.unpack_from("<QQ", self.data, 32)
        phsize, phnum, shsize, shnum, names = struct.unpack_from("<HHHHH", self.data, 54)
        # (flags, offset, virtual, physical, size in the file, size in memory, alignment)
        self.segments = [struct.unpack_from("<4xIQQQQQQ", self.data, phoff + i * phsize)
                         for i in range(phnum)]
        sections = [struct.unpack_from("<II8xQQQ", self.data, shoff + i * shsize)
                    for i in range(shnum)]
        self.sections = {self.text(sections[names][3] + name): (address, size)
                         for name, _, address, _, size in sections}

    def text(self, offset):
        return self.data[offset:self.data.index(b"\0", offset)].decode()

    def segment(self, address):
        for _, offset, virtual, physical, filesize, memsize, _ in self.segments:
            if virtual <= address < virtual + memsize:
                return offset - virtual, physical - virtual
        raise ValueError("no segment holds address 0x%x" % address)

    def offset(self, address):
        return address + self.segment(address)[0]

    def physical(self, address):
        return address + self.segment(address)[1]

    def read(self, form, address):
        return struct.unpack_from("<" + form, self.data, self.offset(address))


class Function:
    """One function (struct gcov_fn_info): its identity in the .gcno file, where its counters of
    arcs lie, and how many there are. No other kind of counter is in use."""

    def __init__(self, elf, address):
        self.identity = elf.read("III", address + 8)
        self.number, self.address = elf.read("I4xQ", address + 24)


class Unit:
    """One object file (struct gcov_info): the head of its .gcda file, and its functions."""

    def __init__(self, elf, address):
        # GCC 12 put a checksum where padding was; GCC 14 and 15 each added a kind of counter.
        self.version, self.stamp, self.checksum, name = elf.read("I12xIIQ", address)
        self.major = 10 * ((self.version >> 24) - ord("A")) + (self.version >> 16 & 0xff) - ord("0")
        self.path = elf.text(elf.offset(name))
        kinds = 8 + (self.major >= 14) + (self.major >= 15)
        number, functions = elf.read("I4xQ", address + 32 + 8 * kinds)
        self.functions = [Function(elf, *elf.read("Q", functions + 8 * i)) for i in range(number)]


class Kernel:
    """The counters of one kernel, in the order in which the counter files hold them."""

    def __init__(self, path):
        elf = Elf(path)
        self.identity = zlib.crc32(elf.data)
        if ".gcov_info" not in elf.sections:
            raise ValueError("%s has no counters: make COVERAGE=1" % path)
        start, size = elf.sections[".gcov_info"]
        pointers = [elf.read("Q", start + 8 * i)[0] for i in range(size // 8)]
        self.units = [Unit(elf, p) for p in pointers if p]
        self.places = [(elf.physical(f.address) - RAM_START, f.number)
                       for unit in self.units for f in unit.functions]

    def from_memory(self, path):
        counts = array.array("Q")
        with open(path, "rb") as ram:
            for offset, number in self.places:
                ram.seek(offset)
                counts.frombytes(ram.read(8 * number).ljust(8 * number, b"\0"))
        return counts


def kernel_of(path):
    with _lock:
        if path not in _kernels:
            _kernels[path] = Kernel(path)
        return _kernels[path]


class Memory:
    """The memory of a machine as a file, for one life of it."""

    def __init__(self, path, size):
        self.path, self.size = path, size

    def options(self):
        self.discard()
        return ["-object", "memory-backend-file,id=ram,share=on,size=%s,mem-path=%s" %
                (self.size, self.path), "-machine", "memory-backend=ram"]

    def save(self, kernel_path):
        """After QEMU's end: puts the counters into a file of the folder."""
        if not os.path.exists(self.path):
            return
        kernel = kernel_of(kernel_path)
        variant = os.path.basename(os.path.dirname(kernel_path))
        name = "%s.%d.%d" % (variant, os.getpid(), next(_number))
        with open(os.path.join(FOLDER, name), "wb") as f:
            f.write(struct.pack("<I", kernel.identity))
            kernel.from_memory(self.path).tofile(f)
        self.discard()

    def discard(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
