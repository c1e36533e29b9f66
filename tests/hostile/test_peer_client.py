"""The courier's own client: kept connections that break, and answers that nobody asked for."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from parley.adapters import peer_client
from parley.adapters.peer_client import PeerClient
from parley.config.home import Home
from parley.exercises.free_port import free_port
from parley.words.errors import PeerError
from support import make_home, on_loop

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(home: Home, serve: Serve) -> AsyncIterator[tuple[PeerClient, str]]:
    """Serve TLS on a free port; yield a client that trusts it, and its endpoint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home.certificate, home.key("tls"))
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    port = free_port()
    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=context)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.load_verify_locations(cadata=home.certificate.read_text())
    with closing(PeerClient(trusting)) as client:
        yield client, f"https://127.0.0.1:{port}"
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def take(reader: asyncio.StreamReader) -> bytes:
    """Read a request; return its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    return await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))


@on_loop
async def test_requests_share_one_connection_and_bring_their_bodies(tmp_path: Path) -> None:
    seen: list[tuple[int, bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append((id(writer), await take(reader)))
            writer.write(OK)

    async with serving(make_home(tmp_path / "node", "EASTERN"), serve) as (client, endpoint):
        assert await client.post(endpoint, "/line/v1/x/push", b"one") == (200, b"{}")
        assert await client.post(endpoint, "/line/v1/x/push", b"two") == (200, b"{}")
    assert [body for _, body in seen] == [b"one", b"two"]
    assert len({connection for connection, _ in seen}) == 1


@on_loop
async def test_a_kept_connection_that_the_peer_drops_at_the_next_request_is_replaced(tmp_path: Path) -> None:
    taken: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(await take(reader))
        writer.write(OK)
        await writer.drain()
        await reader.readexactly(1)  # the next request begins: drop it

    async with serving(make_home(tmp_path / "node", "EASTERN"), serve) as (client, endpoint):
        for body in (b"one", b"two", b"three"):
            assert await client.post(endpoint, "/p", body) == (200, b"{}")
    assert taken == [b"one", b"two", b"three"]


@on_loop
async def test_a_peer_that_drops_every_request_is_an_error_and_no_endless_loop(tmp_path: Path) -> None:
    count = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        await take(reader)
        writer.transport.abort()

    async with serving(make_home(tmp_path / "node", "EASTERN"), serve) as (client, endpoint):
        with pytest.raises(ConnectionError):
            await client.post(endpoint, "/p", b"x")
    assert count == 1


@on_loop
async def test_a_second_answer_that_nobody_asked_for_is_never_taken_for_the_next(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await take(reader)
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        writer.write(answer + OK)
        await writer.drain()
        await reader.read()

    async with serving(make_home(tmp_path / "node", "EASTERN"), serve) as (client, endpoint):
        assert await client.post(endpoint, "/p", b"first") == (200, b"first")
        assert await client.post(endpoint, "/p", b"second") == (200, b"second")


@pytest.mark.parametrize("name", ["answer-too-large", "answer-not-http"])
@on_loop
async def test_an_answer_out_of_bounds_is_refused_by_name(tmp_path: Path, name: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take(reader)
        if name == "answer-not-http":
            writer.write(b"SSH-2.0-hello\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 5 * 1024 * 1024)
        await reader.read()

    async with serving(make_home(tmp_path / "node", "EASTERN"), serve) as (client, endpoint):
        with pytest.raises(PeerError) as caught:
            await client.post(endpoint, "/p", b"x")
    assert caught.value.name == name


@on_loop
async def test_an_answer_that_never_comes_ends_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_client, "ANSWER_S", 0.05)

    async def serve(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await take(reader)
        await reader.read()

    async with serving(make_home(tmp_path / "node", "EASTERN"), serve) as (client, endpoint):
        with pytest.raises(TimeoutError):
            await client.post(endpoint, "/p", b"x")
