"""Routes of relays: hearsay, with its chain."""

from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from parley.exchange import thread as threads
from parley.node import relaying
from parley.node.board import RelayView, find_line, find_notice, relay_views
from parley.ports.store import Line
from parley.web import asked
from parley.web.door import Door
from parley.web.people import desk_of
from parley.web.room import check_ours
from parley.words.codes import RANK, Precedence
from parley.words.errors import InputError
from parley.words.units import MessageId


class Relayed(Struct, frozen=True):
    """The relay that was released."""

    id: MessageId


class RelayRoutes(Controller):
    """Under /api/v1/lines/LINE/relays."""

    path = "/lines/{line:str}/relays"

    @get("/")
    async def list_relays(self, state: State, line: FromPath[str]) -> list[RelayView]:
        """What was relayed on a line, oldest first; the newest 200 are kept here, all of it in the record."""
        door: Door = state.door
        return relay_views(door.reads, door.own, find_line(door.reads, line))

    @post("/")
    async def relay(self, state: State, line: FromPath[str], data: JSONBody[asked.AskRelay]) -> Relayed:
        """Relay what another party said, or what it is to be told; never what its author keeps from others."""
        door: Door = state.door
        check_ours(door.disk, RANK[Precedence.IMMEDIATE])
        found = find_line(door.reads, line)
        source = find_line(door.reads, data.on) if data.on else found
        draft = relaying.RelayDraft(
            way=data.way,
            party=data.party,
            text=data.text,
            language=data.language,
            chain=data.chain,
            volume=data.volume,
            of=_message(door, source, data.notice) if data.notice else None,
            on=source.id,
        )
        message = await door.submit(lambda tx: relaying.relay(desk_of(door, tx, found, data), draft))
        return Relayed(message.id)


def _message(door: Door, line: Line, text: str) -> MessageId:
    """Return the newest version of the notice that is meant, or the message of that id."""
    try:
        return threads.latest(find_notice(door.reads, door.own, line, text)).id
    except InputError:
        if door.reads.recorded(line.id, text.lower()) is None:
            raise
        return text.lower()
