"""Takes the place of QEMU for graders: a debugger's stub on a port, and megabytes of output once it
may go on.

    fake_machine.py PORT MEGABYTES
"""

import os
import socket
import sys


def serve(port):
    """Answers until the machine may go on."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        client = listener.accept()[0]
    data = b""
    while b"$c#" not in data:
        piece = client.recv(1000)
        if not piece:
            sys.exit(1)
        data += piece
        client.sendall(b"+")
    return client


def main():
    client = serve(int(sys.argv[1]))
    out = sys.stdout.buffer
    out.write(b"$ ")
    out.flush()
    out.write(sys.stdin.buffer.readline())
    line = "%d a line of \u00fcsual length, as a kernel prints it %s\n"
    lines = "".join(line % (n, "x" * (n % 50)) for n in range(1000)).encode()
    for _ in range((int(sys.argv[2]) << 20) // len(lines) + 1):
        out.write(lines)
    out.write(b"the end\n")
    out.flush()
    client.recv(1)
    os._exit(0)


main()
