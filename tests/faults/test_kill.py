"""SIGKILL of either node at many moments, while messages flow both ways: nothing accepted is lost or doubled.

The seed of a run is printed when it fails; give it in PARLEY_KILL_SEED to play the same kills again.
"""

import asyncio
import os
import random
import secrets
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

import parley
from parley.adapters.sqlite_store import JOURNAL_START, SqliteReads, connect, journal_hash
from parley.adapters.system_clock import SystemClock
from parley.config.home import Home
from parley.exchange.thread import Thread
from parley.node.checking import check_of
from parley.words import bodies
from support import (
    NAMES,
    Books,
    Side,
    assert_match,
    books_at,
    circle,
    client_of,
    draft,
    join,
    make_home,
    on_loop,
    until,
    volume,
)

SOURCE: Final = str(Path(parley.__file__).parents[1])
KILLS: Final = 26
LONGEST_LIFE_S: Final = 0.25
HOUR_MS: Final = 3_600_000
PATIENCE_S: Final = 60.0
SocketGone: Final = AttributeError
"""What the HTTP client's socket layer raises when a connection dies in the moment in which it is made."""


class Served:
    """A node in a process of its own, and a person at its desk who never stops."""

    def __init__(self, home: Home, name: str, peer: str, chance: random.Random) -> None:
        self.side = Side(name, home, peer, client_of(home))
        self.home, self.chance = home, chance
        self.answered: set[str] = set()
        """Ids of the messages for which an API call was answered."""
        self.process: asyncio.subprocess.Process | None = None
        self.sent = 0

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "parley.cli.main",
                "serve",
                "--home",
                str(self.home.path),
                "--json",
                "--with-stdin",
            ),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": SOURCE},
        )
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while (row := await self.process.stdout.readline()).strip() != b"}":
                assert row, f"{self.side.name} did not start"

    async def end(self, number: signal.Signals) -> int:
        """Send a signal, and wait for the end."""
        assert self.process is not None
        self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            status = await self.process.wait()
        self.process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio leaves its pipes open
        return status

    async def work(self) -> None:
        """Release, reply, read back, stop and release STOPs for ever, whether or not the node is there."""
        while True:
            with suppress(httpx.TransportError, SocketGone):
                await self.chance.choice((self.release, self.release, self.reply, self.stop, self.lift))()
            await asyncio.sleep(0.01)

    async def release(self) -> None:
        drafts = [self.draft() for _ in range(self.chance.randint(1, 6))]
        done = await self.side.on_line("notices", {"notices": drafts})
        self.answered |= {one["id"] for one in done}

    def draft(self) -> dict[str, Any]:
        self.sent += 1
        south = 0 if self.side.name == NAMES[0] else -60
        north, east = divmod(self.sent, 80)
        area = circle((north % 60 + south) * 1_000_000_000, east * 1_000_000_000, 1_000_000)
        start_ms = SystemClock().now_ms() + HOUR_MS
        precedence = self.chance.choice(("ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH"))
        return draft(precedence=precedence, over=volume(area, start_ms=start_ms))

    async def reply(self) -> None:
        views = await self.side.get(f"/lines/{self.side.peer}/notices")
        theirs = [view for view in views if not view["ours"] and not view["answers"]]
        if theirs:
            view = self.chance.choice(theirs)
            done = await self.side.on_line(f"notices/{view['id']}/reply", {"code": "noted"})
            self.answered.add(done["id"])

    async def stop(self) -> None:
        if not [one for one in await self.side.stops() if one["ours"]]:
            self.answered.add((await self.side.on_line("stops"))["id"])

    async def lift(self) -> None:
        for one in await self.side.stops():
            path = f"stops/{one['stop']['id']}/" + ("release" if one["ours"] else "reply")
            body = {} if one["ours"] else {"answer": "stopping"}
            self.answered.add((await self.side.on_line(path, body))["id"])

    async def idle(self) -> bool:
        """Tell whether nothing waits here, neither out nor in."""
        status = await self.side.get(f"/lines/{self.side.peer}")
        return bool(status["line"]["waiting"] == 0 and status["line"]["gap"] == "none")


@asynccontextmanager
async def served(folder: Path, chance: random.Random) -> AsyncIterator[tuple[Served, Served]]:
    """Serve two joined nodes, each in a process of its own."""
    a, b = (
        Served(make_home(folder / name, name), name, peer, chance)
        for name, peer in zip(NAMES, NAMES[::-1], strict=True)
    )
    try:
        await asyncio.gather(a.start(), b.start())
        await join(a.side, b.side, exercise=False)
        yield a, b
    finally:
        for node in (a, b):
            await node.side.api.aclose()
            if node.process is not None and node.process.returncode is None:
                await node.end(signal.SIGKILL)


async def kill_and_restart(nodes: tuple[Served, Served], chance: random.Random) -> int:
    """Let the nodes work for a moment; kill one, or both at once; start them again. Return how many died."""
    await asyncio.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
    dying = chance.choice((nodes[:1], nodes[1:], nodes, nodes))
    await asyncio.gather(*[node.end(signal.SIGKILL) for node in dying])
    await asyncio.gather(*[node.start() for node in dying])
    return len(dying)


def assert_effects_once(home: Home, books: Books) -> None:
    """Prove that threads, answers, STOPs and checks are those of the record, each once."""
    connection = connect(home.lines_db, write=False)
    try:
        reads = SqliteReads(connection)
        threads: list[Thread] = reads.threads(books.line.id, open_only=False)
        kinds = {kind: books_of(books, kind) for kind in (bodies.Notice, bodies.Reply, bodies.Stop)}
        assert [thread.id for thread in threads] == kinds[bodies.Notice]
        assert {len(thread.versions) for thread in threads} <= {1}
        assert Counter(given.id for thread in threads for given in thread.answers) == Counter(
            kinds[bodies.Reply]
        )
        assert sorted(stop.id for stop in reads.stops(books.line.id, standing_only=False)) == sorted(
            kinds[bodies.Stop]
        )
        for thread in threads:
            assert len(set(thread.stops)) == len(thread.stops)
            if thread.author != books.own.party:
                assert check_of(reads, books.line.id, thread.id) is not None, "never checked"
        before = JOURNAL_START
        for note in reads.journal(0, 10**6):
            before = journal_hash(before, note.n, note.at_ms, note.what, note.data)
            assert note.hash == before
    finally:
        connection.close()


def books_of(books: Books, kind: type[bodies.Body]) -> list[str]:
    return [message.id for message in books.messages if isinstance(message.body, kind)]


async def end_in_peace(nodes: tuple[Served, Served]) -> tuple[Books, Books]:
    """Wait until everything has arrived; stop both nodes as an operator would; open both records."""
    for node in nodes:
        await until(node.idle, why=f"{node.side.name} has nothing under way", patience_s=PATIENCE_S)
    for node in nodes:
        assert await node.end(signal.SIGTERM) == 0
    return books_at(nodes[0].home), books_at(nodes[1].home)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("least", [KILLS, pytest.param(10 * KILLS, marks=pytest.mark.slow)])
@on_loop
async def test_what_was_accepted_survives_any_kill_and_has_its_effect_once(
    tmp_path: Path, least: int
) -> None:
    seed = int(os.environ.get("PARLEY_KILL_SEED", secrets.randbits(32)))
    print(f"PARLEY_KILL_SEED={seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)  # noqa: S311 - kills, no secret
    async with served(tmp_path, chance) as nodes:
        working = [asyncio.create_task(node.work()) for node in nodes]
        kills = 0
        while kills < least:
            kills += await kill_and_restart(nodes, chance)
            for task in working:
                if task.done():
                    task.result()
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        books = await end_in_peace(nodes)
    assert_match(*books)
    for mine, node in zip(books, nodes, strict=True):
        assert len(node.answered) > least
        for held in books:
            assert node.answered <= {entry.id for entry in held.entries}
        assert_effects_once(node.home, mine)
