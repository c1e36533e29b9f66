"""Ports for nodes that are started beside others: held until this process ends, so that no two runs clash.

A port that the system names as free can be taken by anyone's outgoing connection before a node listens on
it. So ports are taken from below the range of outgoing ones, and each is marked as taken by a socket with a
name of its own (Linux, abstract namespace), which ends with the process however it ends.
"""

import os
import socket
from typing import Final

from parley.words.errors import SystemFault

LOOPBACK: Final = "127.0.0.1"
FIRST_PORT: Final = 20_000
PORTS: Final = 12_000


def free_port() -> int:
    """Return a port on loopback that is free, and that no other process of ours will be given.

    Raises:
        SystemFault: none is free.
    """
    start = os.getpid() * 61 % PORTS
    for step in range(PORTS):
        port = FIRST_PORT + (start + step) % PORTS
        if _hold(port):
            return port
    raise SystemFault("no-free-port", "no port on loopback is free", do="End other nodes, and try again.")


def _hold(port: int) -> bool:
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mark.bind(f"\0parley-port-{port}")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))
    except OSError:
        mark.close()
        return False
    mark.detach()  # open until this process ends
    return True
