"""Routes of calls: what is said goes in as it is said, and what the pane shows comes back.

Each fragment is kept first, at the head of the writer's next batch; then what it plots is checked, and only
then the answer goes back. If the check cannot be made the fragment is kept all the same, and the view says
that it is not checked.
"""

import contextlib
from collections.abc import Callable
from typing import TypeVar

from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from parley.node import calling, closing
from parley.node.board import find_line
from parley.node.call_rows import call_of, find_call, open_calls
from parley.node.call_view import CallView, call_view, is_checked
from parley.node.calling import Hand
from parley.node.checking import Unreleased
from parley.ports.store import Tx
from parley.watch.call import Call, CallId
from parley.watch.plotting import plot
from parley.web.asked import Asked
from parley.web.call_asked import AskAbout, AskCall, AskCallLine, AskClose, AskFragment, AskSaid
from parley.web.door import Door
from parley.words.codes import RANK, Precedence
from parley.words.errors import ParleyError

T = TypeVar("T")


class CallRoutes(Controller):
    """Under /api/v1/calls. CALL is its id, or for an open one at least eight leading characters of it."""

    path = "/calls"

    @get("/")
    async def list_calls(self, state: State) -> list[CallView]:
        """The calls that are not closed, the newest first."""
        door: Door = state.door
        now_ms = door.clock.now_ms()
        return [call_view(door.reads, door.own, call, now_ms) for call in open_calls(door.reads)]

    @post("/")
    async def open(self, state: State, data: JSONBody[AskCall]) -> CallView:
        """Begin a call; without a line the caller is one whom no line knows."""
        door: Door = state.door
        line = find_line(door.reads, data.line) if data.line else None
        call = await _do(door, data, lambda hand: calling.open_call(hand, line, data.opened))
        return _view(door, call.id)

    @get("/{call:str}")
    async def show(self, state: State, call: FromPath[str]) -> CallView:
        """A call as it stands; what a crash left unchecked is checked now."""
        door: Door = state.door
        found = find_call(door.reads, call)
        return _view(door, found.id)

    @post("/{call:str}/fragments")
    async def add(self, state: State, call: FromPath[str], data: JSONBody[AskFragment]) -> CallView:
        """Take what was just said."""
        door: Door = state.door
        call_id = find_call(door.reads, call).id
        after = await _do(
            door,
            data,
            lambda hand: calling.add_fragment(hand, call_id, data.field, data.text, ago_ms=data.ago_ms),
        )
        await _check(door, data, after)
        return _view(door, call_id)

    @post("/{call:str}/check", status_code=200)
    async def check(self, state: State, call: FromPath[str], data: JSONBody[Asked]) -> CallView:
        """Check what is plotted, where that was not done: after a crash, or when the check failed."""
        door: Door = state.door
        found = find_call(door.reads, call)
        await _check(door, data, found)
        return _view(door, found.id)

    @post("/{call:str}/line", status_code=200)
    async def name_line(self, state: State, call: FromPath[str], data: JSONBody[AskCallLine]) -> CallView:
        """Say which line the caller belongs to; STOPs that were heard are recorded on it."""
        door: Door = state.door
        call_id, line = find_call(door.reads, call).id, find_line(door.reads, data.line)
        named = await _do(door, data, lambda hand: calling.name_line(hand, call_id, line))
        await _check(door, data, named, again=True)
        return _view(door, call_id)

    @post("/{call:str}/about", status_code=200)
    async def describe(self, state: State, call: FromPath[str], data: JSONBody[AskAbout]) -> CallView:
        """Note the language that is spoken after all, who speaks, or who interprets."""
        door: Door = state.door
        call_id = find_call(door.reads, call).id
        await _do(door, data, lambda hand: calling.describe_call(hand, call_id, data.about))
        return _view(door, call_id)

    @post("/{call:str}/warn-all", status_code=200)
    async def warn_all(self, state: State, call: FromPath[str], data: JSONBody[Asked]) -> CallView:
        """Warn all own units inside or too near."""
        door: Door = state.door
        call_id = find_call(door.reads, call).id
        await _do(door, data, lambda hand: calling.warn_all(hand, call_id))
        return _view(door, call_id)

    @post("/{call:str}/told", status_code=200)
    async def told(self, state: State, call: FromPath[str], data: JSONBody[AskSaid]) -> CallView:
        """Note that a message of ours was said to them."""
        door: Door = state.door
        call_id = find_call(door.reads, call).id
        await _do(door, data, lambda hand: calling.told_in_call(hand, call_id, data.of))
        return _view(door, call_id)

    @post("/{call:str}/hang-up", status_code=200)
    async def hang_up(self, state: State, call: FromPath[str], data: JSONBody[Asked]) -> CallView:
        """Note that the call broke off; it is kept, and goes on with the next fragment."""
        door: Door = state.door
        call_id = find_call(door.reads, call).id
        await _do(door, data, lambda hand: calling.hang_up(hand, call_id))
        return _view(door, call_id)

    @post("/{call:str}/close", status_code=200)
    async def close(self, state: State, call: FromPath[str], data: JSONBody[AskClose]) -> CallView:
        """End a call: what they said becomes a statement heard on their line, or nothing does."""
        door: Door = state.door
        found = find_call(door.reads, call)
        message = await _do(door, data, lambda hand: closing.close_call(hand, found.id, data.outcome))
        if message is not None and found.line is not None:
            thread = door.reads.thread_of(found.line, message.id) or message.id
            door.checks.later(found.line, [message.id, thread], RANK[Precedence.FLASH])
        return _view(door, found.id)


async def _do(door: Door, data: Asked, use_case: Callable[[Hand], T]) -> T:
    def command(tx: Tx) -> T:
        return use_case(Hand(tx, door.own, data.by, door.clock.now_ms()))

    return await door.submit(command, urgent=True)


async def _check(door: Door, data: Asked, call: Call, *, again: bool = False) -> None:
    plotted = plot(call)
    if plotted is None or (is_checked(door.reads, call) and not again):
        return
    line = door.reads.line(call.line) if call.line else None
    wanted = Unreleased(volume=plotted.volume, activity=plotted.activity)
    with contextlib.suppress(ParleyError):  # what was said is kept; the view says that it is not checked
        result = await door.checks.now(line, wanted)
        await _do(door, data, lambda hand: calling.keep_call_check(hand, call.id, plotted.volume, result))


def _view(door: Door, call: CallId) -> CallView:
    return call_view(door.reads, door.own, call_of(door.reads, call), door.clock.now_ms())
