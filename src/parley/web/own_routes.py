"""Routes about this node itself: its board, its clock, its journal, its quarantine, and what happens."""

from base64 import b64encode
from typing import Annotated, Any

from litestar import get, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Raw, Struct

from parley import __version__
from parley.node.board import Board, board
from parley.web.asked import MAX_ROW, AskClock
from parley.web.door import Door
from parley.words.errors import InputError
from parley.words.units import PartyId, TimeMs


class NodeStatus(Struct, frozen=True):
    """Who this node is, and how late it is here."""

    name: str
    party: PartyId
    version: str
    now_ms: TimeMs
    driven_clock: bool


class NoteView(Struct, frozen=True):
    """One row of the journal."""

    n: int
    at_ms: TimeMs
    what: str
    data: Raw
    hash: str


class Quarantined(Struct, frozen=True):
    """Bytes that could not be read, base64, and the rule that they break."""

    at_ms: TimeMs
    rule: str
    detail: str
    data: str


@get("/status")
async def status(state: State) -> NodeStatus:
    """Who this node is."""
    door: Door = state.door
    return NodeStatus(
        door.own.descriptor.name, door.own.party, __version__, door.clock.now_ms(), door.driven is not None
    )


@get("/board")
async def show_board(state: State) -> Board:
    """Everything open on all lines, as this side sees it."""
    door: Door = state.door
    return board(door.reads, door.own, door.clock.now_ms())


@post("/clock", status_code=200)
async def drive_clock(state: State, data: JSONBody[AskClock]) -> NodeStatus:
    """Drive the clock of an exercise node forward."""
    door: Door = state.door
    if door.driven is None:
        raise InputError(
            "driven-clock-refused",
            "this node runs on the machine's clock",
            do="Serve it with --driven-clock.",
        )
    door.driven.drive(data.now_ms)
    return NodeStatus(
        door.own.descriptor.name, door.own.party, __version__, door.clock.now_ms(), driven_clock=True
    )


@get("/journal")
async def read_journal(
    state: State,
    start: Annotated[int, QueryParameter(ge=0, le=MAX_ROW)] = 0,
    count: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100,
) -> list[NoteView]:
    """Rows of the private journal."""
    door: Door = state.door
    return [
        NoteView(note.n, note.at_ms, note.what, Raw(note.data), note.hash)
        for note in door.reads.journal(start, count)
    ]


@get("/quarantine")
async def read_quarantine(state: State) -> list[Quarantined]:
    """What came and could not be read."""
    door: Door = state.door
    return [
        Quarantined(at_ms, rule, detail, b64encode(data).decode())
        for at_ms, rule, detail, data in door.reads.quarantine()
    ]


@get("/events", media_type="text/event-stream")
async def events(state: State) -> Stream:
    """What happens from now on, as server-sent events."""
    door: Door = state.door
    return Stream(door.hub.listen(), media_type="text/event-stream", headers={"cache-control": "no-store"})


def own_routes() -> list[HTTPRouteHandler | Any]:
    """Return the handlers of this module."""
    return [status, show_board, drive_clock, read_journal, read_quarantine, events]
