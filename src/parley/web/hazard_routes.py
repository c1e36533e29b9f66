"""Routes of hazards. One that is told goes to the head of the writer's next batch."""

from collections.abc import Callable

from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from parley.node import hazards
from parley.node.board import SHORTEST_PREFIX, HazardView, find_line, hazard_views
from parley.node.desk import Desk
from parley.node.hazard_rows import FOLDED, OVER, STANDS
from parley.ports.store import Line
from parley.web import asked
from parley.web.door import Door
from parley.web.people import desk_of
from parley.wire.message import Message
from parley.words.codes import RANK, Precedence
from parley.words.errors import InputError
from parley.words.units import MessageId


class Told(Struct, frozen=True):
    """The message that was released about a hazard."""

    id: MessageId


class HazardRoutes(Controller):
    """Under /api/v1/lines/LINE/hazards. HAZARD is its id, or at least eight leading characters of it."""

    path = "/lines/{line:str}/hazards"

    @get("/")
    async def list_hazards(self, state: State, line: FromPath[str]) -> list[HazardView]:
        """The hazards of a line that stand."""
        door: Door = state.door
        return hazard_views(door.reads, door.own, find_line(door.reads, line))

    @post("/")
    async def tell(self, state: State, line: FromPath[str], data: JSONBody[asked.AskHazard]) -> Told:
        """Tell of a dangerous object or event: cause unstated, nothing admitted."""
        door: Door = state.door
        found = find_line(door.reads, line)
        return await _act(
            door, found, data, lambda desk: hazards.tell(desk, data.area, data.band, data.since_ms, data.text)
        )

    @post("/{hazard:str}/end")
    async def end(
        self, state: State, line: FromPath[str], hazard: FromPath[str], data: JSONBody[asked.AskText]
    ) -> Told:
        """Say that a hazard is over: the only thing that ends it."""
        door: Door = state.door
        found = find_line(door.reads, line)
        hazard_id = _find(door, found, hazard)
        return await _act(door, found, data, lambda desk: hazards.say_over(desk, hazard_id, data.text))


async def _act(door: Door, line: Line, data: asked.Asked, use_case: Callable[[Desk], Message]) -> Told:
    message = await door.submit(lambda tx: use_case(desk_of(door, tx, line, data)), urgent=True)
    door.checks.later(line.id, [message.id], RANK[Precedence.FLASH])
    return Told(message.id)


def _find(door: Door, line: Line, text: str) -> MessageId:
    """Find a hazard by its id, or at least eight leading characters of it."""
    named = text.lower()[:64]
    hits = {
        key.removeprefix(prefix)
        for prefix in (STANDS, FOLDED, OVER)
        for key in door.reads.privates(line.id, prefix + named)
    }
    if len(text) < SHORTEST_PREFIX or len(hits) != 1:
        what = "no such hazard on this line, or several"
        raise InputError("hazard-unknown", what, where=text[:80], do="See `parley board`.")
    return hits.pop()
