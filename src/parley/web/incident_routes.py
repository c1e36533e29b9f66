"""Routes of incident drafts: what tracks are compared with, what came of it. For our own desks alone."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from parley.intake.draft import IncidentDraft
from parley.node.board import find_line
from parley.node.incidents import MOST_KEPT, Places, drafts_of, keep_drafts, places
from parley.web import asked
from parley.web.door import Door


class DraftsKept(Struct, frozen=True):
    """How many drafts were kept."""

    kept: int


class IncidentRoutes(Controller):
    """Under /api/v1/incidents."""

    path = "/incidents"

    @get("/places")
    async def show_places(self, state: State) -> Places:
        """The areas of all lines and the volumes of all open notices: what tracks are compared with."""
        door: Door = state.door
        return places(door.reads, door.own)

    @post("/lines/{line:str}/drafts", status_code=200)
    async def keep(self, state: State, line: FromPath[str], data: JSONBody[asked.AskIncidents]) -> DraftsKept:
        """Keep drafts of observed tracks; a known one is replaced by what it has grown to."""
        door: Door = state.door
        found, now_ms = find_line(door.reads, line), door.clock.now_ms()
        await door.submit(lambda tx: keep_drafts(tx, found.id, data.drafts, now_ms, data.duty))
        return DraftsKept(len(data.drafts))

    @get("/drafts")
    async def show_drafts(
        self,
        state: State,
        line: FromQuery[str | None] = None,
        count: Annotated[int, QueryParameter(ge=1, le=MOST_KEPT)] = 100,
        open_only: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
        points: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
    ) -> list[IncidentDraft]:
        """The drafts kept, newest first; without their tracks unless `points` asks for them."""
        door: Door = state.door
        lines = [find_line(door.reads, line)] if line else door.reads.lines()
        found = [draft for one in lines for draft in drafts_of(door.reads, one.id, open_only=open_only)]
        newest = sorted(found, key=lambda draft: (-draft.first_ms, draft.id))[:count]
        if points:
            return newest
        return [msgspec.structs.replace(draft, points=draft.points[:1]) for draft in newest]
