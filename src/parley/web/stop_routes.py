"""Routes of STOPs. A call goes to the head of the writer's next batch."""

from collections.abc import Callable

from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from parley.node import stopping
from parley.node.board import SHORTEST_PREFIX, StopView, find_line, find_notice, stop_views
from parley.node.desk import Desk
from parley.node.joining import JOINED
from parley.ports.store import Line, Tx
from parley.web import asked
from parley.web.door import Door
from parley.web.people import desk_of
from parley.wire.message import Message
from parley.words.bodies import Stop, StopLine, StopScope
from parley.words.errors import InputError
from parley.words.units import MessageId


class Stopped(Struct, frozen=True):
    """The message that was released about a STOP."""

    id: MessageId


class Called(Struct, frozen=True):
    """The STOP that was called, and its scope: wider than asked where what was asked could not be sent."""

    id: MessageId
    scope: StopScope


class StopRoutes(Controller):
    """Under /api/v1/lines/LINE/stops. STOP is its id, or at least eight leading characters of it."""

    path = "/lines/{line:str}/stops"

    @get("/")
    async def list_stops(
        self, state: State, line: FromPath[str], *, all_of_them: FromQuery[bool] = False
    ) -> list[StopView]:
        """The standing STOPs of a line, or all of them."""
        door: Door = state.door
        found = find_line(door.reads, line)
        return stop_views(door.reads, door.own, found, door.clock.now_ms(), standing_only=not all_of_them)

    @post("/")
    async def call(self, state: State, line: FromPath[str], data: JSONBody[asked.AskStop]) -> Called:
        """Call a STOP: on a notice, on a scope, or on the whole line."""
        door: Door = state.door
        found = find_line(door.reads, line)
        try:
            thread = find_notice(door.reads, door.own, found, data.notice) if data.notice else None
        except InputError:
            thread = None  # what cannot be found stops the whole line: a STOP is never refused for a name

        def command(tx: Tx) -> Message:
            desk = desk_of(door, tx, found, data)
            scope = stopping.scope_of_notice(desk, thread.id) if thread else (data.scope or StopLine())
            return stopping.call(desk, scope, data.text)

        message = await door.submit(command, urgent=True)
        scope = message.body.scope if isinstance(message.body, Stop) else StopLine()
        return Called(message.id, scope)

    @post("/{stop:str}/reply")
    async def answer(
        self, state: State, line: FromPath[str], stop: FromPath[str], data: JSONBody[asked.AskStopReply]
    ) -> Stopped:
        """Answer a STOP of theirs."""
        return await _about(
            state.door,
            (line, stop),
            data,
            lambda desk, stop_id: stopping.answer(desk, stop_id, data.answer, data.ground),
        )

    @post("/{stop:str}/reaffirm")
    async def reaffirm(
        self, state: State, line: FromPath[str], stop: FromPath[str], data: JSONBody[asked.AskText]
    ) -> Stopped:
        """Say that our STOP still stands."""
        return await _about(state.door, (line, stop), data, stopping.reaffirm)

    @post("/{stop:str}/release")
    async def release(
        self, state: State, line: FromPath[str], stop: FromPath[str], data: JSONBody[asked.AskText]
    ) -> Stopped:
        """Release our STOP: the only thing that ends it."""
        return await _about(
            state.door, (line, stop), data, lambda desk, stop_id: stopping.release(desk, stop_id, data.text)
        )


async def _about(
    door: Door,
    where: tuple[str, str],
    data: asked.Asked,
    use_case: Callable[[Desk, MessageId], Message],
) -> Stopped:
    """Let a person act on a STOP; `where` names the line and the STOP."""
    line, stop = where
    found = find_line(door.reads, line)
    stop_id = _find_stop(door, found, stop)
    message = await door.submit(lambda tx: use_case(desk_of(door, tx, found, data), stop_id), urgent=True)
    return Stopped(message.id)


def _find_stop(door: Door, line: Line, text: str) -> MessageId:
    stops = [stop.id for stop in door.reads.stops(line.id, standing_only=False)]
    stops += [key.removeprefix(JOINED) for key in door.reads.privates(line.id, JOINED + text.lower()[:64])]
    hits = [stop for stop in stops if len(text) >= SHORTEST_PREFIX and stop.startswith(text.lower())]
    if len(hits) != 1:
        raise InputError(
            "stop-unknown", "no such STOP on this line, or several", where=text[:80], do="See `parley board`."
        )
    return hits[0]
