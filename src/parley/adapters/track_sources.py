"""Where live positions come from: UDP, TCP and TLS, listened for or connected to.

Everybody who sends is a stranger: connections are counted, each read is bounded, a silent one is closed,
and what cannot wait is dropped and counted. A TCP sender that is too fast waits; a datagram cannot, and
is dropped. A connection of ours that breaks is made again, after 1 s, 2 s, and so on to 60 s.
"""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

from parley.words.errors import InputError, SystemFault

READ_BYTES: Final = 64 * 1024
MOST_WAITING: Final = 256
"""Pieces that wait to be read: with `READ_BYTES` each, 16 MiB."""
MOST_CONNECTIONS: Final = 64
IDLE_S: Final = 600.0
FIRST_DELAY_S: Final = 1.0
LONGEST_DELAY_S: Final = 60.0
CONNECT_S: Final = 20.0
_SCHEMES: Final = frozenset({"udp", "tcp", "tls"})


class Address(Struct, frozen=True):
    """A scheme (udp, tcp or tls), a host and a port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


class TlsFiles(Struct, frozen=True, kw_only=True):
    """Our certificate and key, and who vouches for others; null for none."""

    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None


class Piece(NamedTuple):
    """Bytes from one source.

    Attributes:
        source: one sender: each has a stream of its own.
        data: null at its end.
        whole: a datagram, which holds no half of anything.
        close: refuses this sender.
    """

    source: str
    data: bytes | None
    whole: bool
    close: Callable[[], None]


def address_of(text: str, *, connect: bool) -> Address:
    """Read "udp://HOST:PORT", "tcp://…" or "tls://…".

    Raises:
        InputError: address-unreadable.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    wanted = _SCHEMES - {"udp"} if connect else _SCHEMES
    if parts.scheme not in wanted or not host or port is None or parts.path or parts.query:
        forms = ", ".join(f"{scheme}://HOST:PORT" for scheme in sorted(wanted))
        what = "this is no address of a source of positions"
        raise InputError("address-unreadable", what, where=text[:80], do=f"Write {forms}.")
    return Address(parts.scheme, host, port)


class Inbox:
    """What waits to be read, bounded; and how much found no room."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[Piece] = asyncio.Queue(MOST_WAITING)
        self.dropped: Counter[str] = Counter()
        self.told: Callable[[str], None] = lambda _what: None

    async def put(self, piece: Piece) -> None:
        """Wait for room: so a fast sender on a connection is slowed."""
        await self.pieces.put(piece)

    def offer(self, piece: Piece) -> None:
        """Take a datagram if there is room."""
        try:
            self.pieces.put_nowait(piece)
        except asyncio.QueueFull:
            self.dropped["datagrams"] += 1


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._inbox.offer(Piece(f"udp {addr[0]}:{addr[1]}", data, whole=True, close=_nothing))

    def error_received(self, _error: Exception) -> None:
        self._inbox.dropped["datagram-errors"] += 1


def _nothing() -> None:
    """A datagram's sender cannot be shut out."""


class Listener:
    """One address that is listened on.

    Args:
        address: where.
        inbox: takes what comes.
        tls: for tls://; with `authorities` each sender must show a certificate that they vouch for.
    """

    def __init__(self, address: Address, inbox: Inbox, tls: TlsFiles, *, idle_s: float = IDLE_S) -> None:
        self._address, self._inbox, self._idle_s = address, inbox, idle_s
        self._tls = tls
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._transport: asyncio.BaseTransport | None = None
        self.port = address.port

    @property
    def address(self) -> Address:
        """Where it listens, with the port that it was given."""
        return Address(self._address.scheme, self._address.host, self.port)

    async def start(self) -> None:
        """Start listening.

        Raises:
            SystemFault: address-taken.
            InputError: tls-files.
        """
        address = self._address
        try:
            if address.scheme == "udp":
                loop = asyncio.get_running_loop()
                where = (address.host, address.port)
                self._transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self._inbox), local_addr=where
                )
                self.port = self._transport.get_extra_info("sockname")[1]
                return
            context = _server_context(self._tls) if address.scheme == "tls" else None
            self._server = await asyncio.start_server(
                self._accept, address.host, address.port, limit=READ_BYTES, ssl=context
            )
            self.port = self._server.sockets[0].getsockname()[1]
        except OSError as error:
            what = f"cannot listen: {error.strerror or error}"
            raise SystemFault("address-taken", what, where=str(address), do="Choose another port.") from error

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MOST_CONNECTIONS:
            self._inbox.dropped["connections"] += 1
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a handler always runs in a task
        self._open.add(task)
        peer = writer.get_extra_info("peername") or ("?", 0)
        try:
            await _pump(
                f"{self._address.scheme} {peer[0]}:{peer[1]}", reader, writer, self._inbox, self._idle_s
            )
        finally:
            self._open.discard(task)

    async def close(self) -> None:
        """Stop, and end every connection."""
        if self._transport is not None:
            self._transport.close()
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


async def connect(
    address: Address,
    inbox: Inbox,
    tls: TlsFiles,
    *,
    first_delay_s: float = FIRST_DELAY_S,
    idle_s: float = IDLE_S,
) -> None:
    """Keep a connection to a source until cancelled.

    Raises:
        InputError: tls-files.
    """
    context = _client_context(tls) if address.scheme == "tls" else None
    delay_s, turn = first_delay_s, 0
    while True:
        turn += 1
        try:
            opening = asyncio.open_connection(address.host, address.port, limit=READ_BYTES, ssl=context)
            reader, writer = await asyncio.wait_for(opening, CONNECT_S)
        except (OSError, TimeoutError) as error:
            inbox.told(f"{address}: {str(error) or 'no answer'}; again in {delay_s:g} s")
        else:
            inbox.told(f"{address}: connected")
            if await _pump(f"{address} {turn}", reader, writer, inbox, idle_s):
                delay_s = first_delay_s
            inbox.told(f"{address}: the connection ended; again in {delay_s:g} s")
        await asyncio.sleep(delay_s)
        delay_s = min(2 * delay_s, LONGEST_DELAY_S)


async def _pump(
    source: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, inbox: Inbox, idle_s: float
) -> bool:
    """Pass on what a connection brings until it ends, is silent or is refused; tell whether it brought any."""
    brought = False
    try:
        while not writer.is_closing():
            data = await asyncio.wait_for(reader.read(READ_BYTES), idle_s)
            if not data:
                break
            brought = True
            await inbox.put(Piece(source, data, whole=False, close=writer.close))
    except TimeoutError:
        inbox.dropped["silent-connections"] += 1
    except OSError:
        inbox.dropped["broken-connections"] += 1
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), 1.0)
    await inbox.put(Piece(source, None, whole=False, close=_nothing))
    return brought


def _server_context(tls: TlsFiles) -> ssl.SSLContext:
    if tls.certificate is None or tls.key is None:
        what = "tls:// is listened on with a certificate and its key"
        raise InputError("tls-files", what, do="Give --tls-cert and --tls-key.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, tls)
    if tls.authorities is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _client_context(tls: TlsFiles) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, tls)
    return context


def _load(context: ssl.SSLContext, tls: TlsFiles) -> None:
    try:
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key)
        if tls.authorities is not None:
            context.load_verify_locations(tls.authorities)
    except OSError as error:  # ssl.SSLError is one
        what = f"the TLS files cannot be used: {error.strerror or error}"
        where = ", ".join(str(path) for path in (tls.certificate, tls.key, tls.authorities) if path)
        raise InputError("tls-files", what, where=where, do="Give PEM files that belong together.") from error
