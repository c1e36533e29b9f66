"""The courier's client: POST over TLS to one peer, one request at a time, on a kept connection.

A request is one write, made before `post` gives way for the first time: what waits on the loop, such as
the answer to our own desk, does not hold up the peer's bytes. Answers are parsed by httptools and
bounded in size and time. Redirects, upgrades and encodings are not followed: they are no answer.
Why not a client library: docs/decisions/0009-the-courier-writes-at-once.md.
"""

import asyncio
import ssl
from typing import Final, cast
from urllib.parse import SplitResult, urlsplit

import httptools

from parley.words.errors import PeerError

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
MAX_HEAD_BYTES: Final = 64 * 1024
ANSWER_S: Final = 30.0
CONNECT_S: Final = 5.0
HTTPS_PORT: Final = 443


class PeerClient:
    """Speaks to one peer and to nobody else. For one task: a second `post` waits for no first.

    Args:
        context: trusts this peer's certificate alone.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._kept: dict[str, _Connection] = {}

    async def post(self, endpoint: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Post `body` and return the status and body of the answer.

        A kept connection that turns out to be closed is replaced once: the peer takes a message that
        comes twice as one.

        Args:
            endpoint: `https://HOST:PORT`, from the peer's descriptor.
            path: begins with a slash.
            body: JSON.

        Raises:
            OSError: no connection, or it broke.
            TimeoutError: no connection within `CONNECT_S`, or no answer within `ANSWER_S`.
            PeerError: answer-too-large, answer-not-http.
        """
        kept = self._kept.get(endpoint)
        if kept is not None and kept.is_open:
            try:
                return await kept.post(path, body)
            except ConnectionError:
                pass
        fresh = self._kept[endpoint] = await self._connect(urlsplit(endpoint))
        return await fresh.post(path, body)

    async def _connect(self, url: SplitResult) -> "_Connection":
        loop = asyncio.get_running_loop()
        host, port = url.hostname or "", url.port or HTTPS_PORT
        async with asyncio.timeout(CONNECT_S):
            _, connection = await loop.create_connection(
                lambda: _Connection(url.netloc), host, port, ssl=self._context, server_hostname=host
            )
        return connection

    def close(self) -> None:
        """Close what is kept."""
        for connection in self._kept.values():
            connection.close()
        self._kept.clear()


class _Connection(asyncio.Protocol):
    """One connection, with at most one request under way."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._bytes = 0

    @property
    def is_open(self) -> bool:
        """Tell whether a request may be tried."""
        return self._transport is not None and not self._transport.is_closing()

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        if self._transport is None or self._answer is not None:
            raise ConnectionResetError("the connection is closed or busy")
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._body.clear()
        self._bytes = 0
        self._transport.write(
            b"POST %b HTTP/1.1\r\nhost: %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
            % (path.encode(), self._host.encode(), len(body), body)
        )
        late = loop.call_later(ANSWER_S, self._fail, TimeoutError("no answer in time"))
        try:
            return await self._answer
        finally:
            late.cancel()
            if not self._answer.done() or self._answer.cancelled():
                self.close()  # given up: the rest of this answer must not be taken for the next
            self._answer = None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(ConnectionResetError(str(exc or "the peer closed the connection")))

    def data_received(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._answer is None or self._answer.done():
            self.close()  # nothing was asked
        elif self._bytes > MAX_ANSWER_BYTES + MAX_HEAD_BYTES:
            what = f"an answer holds at most {MAX_ANSWER_BYTES} bytes"
            self._fail(PeerError("answer-too-large", what))
        else:
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(PeerError("answer-not-http", f"the peer's answer is no HTTP answer: {error}"))

    def on_message_begin(self) -> None:
        """Close at an answer that nobody asked for: it must not be taken for the next one (httptools)."""
        if self._answer is None or self._answer.done():
            self.close()

    def on_body(self, chunk: bytes) -> None:
        """Take a part of the body (httptools)."""
        self._body += chunk

    def on_message_complete(self) -> None:
        """The answer is whole (httptools)."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), bytes(self._body)))
        if not self._parser.should_keep_alive():
            self.close()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.close()
