"""Relay: a wire between two nodes that can be cut.

It passes bytes on to one node's peer listener and reads none of them: TLS runs from node to node. While
it is cut, what was open is closed and what comes is refused, as by a broken line; the port stays ours.
"""

import asyncio
import contextlib
import socket
from typing import Final

HOST: Final = "127.0.0.1"
CHUNK_BYTES: Final = 65_536
BACKLOG: Final = 128


class Relay:
    """Listens on a free port of the loopback and passes on to `target` (a port of the loopback).

    Attributes:
        port: the port on which it listens whenever it is not cut.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._holder = _bound(0)
        self.port: Final[int] = self._holder.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()

    @property
    def is_cut(self) -> bool:
        """Tell whether nothing passes."""
        return self._server is None

    async def heal(self) -> None:
        """Pass on from now on."""
        if self._server is None:
            listener = _bound(self.port)
            self._server = await asyncio.start_server(self._pass_on, sock=listener, backlog=BACKLOG)

    async def cut(self) -> None:
        """Close what is open, and refuse what comes."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def close(self) -> None:
        """Cut for good, and give the port back."""
        await self.cut()
        self._holder.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or self._server is None:
            writer.transport.abort()
            return
        self._passing.add(task)
        try:
            await self._both_ways(reader, writer)
        except (OSError, asyncio.CancelledError):
            """The node is not there, or the line was cut: the connection ends, and that is all."""
        finally:
            writer.transport.abort()
            self._passing.discard(task)

    async def _both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(HOST, self._target)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, far_writer))
                group.create_task(_pump(far_reader, writer))
        except* OSError:
            """One end went away."""
        finally:
            far_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


def _bound(port: int) -> socket.socket:
    """Bind a socket that does not listen yet. Two of ours may hold one port; only one of them listens."""
    bound = socket.socket(socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((HOST, port))
    return bound
