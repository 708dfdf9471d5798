"""A disk for QEMU that is served from here, so that a test decides what becomes of each request.

It speaks as much of NBD as QEMU asks for (https://github.com/NetworkBlockDevice/nbd, doc/proto.md:
fixed newstyle handshake, simple replies), over a Unix socket, for one machine at a time.

    disk = Disk(image)              image: bytes; what the machine writes stays in disk.image
    Machine(..., extra=disk.options())
    disk.arm("read", 3, True)       the third read from now on fails, and all that follow
    disk.heal()
    disk.heal_at = offset           the first read of that place heals it
    disk.close()
"""

import os
import shutil
import socket
import struct
import tempfile
import threading

FIXED_NEWSTYLE, NO_ZEROES = 1, 2
HAS_FLAGS, SEND_FLUSH = 1, 4
OPT_EXPORT_NAME, OPT_ABORT, OPT_GO = 1, 2, 7
REP_ACK, REP_INFO, REP_ERR_UNSUP = 1, 3, 0x80000001
CMD = {0: "read", 1: "write", 3: "flush"}
CMD_DISCONNECT = 2
EIO, EINVAL = 5, 22


class Disk:
    def __init__(self, image):
        self.image = bytearray(image)
        self.heal()
        self.folder = tempfile.mkdtemp(prefix="nbd")  # a socket's path must be short
        self.path = os.path.join(self.folder, "disk")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def options(self):
        """Of QEMU, for a machine with this disk. A request that fails is the guest's matter."""
        return ["-drive", "file=nbd:unix:%s,if=none,format=raw,id=x0,rerror=report,werror=report" %
                self.path,
                "-device", "virtio-blk-device,drive=x0,bus=virtio-mmio-bus.0"]

    def arm(self, kind, k=None, forever=False):
        """Counts requests from now on. The k-th of that kind fails (k None: none does)."""
        self.count = dict.fromkeys(CMD.values(), 0)
        self.counting = True
        self.fault = (kind, k, forever) if k else None
        self.failed = 0

    def heal(self):
        self.arm(None)
        self.heal_at = None

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.listener.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- the protocol, in a thread ---

    def _serve(self):
        while True:
            try:
                self.socket, _ = self.listener.accept()
            except OSError:
                return  # closed
            with self.socket:
                try:
                    if self._handshake():
                        while self._request():
                            pass
                except (ConnectionError, EOFError):
                    pass  # the machine has ended

    def _receive(self, n):
        data = bytearray()
        while len(data) < n:
            part = self.socket.recv(n - len(data))
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def _unpack(self, form):
        return struct.unpack(form, self._receive(struct.calcsize(form)))

    def _handshake(self):
        self.socket.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", FIXED_NEWSTYLE | NO_ZEROES))
        self._unpack(">I")
        export = struct.pack(">QH", len(self.image), HAS_FLAGS | SEND_FLUSH)
        while True:
            _magic, option, length = self._unpack(">QII")
            self._receive(length)
            if option == OPT_EXPORT_NAME:
                self.socket.sendall(export)
                return True
            if option == OPT_GO:
                self._answer(option, REP_INFO, struct.pack(">H", 0) + export)
                self._answer(option, REP_ACK)
                return True
            self._answer(option, REP_ACK if option == OPT_ABORT else REP_ERR_UNSUP)
            if option == OPT_ABORT:
                return False

    def _answer(self, option, reply, data=b""):
        self.socket.sendall(struct.pack(">QIII", 0x3E889045565A9, option, reply, len(data)) + data)

    def _fails(self, kind):
        self.count[kind] += self.counting
        if not self.fault or self.fault[0] != kind:
            return False
        _, k, forever = self.fault
        fails = self.count[kind] == k or (forever and self.count[kind] > k)
        self.failed += fails
        return fails

    def _request(self):
        _magic, _flags, command, handle, offset, length = self._unpack(">IHHQQI")
        if command == CMD_DISCONNECT:
            return False
        data = self._receive(length) if CMD.get(command) == "write" else b""
        error, out = 0, b""
        if command in CMD and self.heal_at is not None and offset <= self.heal_at < offset + length:
            self.fault, self.counting = None, False
        if command not in CMD or offset + length > len(self.image):
            error = EINVAL
        elif self._fails(CMD[command]):
            error = EIO
        elif CMD[command] == "read":
            out = bytes(self.image[offset:offset + length])
        elif CMD[command] == "write":
            self.image[offset:offset + length] = data
        self.socket.sendall(struct.pack(">IIQ", 0x67446698, error, handle) + out)
        return True
