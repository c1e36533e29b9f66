"""Naming: what people call a notice."""

from parley.exchange.thread import Thread
from parley.node.own import Own
from parley.ports.store import Line


def handle(own: Own, line: Line, thread: Thread) -> str:
    """Return a notice's name for voice and screen: its author's name and the number of its first message."""
    peer_name = line.peer.name if line.peer else line.name
    author = own.descriptor.name if thread.author == own.party else peer_name
    return f"{author}-{thread.seq}"
