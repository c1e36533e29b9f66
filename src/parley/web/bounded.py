"""Bounded: HTTP whose requests cannot grow or last without end, whoever sends them.

The bodies are bounded where they are read; here the head is, and the time until a request is whole. A
connection that has said nothing yet is under the same time. A certificate holds only so many connections,
and all of them together only so many: the one idle longest makes way for the newest, so that a peer that
leaks connections never locks out its own STOP, nor anyone else's.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 64 * 1024
"""Request line and headers; one chunk from the network may come on top."""
REQUEST_S: float = 30.0
MOST_OF_ONE: Final = 32
"""Connections with one certificate; a node needs three for each line."""
MOST_IN_ALL: Final = 512


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol, which by itself would keep a head of any size and wait for ever."""

    _head_bytes = 0
    _in_head = True
    _at_an_end = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as uvicorn has it
        """Start the time of the first request."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time."""
        self._expect_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; cut off a head that is too large."""
        if self._deadline is None:
            self._expect()
        self._at_an_end = False
        super().data_received(data)
        if self._in_head and not self._at_an_end:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The head of the request is too large.")

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head, self._head_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole; what follows is the head of the next."""
        self._in_head = self._at_an_end = True
        self._expect_no_more()
        super().on_message_complete()

    @property
    def is_busy(self) -> bool:
        """Tell whether a request of this connection is being answered."""
        return not getattr(self.cycle, "response_complete", True)

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_S, self.transport.abort)

    def _expect_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Crowd:
    """Which connections are open, by certificate, the one idle longest first."""

    def __init__(self) -> None:
        self._open: dict[bytes, dict[BoundedHttp, None]] = {}
        self._count = 0

    def admit(self, certificate: bytes, connection: BoundedHttp) -> None:
        """Count a connection; end another where there are too many."""
        mine = self._open.setdefault(certificate, {})
        mine[connection] = None
        self._count += 1
        if len(mine) > MOST_OF_ONE:
            self._end_one(mine)
        elif self._count > MOST_IN_ALL:
            self._end_one(max(self._open.values(), key=len))

    def _end_one(self, crowd: dict[BoundedHttp, None]) -> None:
        idle = (connection for connection in crowd if not connection.is_busy)
        next(idle, next(iter(crowd))).transport.abort()

    def touch(self, certificate: bytes, connection: BoundedHttp) -> None:
        """Note that a connection was used just now."""
        mine = self._open.get(certificate, {})
        if connection in mine:
            del mine[connection]
            mine[connection] = None

    def leave(self, certificate: bytes, connection: BoundedHttp) -> None:
        """Forget a connection that has ended."""
        mine = self._open.get(certificate, {})
        if connection in mine:
            del mine[connection]
            self._count -= 1
        if not mine:
            self._open.pop(certificate, None)


def pinned_to(is_pinned: Callable[[bytes | None], bool]) -> type[BoundedHttp]:
    """Return the protocol for a listener whose every connection must show one of the pinned certificates.

    TLS has checked that a chain leads to one; here the certificate itself is compared.
    """
    crowd = Crowd()

    class PinnedHttp(BoundedHttp):
        _shown = b""

        def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as uvicorn has it
            super().connection_made(transport)
            session = transport.get_extra_info("ssl_object")
            shown = session.getpeercert(binary_form=True) if session is not None else None
            if not shown or not is_pinned(shown):
                transport.abort()
                return
            self._shown = shown
            crowd.admit(shown, self)

        def connection_lost(self, exc: Exception | None) -> None:
            crowd.leave(self._shown, self)
            super().connection_lost(exc)

        def on_message_complete(self) -> None:
            crowd.touch(self._shown, self)
            super().on_message_complete()

    return PinnedHttp
