"""The relay: passes bytes on, can be cut and healed, and keeps its port."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from parley.exercises.relay import HOST, Relay
from support import on_loop


@contextlib.asynccontextmanager
async def relayed() -> AsyncIterator[Relay]:
    """A relay before a server that answers each line in capitals."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                writer.write(line.upper())
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    relay = Relay(server.sockets[0].getsockname()[1])
    await relay.heal()
    try:
        yield relay
    finally:
        await relay.close()
        server.close()
        await server.wait_closed()


async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> bytes:
    writer.write(line)
    await writer.drain()
    return await reader.readline()


@on_loop
async def test_it_passes_both_ways_and_ends_with_either_end() -> None:
    async with relayed() as relay:
        reader, writer = await asyncio.open_connection(HOST, relay.port)
        assert await say(reader, writer, b"hello\n") == b"HELLO\n"
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()


@on_loop
async def test_a_cut_closes_what_is_open_and_refuses_what_comes() -> None:
    async with relayed() as relay:
        reader, writer = await asyncio.open_connection(HOST, relay.port)
        assert await say(reader, writer, b"one\n") == b"ONE\n"
        await relay.cut()
        assert relay.is_cut
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(HOST, relay.port)


@on_loop
async def test_it_heals_on_the_same_port_again_and_again() -> None:
    async with relayed() as relay:
        port = relay.port
        for _ in range(5):
            await relay.cut()
            await relay.heal()
            await relay.heal()
            assert relay.port == port
            reader, writer = await asyncio.open_connection(HOST, port)
            assert await say(reader, writer, b"again\n") == b"AGAIN\n"
            writer.close()


@on_loop
async def test_where_no_node_is_the_connection_ends() -> None:
    async with relayed() as relay:
        target = relay.port
        await relay.cut()
        alone = Relay(target)
        await alone.heal()
        reader, writer = await asyncio.open_connection(HOST, alone.port)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        await alone.close()
