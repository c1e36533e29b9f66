"""People: who acts through the local API, brought to the desk inside a transaction."""

from parley.node.desk import Desk
from parley.ports.store import Line, Tx
from parley.web.asked import Asked
from parley.web.door import Door


def desk_of(door: Door, tx: Tx, line: Line, data: Asked) -> Desk:
    """Return the desk of the person who asks, on a line as it is now."""
    now_ms = door.clock.now_ms()
    voice = data.heard.voice(now_ms) if data.heard else None
    return Desk(tx, door.own, tx.line(line.id) or line, data.by, now_ms, voice)
