"""Game: where an exercise stands while it is played, what was told of it, and what was checked."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct

from parley.exercises.desk import Desk, NotPlayed
from parley.exercises.scenario import Scenario, Side
from parley.exercises.stage import Stage
from parley.words.units import TimeMs

SENT, RECEIVED, PRIVATE, ALARM, LINE = "sent", "received", "private", "alarm", "line"
"""How a thing told stands to its side: a message sent or received, something that stays at home, an
alarm at the desk, or the state of the line."""


class Told(Struct, frozen=True):
    """Something that happened at one side, in words."""

    side: Side
    kind: str
    what: str
    mark: str


class Row(Struct, frozen=True):
    """What happened at one moment, on either side or both."""

    at_ms: TimeMs
    told: tuple[Told, ...]


class Check(Struct, frozen=True):
    """Something that must hold, and what was found."""

    name: str
    ok: bool
    detail: str


class Watcher(Protocol):
    """Who watches an exercise being played: a terminal, a log, or nobody."""

    def say(self, what: str) -> None:
        """Take note of what is being done, before and after the play."""

    async def show(self, game: "Game", row: Row) -> None:
        """Show a row; return when the play may go on."""

    async def between(self) -> None:
        """Called after each step; return when the play may go on."""


@dataclass(kw_only=True)
class Game:
    """The play as it stands.

    Attributes:
        handle: what people call the notice, once it is released: "EASTERN-1".
        versions: the ids of its versions.
        stop: the id of the STOP; `test` of the newest line test.
        said: the texts of line tests, by message.
        queued: what was sent while the line was cut: the side and the message.
    """

    scenario: Scenario
    stage: Stage
    watcher: Watcher
    now_ms: TimeMs
    rows: list[Row] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    handle: str = ""
    versions: list[str] = field(default_factory=list)
    stop: str = ""
    test: str = ""
    said: dict[str, str] = field(default_factory=dict)
    queued: list[tuple[Side, str]] = field(default_factory=list)

    def desk(self, side: Side) -> Desk:
        """Return the desk of a side."""
        return self.stage.nodes[side].desk

    def across(self, side: Side) -> Desk:
        """Return the desk on the other side of the line."""
        return self.desk(self.scenario.other(side))

    @property
    def desks(self) -> tuple[Desk, Desk]:
        """Both desks, in the order of the scenario."""
        first, second = self.scenario.sides
        return self.desk(first), self.desk(second)

    def title(self, side: Side) -> str:
        """Return what people call a side."""
        return self.scenario.parties[side].title

    async def drive(self, at_ms: TimeMs) -> None:
        """Drive both nodes' clocks to the same instant."""
        await asyncio.gather(*(desk.drive(at_ms) for desk in self.desks))
        self.now_ms = at_ms

    async def tell(self, *told: Told) -> None:
        """Tell what happened now."""
        row = Row(self.now_ms, told)
        self.rows.append(row)
        await self.watcher.show(self, row)

    def check(self, name: str, *, ok: bool, detail: str) -> None:
        """Note whether something that must hold does."""
        self.checks.append(Check(name, ok, detail))

    def need(self, *, ok: bool, otherwise: str) -> None:
        """Go on only if the play is where the scenario says.

        Raises:
            NotPlayed: it is not.
        """
        if not ok:
            raise NotPlayed(otherwise)


def zulu(at_ms: TimeMs) -> str:
    """An instant as people read it: "17:05:00Z"."""
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%H:%M:%S}Z"


def words(code: str) -> str:
    """A code as words: "answer_to_attack" is "answer to attack"."""
    return code.replace("_", " ")
