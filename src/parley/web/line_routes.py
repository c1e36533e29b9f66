"""Routes of lines: open, confirm, test, and look at their records."""

import asyncio
from typing import Annotated

from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct

from parley.exchange import thread as threads
from parley.node.auditing import Proof, RecordReport, prove, verify_record
from parley.node.board import LineView, find_line, find_notice, line_view
from parley.node.desk import Desk
from parley.node.lines import confirm, open_phone, propose, take_paper
from parley.node.watching import take_alarm
from parley.ports.store import Line, Tx
from parley.watch.climbing import Climb
from parley.web.asked import (
    MAX_ROW,
    AskConfirm,
    AskPaper,
    AskPhone,
    AskPropose,
    AskTest,
    AskTestReply,
    AskText,
    AskTold,
)
from parley.web.door import Door
from parley.words.bodies import LineTest, LineTestReply
from parley.words.errors import InputError
from parley.words.units import MessageId


class Paper(Struct, frozen=True):
    """A line, and the file that the other side needs next, if any."""

    line: LineView
    paper: str | None


class LineStatus(Struct, frozen=True):
    """A line and what this process has observed of it."""

    line: LineView
    observed: dict[str, object]


class Sent(Struct, frozen=True):
    """The message that was released."""

    id: MessageId


class EntryView(Struct, frozen=True):
    """One entry of a record, as text, with its kind and its envelope (null when withheld)."""

    entry: str
    kind: str
    envelope: str | None


class Head(Struct, frozen=True):
    """The newest signed head of a record, and the key that signed it."""

    note: str | None
    origin: str
    size: int
    root: str


class LineRoutes(Controller):
    """Under /api/v1/lines."""

    path = "/lines"

    @get("/")
    async def list_lines(self, state: State) -> list[LineStatus]:
        """All lines."""
        door: Door = state.door
        return [_status(door, line) for line in door.reads.lines()]

    @post("/propose")
    async def propose_line(self, state: State, data: JSONBody[AskPropose]) -> Paper:
        """Propose a line; give the paper to the other side."""
        door: Door = state.door
        if door.driven is not None:
            refuse_unless_exercise(exercise=data.wish.exercise)
        line, paper = await door.submit(
            lambda tx: propose(tx, door.own, data.wish, data.by, door.clock.now_ms())
        )
        return Paper(line_view(door.reads, door.own, line), paper.decode())

    @post("/phone")
    async def open_by_phone(self, state: State, data: JSONBody[AskPhone]) -> LineStatus:
        """Open a line to a side that has a telephone and no node; it can be used at once."""
        door: Door = state.door
        if door.driven is not None:
            refuse_unless_exercise(exercise=data.wish.exercise)
        line = await door.submit(
            lambda tx: open_phone(
                tx, door.own, data.name, data.phone, data.wish, data.by, door.clock.now_ms()
            )
        )
        return _status(door, line)

    @post("/{line:str}/alarms/{alarm:str}/take")
    async def take_alarm(
        self, state: State, line: FromPath[str], alarm: FromPath[str], data: JSONBody[AskText]
    ) -> Climb:
        """Take an alarm: it rests, and starts again if what it is about is still owed then."""
        door: Door = state.door
        found = find_line(door.reads, line)

        def command(tx: Tx) -> Climb:
            return take_alarm(Desk(tx, door.own, found, data.by, door.clock.now_ms()), alarm)

        return await door.submit(command, urgent=True)

    @post("/{line:str}/told")
    async def tell(self, state: State, line: FromPath[str], data: JSONBody[AskTold]) -> Sent:
        """Note that a message of ours was said to the other side; of a notice, its newest version."""
        door: Door = state.door
        found = find_line(door.reads, line)
        now_ms = door.clock.now_ms()
        of = data.of
        if door.reads.recorded(found.id, of) is None:
            of = threads.latest(find_notice(door.reads, door.own, found, data.of)).id

        def command(tx: Tx) -> Sent:
            return Sent(Desk(tx, door.own, found, data.by, now_ms).told(of, data.how.voice(now_ms)).id)

        return await door.submit(command, urgent=True)

    @post("/papers")
    async def take(self, state: State, data: JSONBody[AskPaper]) -> Paper:
        """Take a proposal (and accept it) or an acceptance (and complete the line)."""
        door: Door = state.door

        def command(tx: Tx) -> tuple[Line, bytes | None]:
            line, paper = take_paper(tx, door.own, data.paper.encode(), data.by, door.clock.now_ms())
            if door.driven is not None:
                refuse_unless_exercise(exercise=line.terms.exercise)
            return line, paper

        line, paper = await door.submit(command)
        door.trust(line)
        return Paper(line_view(door.reads, door.own, line), paper.decode() if paper else None)

    @get("/{line:str}")
    async def show_line(self, state: State, line: FromPath[str]) -> LineStatus:
        """One line, by name or id."""
        door: Door = state.door
        return _status(door, find_line(door.reads, line))

    @post("/{line:str}/confirm")
    async def confirm_line(self, state: State, line: FromPath[str], data: JSONBody[AskConfirm]) -> LineStatus:
        """Confirm the safety number."""
        door: Door = state.door
        found = find_line(door.reads, line)
        confirmed = await door.submit(
            lambda tx: confirm(tx, door.own, found.id, data.typed, data.by, door.clock.now_ms())
        )
        door.beat(found.id)
        return _status(door, confirmed)

    @post("/{line:str}/test")
    async def test_line(self, state: State, line: FromPath[str], data: JSONBody[AskTest]) -> Sent:
        """Send a line test for a person to answer."""
        door: Door = state.door
        found = find_line(door.reads, line)

        def command(tx: Tx) -> Sent:
            desk = Desk(tx, door.own, found, data.by, door.clock.now_ms())
            return Sent(desk.send(LineTest(salt=desk.salt(), text=data.text, language=data.language)).id)

        return await door.submit(command)

    @post("/{line:str}/test-reply")
    async def reply_to_test(self, state: State, line: FromPath[str], data: JSONBody[AskTestReply]) -> Sent:
        """Answer a line test with what was read in it."""
        door: Door = state.door
        found = find_line(door.reads, line)

        def command(tx: Tx) -> Sent:
            desk = Desk(tx, door.own, found, data.by, door.clock.now_ms())
            return Sent(desk.send(LineTestReply(salt=desk.salt(), of=data.of, text=data.text)).id)

        return await door.submit(command)

    @get("/{line:str}/record")
    async def read_record(
        self,
        state: State,
        line: FromPath[str],
        start: Annotated[int, QueryParameter(ge=0, le=MAX_ROW)] = 0,
        count: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100,
    ) -> list[EntryView]:
        """Entries of our record, from an index."""
        door: Door = state.door
        rows = door.reads.entries(find_line(door.reads, line).id, start, count)
        return [
            EntryView(entry.decode(), kind, envelope.decode() if envelope else None)
            for entry, kind, envelope in rows
        ]

    @get("/{line:str}/record/verify")
    async def verify(self, state: State, line: FromPath[str]) -> RecordReport:
        """Derive our record again from its entries, and compare with everything that is stored."""
        door: Door = state.door
        found = find_line(door.reads, line)
        return await asyncio.to_thread(verify_record, door.reads, door.own, found)

    @get("/{line:str}/record/proof/{message:str}")
    async def prove_message(self, state: State, line: FromPath[str], message: FromPath[str]) -> Proof:
        """Prove that a message is in our record, under the newest signed head."""
        door: Door = state.door
        return prove(door.reads, find_line(door.reads, line), message)

    @get("/{line:str}/record/head")
    async def head(self, state: State, line: FromPath[str]) -> Head:
        """The newest signed head."""
        door: Door = state.door
        found = find_line(door.reads, line)
        note = door.reads.newest_head(found.id)
        tree = door.reads.chain(found.id).tree
        return Head(note.decode() if note else None, found.origin, tree.size, tree.root().hex())


def refuse_unless_exercise(*, exercise: bool) -> None:
    """Raise unless a line is an exercise: no other may run on a driven clock.

    Raises:
        InputError: driven-clock-refused.
    """
    if not exercise:
        raise InputError(
            "driven-clock-refused",
            "this node runs on a driven clock, which only exercise lines may",
            do="Serve it without --driven-clock, or mark the line as an exercise.",
        )


def _status(door: Door, line: Line) -> LineStatus:
    return LineStatus(line_view(door.reads, door.own, line), door.observed(line.id))
