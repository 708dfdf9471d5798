"""A client of QEMU's debugger stub: breakpoints, continue, and the word that a stop came.

Packets are `$DATA#CHECKSUM`; each is answered by `+` (GDB manual, appendix E). What the stub
answers to a request is waited for; what it sends while the machine runs, is a stop.
"""

import re
import socket

PACKET = re.compile(rb"\$([^#]*)#[0-9a-fA-F]{2}")


class GDBClient:
    """Connects to the port; raises OSError as long as nobody listens there."""

    def __init__(self, port, timeout=10.0, host="127.0.0.1"):
        self.sock = socket.create_connection((host, port), timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""

    def fileno(self):
        return self.sock.fileno()

    def close(self):
        self.sock.close()

    def _send(self, data):
        self.sock.sendall(b"$%s#%02x" % (data, sum(data) % 256))

    def _packets(self):
        """What has come, as the contents of packets. Raises EOFError at the end."""
        piece = self.sock.recv(4096)
        if not piece:
            raise EOFError("the debugger stub has gone")
        self.pending += piece
        found = list(PACKET.finditer(self.pending))
        if found:
            self.pending = self.pending[found[-1].end():]
            self.sock.sendall(b"+" * len(found))
        return [packet[1] for packet in found]

    def _ask(self, data):
        self._send(data)
        while True:
            for answer in self._packets():
                return answer

    def breakpoint(self, address):
        """A hardware breakpoint: it needs no memory there yet."""
        answer = self._ask(b"Z1,%x,1" % address)
        if answer != b"OK":
            raise AssertionError("QEMU takes no breakpoint at %#x: %r" % (address, answer))

    def cont(self):
        self._send(b"c")

    def handle_read(self):
        """Takes what has come while the machine runs. True: it has stopped at a breakpoint."""
        return any(packet.startswith(b"T05") for packet in self._packets())
