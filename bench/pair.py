"""Two real nodes, joined over TLS, with a client on each side: what the benchmark drives.

The clients speak just enough HTTP over one kept connection, so that what is measured is the nodes.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from parley.config.home import Home
from parley.config.settings import Settings
from parley.exercises.free_port import free_port
from parley.wiring.making import init

NODE = Path(__file__).with_name("node_process.py")
SIDES = ("EASTERN", "COALITION")
START_TIMEOUT_S = 30
_encode = msgspec.json.Encoder().encode


class Client:
    """One kept connection to a node's local API."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - decoded JSON
        """Send one request and return its decoded answer."""
        return msgspec.json.decode(await self.send(method, path, b"" if body is None else _encode(body)))

    async def send(self, method: str, path: str, body: bytes) -> bytes:
        """Send one request and return the body of its answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            raise RuntimeError(f"{method} {path}: {head[:40]!r} {answer[:300]!r}")
        return answer

    async def events(self, listening: asyncio.Event) -> AsyncIterator[tuple[int, dict[str, Any]]]:
        """Yield (monotonic nanoseconds, happening) as the node pushes them, on a connection of its own.

        `listening` is set once the node has taken the listener.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(
            f"GET /api/v1/events HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {self._token}\r\n\r\n".encode()
        )
        try:
            await reader.readuntil(b": listening\n\n")
            listening.set()
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    yield time.perf_counter_ns(), msgspec.json.decode(line[6:])
        finally:
            writer.close()

    def close(self) -> None:
        """Close the kept connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass
class Side:
    """One node's process, home and client."""

    name: str
    home: Home
    client: Client
    port: int
    process: asyncio.subprocess.Process | None = None

    async def start(self, flush_delay_ms: float) -> None:
        """Start the node and wait until it serves."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(NODE),
            str(self.home.path),
            "--flush-delay-ms",
            str(flush_delay_ms),
            stdout=asyncio.subprocess.PIPE,
        )
        if self.process.stdout is None:
            raise RuntimeError("the node has no output")
        await asyncio.wait_for(self.process.stdout.readline(), START_TIMEOUT_S)

    async def stop(self) -> None:
        """Stop the node."""
        self.client.close()
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()
            await self.process.wait()
            self.process = None

    @property
    def pid(self) -> int:
        """The node's process id."""
        if self.process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self.process.pid


def make_side(name: str, folder: Path) -> Side:
    """Make a node's home."""
    home, peer_port, desk_port = Home(folder / name.lower()), free_port(), free_port()
    settings = Settings(
        name=name,
        peer_listen=f"127.0.0.1:{peer_port}",
        desk_listen=f"127.0.0.1:{desk_port}",
        high_water=str(folder / f"{name.lower()}.mark"),
    )
    init(home, settings, (f"https://127.0.0.1:{peer_port}",))
    return Side(name, home, Client(desk_port, home.token.read_text()), desk_port)


@contextlib.asynccontextmanager
async def pair(folder: Path, flush_delay_ms: float = 0.0) -> AsyncIterator[tuple[Side, Side]]:
    """Make, start and join two nodes; stop them afterwards."""
    eastern, coalition = (make_side(name, folder) for name in SIDES)
    try:
        await eastern.start(flush_delay_ms)
        await coalition.start(flush_delay_ms)
        await _join(eastern, coalition)
        yield eastern, coalition
    finally:
        await eastern.stop()
        await coalition.stop()


async def _join(a: Side, b: Side) -> None:
    duty = {"duty": "BENCH"}
    proposed = await a.client.call("POST", "/lines/propose", {**duty, "wish": {"exercise": True}})
    accepted = await b.client.call("POST", "/lines/papers", {**duty, "paper": proposed["paper"]})
    await a.client.call("POST", "/lines/papers", {**duty, "paper": accepted["paper"]})
    number = accepted["line"]["safety_number"]
    for side, peer in ((a, b), (b, a)):
        await side.client.call("POST", f"/lines/{peer.name}/confirm", {**duty, "typed": number})
    deadline = time.monotonic() + START_TIMEOUT_S
    while not (await b.client.call("GET", f"/lines/{a.name}"))["line"]["joined"]:
        if time.monotonic() > deadline:
            raise RuntimeError("the line did not open")
        await asyncio.sleep(0.02)
