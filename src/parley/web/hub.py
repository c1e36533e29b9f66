"""Hub: what happened, told to every desk that listens. Told after the commit, never before."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from parley.ports.store import Happening

BACKLOG: Final = 20_000
"""How many happenings one slow listener may lag behind before it is told that it missed some."""

_encode: Final = msgspec.json.Encoder().encode


class Hub:
    """Fans happenings out to listeners, in order. Lives on the event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[bytes | None]] = set()

    def tell(self, happenings: Sequence[Happening]) -> None:
        """Tell all listeners; called on the event loop, after each commit."""
        if not (happenings and self._listeners):
            return
        chunk = b"".join(b"data: " + _encode(happening) + b"\n\n" for happening in happenings)
        for listener in self._listeners:
            if listener.qsize() >= BACKLOG:
                continue
            full = listener.qsize() == BACKLOG - 1
            listener.put_nowait(b"event: missed\ndata: {}\n\n" if full else chunk)

    async def listen(self) -> AsyncIterator[bytes]:
        """Yield server-sent events from now on, in chunks."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield b": listening\n\n"
            while (chunk := await queue.get()) is not None:
                yield chunk
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every listener's stream."""
        for listener in self._listeners:
            listener.put_nowait(None)
