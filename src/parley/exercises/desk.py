"""Desk: one side's hands and eyes in an exercise. It talks to its node over the local API, as a page does.

It keeps every event that its node tells and never sleeps to wait for a state: `until` looks again at
each event, and gives up at a deadline.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import httpx
import msgspec
from msgspec import Struct

from parley.exercises.scenario import PlayedParty, Side
from parley.node.board import LineView, NoticeView, StopView
from parley.ports.store import Happening
from parley.words.errors import SystemFault
from parley.words.units import TimeMs

T = TypeVar("T")
DEADLINE_S: Final = 30.0
LOOK_AGAIN_S: Final = 0.02
"""Some states change without an event (a queue that empties): look this often beside the events."""
DATA: Final = "data: "
NOTHING: Final = DATA + "{}"


class NotPlayed(Exception):
    """The exercise did not go as its scenario says."""


class Refused(Exception):
    """The node refused what was asked, by a named error."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"{name}: {what}")
        self.name = name
        self.what = what


class Problem(Struct, frozen=True):
    """A refusal as the API words it."""

    name: str
    what: str


class LineStatus(Struct, frozen=True):
    """A line and what the node has observed of it."""

    line: LineView
    observed: dict[str, Any]


class Acted(Struct, frozen=True):
    """The message that was released."""

    id: str


class Desk:
    """One side's desk.

    Attributes:
        line: the path of the line at this node, named after the other party.
        happenings: every event since it began to listen.
    """

    def __init__(self, side: Side, party: PlayedParty, peer: PlayedParty, address: str, token: str) -> None:
        self.side = side
        self.party = party
        self.line = f"/lines/{peer.name}"
        self.happenings: list[Happening] = []
        self._news = asyncio.Event()
        self._client = httpx.AsyncClient(
            base_url=f"http://{address}/api/v1",
            headers={"authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(DEADLINE_S),
            trust_env=False,
        )
        self._listening: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Follow the node's events; returns once it tells them."""
        began = asyncio.Event()
        self._listening = asyncio.create_task(self._follow(began))
        async with asyncio.timeout(DEADLINE_S):
            await began.wait()

    async def _follow(self, began: asyncio.Event) -> None:
        with contextlib.suppress(httpx.HTTPError):
            async with self._client.stream("GET", "/events", timeout=None) as response:
                async for line in response.aiter_lines():
                    began.set()
                    if line.startswith(DATA) and line != NOTHING:
                        self.happenings.append(msgspec.json.decode(line[len(DATA) :], type=Happening))
                        self._news.set()

    async def close(self) -> None:
        """Stop listening and hang up."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._client.aclose()

    async def get(self, path: str, kind: type[T]) -> T:
        """Ask the node.

        Raises:
            Refused: it says no.
            SystemFault: it does not answer.
        """
        return await self._ask("GET", path, None, kind)

    async def post(self, path: str, body: Mapping[str, object], kind: type[T]) -> T:
        """Have the node do something; by the watch officer unless the body names another.

        Raises:
            Refused: it says no.
            SystemFault: it does not answer.
        """
        return await self._ask("POST", path, {"duty": self.party.watch} | dict(body), kind)

    async def put(self, path: str, body: Mapping[str, object]) -> None:
        """Replace something at the node, as `post`."""
        await self._ask("PUT", path, {"duty": self.party.watch} | dict(body), msgspec.Raw)

    async def drive(self, now_ms: TimeMs) -> None:
        """Drive the node's clock."""
        await self._ask("POST", "/clock", {"now_ms": now_ms}, msgspec.Raw)

    async def _ask(self, method: str, path: str, body: object | None, kind: type[T]) -> T:
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if content is None else {"content-type": "application/json"}
        try:
            response = await self._client.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise SystemFault(
                "node-gone", f"the node does not answer: {error!r}", where=self.party.name
            ) from error
        if response.is_error:
            raise _refusal(response)
        return msgspec.json.decode(response.content, type=kind)

    async def status(self) -> LineStatus:
        """Return how the line stands."""
        return await self.get(self.line, LineStatus)

    async def notice(self, handle: str) -> NoticeView:
        """Return a notice as this side sees it."""
        return await self.get(f"{self.line}/notices/{handle}", NoticeView)

    async def stop(self, stop: str) -> StopView | None:
        """Return a STOP as this side sees it; null when it has not come yet."""
        stops = await self.get(f"{self.line}/stops/?all_of_them=true", list[StopView])
        return next((one for one in stops if one.stop.id == stop), None)

    def told(self, **wanted: str) -> list[Happening]:
        """Return the events with these members: `what`, `kind`, `id`, `detail` and so on."""
        return [
            happening
            for happening in self.happenings
            if all(getattr(happening, member) == value for member, value in wanted.items())
        ]

    async def told_of(self, message: str) -> str:
        """Wait until this desk is told of a message; return the event's detail.

        Raises:
            NotPlayed: it does not come.
        """

        async def look() -> str | None:
            found = self.told(what="message", id=message)
            return found[0].detail if found else None

        return await self.until("the message", look)

    async def until(self, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        """Look again at each event until `look` finds something.

        Raises:
            NotPlayed: it did not come in time; `what` says what was waited for.
        """
        try:
            async with asyncio.timeout(DEADLINE_S):
                while True:
                    self._news.clear()
                    found = await look()
                    if found is not None:
                        return found
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), LOOK_AGAIN_S)
        except TimeoutError as error:
            raise NotPlayed(f"{self.party.title}: {what} did not come in {DEADLINE_S:g} s") from error


def _refusal(response: httpx.Response) -> Refused:
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        return Refused(f"status-{response.status_code}", response.text[:200])
    return Refused(problem.name, problem.what)
