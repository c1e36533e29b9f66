"""Rule 7 at a node: the picture stays home. No byte that leaves derives from it, and receipts go first.

One node is played again and again from the same state, with the same keys, clock, randomness and peer,
but another picture each time: every byte that leaves it for the peer is the same, headers included.
"""

import asyncio
import json
import random
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from answering import answering, http
from forger import SALT, Chained, Forger, notice
from parley.config.home import Home
from parley.config.settings import read_settings, write_settings
from parley.node.checking import Checker, Looked
from parley.ports.store import Line, Reads
from parley.record.entry import Direction
from parley.web import peer
from parley.wire.message import Message, read_message
from parley.words import bodies
from parley.words.bodies import ReceiptItem, StopLine
from parley.words.header import Tip
from support import (
    START_MS,
    Side,
    circle,
    client_of,
    draft,
    listen_of,
    on_loop,
    pair,
    read_back_of,
    until,
    volume,
)


class SeededIds:
    """The same ids in each play."""

    def __init__(self) -> None:
        self._random = random.Random(7)  # noqa: S311 - a test's ids

    def salt(self) -> str:
        return self._random.randbytes(16).hex()

    line = salt

    def origin(self) -> str:
        return f"parley/{self.salt()}"


def random_picture(seed: int) -> dict[str, Any]:
    """A layer of own positions in and round the area of the notices."""
    chance = random.Random(seed)  # noqa: S311 - a test's positions
    items = [
        {
            "id": f"P{n}",
            "name": f"POST {n}",
            "kind": "position",
            "layer": "posts",
            "area": circle(
                33_500_000_000 + chance.randint(-(10**7), 10**7),
                38_600_000_000 + chance.randint(-(10**7), 10**7),
                chance.randint(0, 10**6),
            ),
            "as_of_ms": START_MS,
        }
        for n in range(chance.randint(1, 400))
    ]
    layer = {"name": "posts", "compartment": None, "loaded_ms": START_MS}
    return {"duty": "OFFICER", "layer": layer, "items": items}


class Ear:
    """The peer's side: it takes down every byte that comes, and receipts what is sent to it."""

    def __init__(self, forger: Forger) -> None:
        self._forger = forger
        self.heard: list[str] = []
        self.ids: set[str] = set()

    def answer(self, head: str, body: bytes) -> bytes:
        self.heard.append(head + body.decode())
        if "/frame " in head:
            return http(b'{"frames":[]}')
        assert self._forger.line.peer is not None
        key = self._forger.line.peer.keys.message
        rows = msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])["envelopes"]
        held = [read_message(bytes(raw), key).id for raw in rows]
        items = [ReceiptItem(id=one, index=len(self.ids) + n, at_ms=START_MS) for n, one in enumerate(held)]
        self.ids |= set(held)
        receipt = self._forger.sign(bodies.Receipt(salt=SALT, items=tuple(items)), None, None, START_MS)
        results = [{"id": one, "status": "recorded", "rule": None, "detail": ""} for one in held]
        return http(b'{"results":%b,"envelopes":[%b]}' % (msgspec.json.encode(results), receipt.envelope))


@dataclass(frozen=True)
class Stage:
    """Two homes of one line, neither running, and where a's numbering stands."""

    a: Home
    b: Home
    line: Line
    tip: Tip
    door: int


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    async with pair(folder, beat_s=3_600.0) as both:
        line, tip = both.a.line, both.a.node.reads.chain(both.a.line.id).tip
        assert tip is not None
        await both.a.stop()
        await both.b.stop()
        await both.relays[0].close()
        yield Stage(both.a.home, both.b.home, line, tip, both.relays[0].listen)


class Play:
    """One play of b against an ear."""

    def __init__(self, b: Side, forger: Forger, ear: Ear, tip: Tip) -> None:
        self.b, self.forger, self.ear = b, forger, ear
        self.chained = Chained(forger, tip.seq + 1, tip.id)
        self.answers: list[str] = []

    async def take(self, message: Message) -> str:
        """Let b take a message of the peer, and check it if it will."""
        answer = await self.forger.client.post(
            f"{self.forger.url}/line/v1/{self.forger.line.id}/push",
            content=b'{"envelopes":[' + message.envelope + b"]}",
        )
        self.answers.append(f"{answer.status_code} {sorted(answer.headers.items())} {answer.text}")
        if message.header.kind == "notice":
            await until(lambda: message.id in {one["id"] for one in self.b.said("checked")}, why="checked")
        return message.id

    async def say(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Let b's desk say something, and wait until the peer has it and b its receipt."""
        done = await self.b.on_line(path, body)
        said = done[0]["id"] if isinstance(done, list) else done["id"]
        await until(lambda: said in self.ear.ids, why=f"{path} leaves")
        line = self.b.line.id
        await until(lambda: self.b.node.reads.queue_length(line) == 0, why="the receipt is taken")
        return said

    async def script(self) -> None:
        """Everything that a notice may meet."""
        sent = draft()
        told = await self.take(self.chained.sign(notice(), START_MS))
        await self.say(f"notices/{told}/read-back", read_back_of(sent, activity="flight"))
        await self.say(f"notices/{told}/read-back", read_back_of(sent))
        await self.say(f"notices/{told}/reply", {"code": "objection"})
        checked = await self.b.api.post(f"/lines/{self.b.peer}/check", json={"volume": volume()})
        assert checked.status_code == 200
        kept = await self.b.on_line("drafts", {"draft": sent})
        await self.say(f"drafts/{kept['draft']}/release", {})
        await self.say("notices", {"notices": [draft(precedence="FLASH")]})
        units = {"units": ["POST 1"], "state": "refuses"}
        await self.b.on_line(f"notices/{told}/units", units)
        begun = bodies.Begin(salt=SALT, of=told, cites=(), over=(), over_reason=None)
        await self.take(self.chained.sign(begun, START_MS))
        stopped = await self.say("stops", {"notice": told})
        theirs = await self.take(
            self.chained.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None), START_MS)
        )
        await self.say(f"stops/{theirs}/reply", {"answer": "stopping"})
        await self.say(f"stops/{stopped}/release", {})
        frames = await self.forger.beat(Tip(seq=self.chained.seq + 2, id="e" * 64), START_MS)
        self.answers.append(json.dumps(frames.body))


async def play(stage: Stage, folder: Path, picture: dict[str, Any] | None) -> list[str]:
    """Play b from the stage's state; return every byte that left it for the peer."""
    home = copy_of(stage.b, folder)
    side = Side("COALITION", home, "EASTERN", client_of(home), START_MS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parley.wiring.making.SystemIds", SeededIds)
        async with Forger(stage.a, stage.line, f"https://127.0.0.1:{listen_of(home)}") as forger:
            ear = Ear(forger)
            async with answering(stage.a, stage.door, home.certificate.read_text(), ear.answer):
                try:
                    await side.start()
                    await until(lambda: ear.heard, why="the first beat")
                    played = Play(side, forger, ear, stage.tip)
                    if picture is not None:
                        loaded = await side.api.put("/picture/layers", json=picture)
                        assert loaded.status_code == 200, loaded.text
                    await played.script()
                    found = await findings(side)
                finally:
                    await side.api.aclose()
                    await side.stop()
    assert (found > 0) is (picture is not None), "the picture makes a difference at home"
    return played.answers + ear.heard


def copy_of(home: Home, folder: Path) -> Home:
    """Copy a node that does not run, its high-water file too."""
    shutil.copytree(home.path, folder)
    copy = Home(folder)
    settings = read_settings(copy)
    shutil.copy(settings.high_water, folder / "marks")
    write_settings(copy.settings, replace(settings, high_water=str(folder / "marks")))
    return copy


async def findings(side: Side) -> int:
    """How many findings name an own position."""
    rows = await side.get("/journal?count=1000")
    return sum("POST" in json.dumps(row["data"]) for row in rows if row["what"] == "checked")


@on_loop
async def test_no_byte_that_leaves_for_the_peer_derives_from_the_picture(tmp_path: Path) -> None:
    async with stage(tmp_path / "stage") as at:
        blank = await play(at, tmp_path / "blank", None)
        assert len(blank) >= 12
        for seed in range(2):
            seen = await play(at, tmp_path / f"seen-{seed}", random_picture(seed))
            assert seen == blank


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect the versions whose check started before their receipt had been handed over."""
    receipted: set[str] = set()
    early: list[str] = []
    respond, check_version = peer._respond, Checker.check_version  # noqa: SLF001 - the last step of an answer

    async def noted_respond(send: peer.Send, status: int, body: bytes) -> None:
        await respond(send, status, body)
        receipted.update(one["id"] for one in json.loads(body).get("results", ()))

    def noted_check(self: Checker, reads: Reads, line: str, version: str, now_ms: int) -> Looked | None:
        recorded = reads.recorded(line, version)
        theirs = recorded is not None and recorded.entry.direction is Direction.RECEIVED
        if theirs and version not in receipted:
            early.append(version)
        return check_version(self, reads, line, version, now_ms)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peer, "_respond", noted_respond)
        patch.setattr(Checker, "check_version", noted_check)
        yield early


@on_loop
async def test_a_check_never_starts_before_its_receipt_has_been_sent(tmp_path: Path) -> None:
    with watched() as early:
        async with pair(tmp_path) as both:
            await asyncio.gather(*[both.a.release(*[draft() for _ in range(3)]) for _ in range(15)])
            await until(lambda: len(both.b.said("checked")) >= 45, why="all are checked")
            assert early == []
            await both.prove()
