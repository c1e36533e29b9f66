"""A server with a certificate of our choice that answers a courier as we like."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from parley.config.home import Home

Answer = Callable[[str, bytes], bytes]
"""Takes the head and body of a request; returns the bytes of the whole answer."""


def http(body: bytes, status: str = "200 OK") -> bytes:
    """Return an HTTP answer."""
    return b"HTTP/1.1 %b\r\ncontent-length: %d\r\n\r\n%b" % (status.encode(), len(body), body)


@asynccontextmanager
async def answering(home: Home, port: int, trusted_pem: str, answer: Answer) -> AsyncIterator[None]:
    """Serve TLS with a node's certificate to whoever shows a trusted one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home.certificate, home.key("tls"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=trusted_pem)
    serving: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
                await _serve(reader, writer, answer)
        finally:
            serving.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=context)
    try:
        yield
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        rows = head.lower().split("\r\n")
        lengths = [row.partition(":")[2] for row in rows if row.startswith("content-length:")]
        body = await reader.readexactly(int(lengths[0])) if lengths else b""
        writer.write(answer(head, body))
        await writer.drain()
