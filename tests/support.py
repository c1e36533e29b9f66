"""Two nodes on one line: made, joined, cut apart, healed, and audited at the end.

`pair` runs both in this process, over real TLS, with a relay before the second that can be cut.
"""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, ParamSpec

import httpx
import uvloop

from parley.adapters.sqlite_store import SqliteReads, connect
from parley.config.home import Home
from parley.config.settings import Settings, read_settings
from parley.exercises.free_port import free_port
from parley.node.auditing import verify_record
from parley.node.own import Own
from parley.ports.store import Line, Reads
from parley.record import entry as entries
from parley.record.audit import Match, match
from parley.record.entry import Entry
from parley.wire.message import Message, read_unverified
from parley.wiring.making import init, load_own
from parley.wiring.running import RunningNode
from parley.words.bodies import Receipt, ReceiptItem

P = ParamSpec("P")
NAMES: Final = ("EASTERN", "COALITION")
START_MS: Final = 1_655_294_400_000
"""2022-06-15 12:00Z: where driven clocks start."""
PATIENCE_S: Final = 20.0
MINUTE_MS: Final = 60_000


def on_loop(scenario: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Let a coroutine be a test."""

    @functools.wraps(scenario)
    def test(*args: P.args, **kwargs: P.kwargs) -> None:
        uvloop.run(scenario(*args, **kwargs))

    return test


async def until(
    holds: Callable[[], object] | Callable[[], Awaitable[object]], *, why: str, patience_s: float = PATIENCE_S
) -> None:
    """Poll until a condition holds; fail with `why` when it does not come to hold."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + patience_s
    while True:
        answer = holds()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return
        assert loop.time() < deadline_s, f"not within {patience_s} s: {why}"
        await asyncio.sleep(0.01)


class Relay:
    """A TCP relay before a node. Cut, it drops what is under way and lets nothing through."""

    def __init__(self, listen: int, target: int) -> None:
        self.listen, self.target = listen, target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.up = True

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.listen)

    def cut(self) -> None:
        """Drop all connections, and every new one, until `heal`."""
        self.up = False
        for writer in self._writers:
            writer.transport.abort()

    def heal(self) -> None:
        self.up = True

    async def close(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        try:
            if self.up:
                await self._join(reader, writer)
        finally:
            self._carrying.discard(task)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}
            far_writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


def make_home(path: Path, name: str, *, endpoint_port: int | None = None, beat_s: float = 1.0) -> Home:
    """Make a node on free ports; peers reach it at `endpoint_port`, or where it listens."""
    home = Home(path)
    listen, desk = free_port(), free_port()
    settings = Settings(
        name=name,
        peer_listen=f"127.0.0.1:{listen}",
        desk_listen=f"127.0.0.1:{desk}",
        high_water=str(path.parent / f"{name}.marks"),
        beat_s=beat_s,
    )
    init(home, settings, (f"https://127.0.0.1:{endpoint_port or listen}",))
    return home


def listen_of(home: Home) -> int:
    """Return the port on which a node listens for peers."""
    return int(read_settings(home).peer_listen.rpartition(":")[2])


def client_of(home: Home) -> httpx.AsyncClient:
    """Return a client of a node's local API."""
    desk = read_settings(home).desk_listen
    return httpx.AsyncClient(
        base_url=f"http://{desk}/api/v1",
        headers={"Authorization": f"Bearer {home.token.read_text()}"},
        timeout=30.0,
        trust_env=False,
    )


@dataclass
class Side:
    """One node of a pair, with a client of its local API.

    Attributes:
        peer: what this side calls the line.
        heard: what was published to its desks so far.
    """

    name: str
    home: Home
    peer: str
    api: httpx.AsyncClient
    driven_from_ms: int | None = None
    heard: list[dict[str, Any]] = field(default_factory=list)
    _node: RunningNode | None = None
    _listening: asyncio.Task[None] | None = None

    @property
    def node(self) -> RunningNode:
        assert self._node is not None, f"{self.name} is not running"
        return self._node

    @property
    def running(self) -> bool:
        return self._node is not None

    @property
    def line(self) -> Line:
        return next(line for line in self.node.reads.lines() if line.peer is not None)

    async def start(self) -> None:
        self._node = RunningNode(self.home, driven_from_ms=self.driven_from_ms)
        await self._node.start()
        listening = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(self._node, listening))
        await listening.wait()

    async def _listen(self, node: RunningNode, listening: asyncio.Event) -> None:
        async for chunk in node.hub.listen():
            listening.set()
            for event in chunk.split(b"\n\n"):
                if event.startswith(b"data: "):
                    self.heard.append(json.loads(event.removeprefix(b"data: ")))

    async def stop(self) -> None:
        if self._node is not None:
            node, self._node = self._node, None
            await node.close()
        if self._listening is not None:
            await self._listening

    def said(self, what: str) -> list[dict[str, Any]]:
        """Return what was published under a name."""
        return [happening for happening in self.heard if happening["what"] == what]

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        answer = await self.api.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def ask(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.api.post(path, json={"duty": f"{self.name} WATCH", **body})

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        answer = await self.ask(path, body or {})
        assert answer.status_code in {200, 201}, (path, answer.status_code, answer.text)
        return answer.json()

    async def on_line(self, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        return await self.post(f"/lines/{self.peer}/{path}", body)

    async def release(self, *drafts: dict[str, Any]) -> list[str]:
        """Release notices; return their handles."""
        done = await self.on_line("notices", {"notices": list(drafts)})
        assert all(one["error"] is None for one in done), done
        return [one["handle"] for one in done]

    async def notice(self, handle: str) -> Any:  # noqa: ANN401 - any JSON
        return await self.get(f"/lines/{self.peer}/notices/{handle}")

    async def stops(self, *, standing: bool = True) -> Any:  # noqa: ANN401 - any JSON
        return await self.get(f"/lines/{self.peer}/stops?all_of_them={str(not standing).lower()}")

    def drive(self, now_ms: int) -> None:
        """Drive this side's clock."""
        clock = self.node.clock
        assert hasattr(clock, "drive"), "this node runs on the machine's clock"
        clock.drive(now_ms)


@dataclass
class Pair:
    """Two sides of one line. What reaches a side goes through its relay."""

    a: Side
    b: Side
    relays: tuple[Relay, Relay]

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.a, self.b

    def cut(self) -> None:
        """Cut the line in both directions."""
        for relay in self.relays:
            relay.cut()

    def heal(self) -> None:
        """Join it again."""
        for relay in self.relays:
            relay.heal()

    async def settle(self) -> None:
        """Wait until both queues are empty and each side holds all that the other numbered."""

        def settled() -> bool:
            chains = [side.node.reads.chain(side.line.id) for side in self.sides]
            queued = [side.node.reads.queue_length(side.line.id) for side in self.sides]
            level = [
                mine.tip is not None and theirs.seen is not None and mine.tip.seq == theirs.seen.seq
                for mine, theirs in (chains, chains[::-1])
            ]
            return queued == [0, 0] and all(level)

        await until(settled, why="both sides hold everything and have its receipts")

    async def prove(self) -> None:
        """Settle; then prove that both records verify and match, receipts included."""
        await self.settle()
        assert_match(*(Books(side.node.reads, side.node.own) for side in self.sides))


class Books:
    """One side's record of its only open line, opened for an audit."""

    def __init__(self, reads: Reads, own: Own) -> None:
        self.reads, self.own = reads, own
        self.line = next(line for line in reads.lines() if line.peer is not None)
        report = verify_record(reads, own, self.line)
        assert report.verified, report.problem
        rows = reads.entries(self.line.id, 0, report.entries)
        self.entries: list[Entry] = [entries.decode(value) for value, _, _ in rows]
        self.messages: list[Message] = [read_unverified(bytes(raw)) for _, _, raw in rows if raw]
        assert len(self.messages) == len(self.entries)

    def receipts(self) -> list[ReceiptItem]:
        """What this side receipted."""
        return [
            item
            for message in self.messages
            if message.header.from_ == self.own.party and isinstance(message.body, Receipt)
            for item in message.body.items
        ]


def books_at(home: Home) -> Books:
    """Open the record of a node that is not running, or runs in another process."""
    connection = connect(home.lines_db, write=False)
    try:
        return Books(SqliteReads(connection), load_own(home, read_settings(home), None))
    finally:
        connection.close()


def compare(a: Books, b: Books) -> Match:
    return match(a.entries, b.entries, receipts_a=a.receipts(), receipts_b=b.receipts())


def assert_match(a: Books, b: Books) -> None:
    """Prove that two records hold the same messages, and that every receipt tells the truth."""
    assert compare(a, b) == Match(only_a=(), only_b=(), differing=(), receipts_a=(), receipts_b=())
    for books, other in ((a, b), (b, a)):
        received = {
            message.id
            for message in other.messages
            if message.header.seq is not None and message.header.from_ == books.own.party
        }
        assert {item.id for item in other.receipts()} == received


async def join(a: Side, b: Side, *, exercise: bool = True) -> None:
    """Open a line between two running nodes through their APIs, and let both people confirm it."""
    proposed = await a.post("/lines/propose", {"wish": {"exercise": exercise}})
    accepted = await b.post("/lines/papers", {"paper": proposed["paper"]})
    await a.post("/lines/papers", {"paper": accepted["paper"]})
    for side in (a, b):
        await side.on_line("confirm", {"typed": accepted["line"]["safety_number"]})

    async def verified() -> bool:
        return all([(await side.get(f"/lines/{side.peer}"))["line"]["verified"] for side in (a, b)])

    await until(verified, why="each side knows that the other has confirmed")


@asynccontextmanager
async def pair(folder: Path, *, driven: bool = True, beat_s: float = 1.0) -> AsyncIterator[Pair]:
    """Run two joined nodes; both are stopped at the end."""
    doors = free_port(), free_port()
    homes = tuple(
        make_home(folder / name, name, endpoint_port=door, beat_s=beat_s)
        for name, door in zip(NAMES, doors, strict=True)
    )
    from_ms = START_MS if driven else None
    a, b = (
        Side(name, home, peer, client_of(home), from_ms)
        for name, home, peer in zip(NAMES, homes, NAMES[::-1], strict=True)
    )
    relays = Relay(doors[0], listen_of(homes[0])), Relay(doors[1], listen_of(homes[1]))
    for relay in relays:
        await relay.start()
    both = Pair(a, b, relays)
    try:
        await asyncio.gather(a.start(), b.start())
        await join(a, b)
        await both.settle()
        yield both
    finally:
        await asyncio.gather(a.api.aclose(), b.api.aclose(), a.stop(), b.stop())
        for relay in relays:
            await relay.close()


def circle(
    lat_ndeg: int = 33_500_000_000, lon_ndeg: int = 38_600_000_000, radius_mm: int = 2_000_000
) -> dict[str, Any]:
    """A circle as JSON."""
    return {
        "shape": "circle",
        "centre": {"lat_ndeg": lat_ndeg, "lon_ndeg": lon_ndeg, "entered": None},
        "radius_mm": radius_mm,
    }


def polygon(*corners: tuple[int, int]) -> dict[str, Any]:
    """A polygon as JSON, from corners in whole degrees of latitude and longitude."""
    ring = [
        {"lat_ndeg": lat * 1_000_000_000, "lon_ndeg": lon * 1_000_000_000, "entered": None}
        for lat, lon in corners
    ]
    return {"shape": "polygon", "ring": ring, "edges": "geodesic"}


def volume(
    area: dict[str, Any] | None = None, *, start_ms: int = START_MS + 60 * MINUTE_MS, minutes: int = 60
) -> dict[str, Any]:
    """A volume as JSON, an hour after the driven clock's start if nothing else is said."""
    return {
        "area": area or circle(),
        "band": {"floor": None, "ceiling": None},
        "window": {"start_ms": start_ms, "end_ms": start_ms + minutes * MINUTE_MS},
    }


def draft(
    *, activity: str = "air_strike", precedence: str = "IMMEDIATE", over: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A draft notice as JSON."""
    return {
        "precedence": precedence,
        "activity": activity,
        "volume": over or volume(),
        "reason": {"code": "planned_operation", "text": None},
    }


def read_back_of(draft: dict[str, Any], **changed: object) -> dict[str, Any]:
    """What a person types who reads a draft of a circle right; or, changed, wrong."""
    area, window = draft["volume"]["area"], draft["volume"]["window"]
    typed = {
        "activity": draft["activity"],
        "place": area["centre"],
        "extent_mm": area["radius_mm"],
        "start_ms": window["start_ms"],
        "end_ms": window["end_ms"],
    }
    return {"typed": {**typed, **changed}}
