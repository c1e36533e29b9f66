"""The peer interface takes a big push in parts, so that a STOP comes between."""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar, cast

import msgspec

from lone import LINE_ID, OWN, Lone, Peer
from parley.ports.room import Room
from parley.ports.store import Tx
from parley.web.door import Door
from parley.web.peer import PART, PeerApp
from parley.wire.message import read_unverified
from parley.words import bodies
from parley.words.bodies import Receipt, StopLine
from support import on_loop
from threads import NOON_MS, SALT, notice

T = TypeVar("T")


class Doorway:
    """As much of a running node as a push needs; its writer runs each command at once."""

    def __init__(self) -> None:
        self.lone = Lone()
        self.own, self.reads, self.checks, self.clock, self.disk = OWN, self.lone.tx, self, self, self
        self.urgent: list[bool] = []
        self.later_asked = 0

    def room(self) -> Room:
        return Room.ENOUGH

    def now_ms(self) -> int:
        return NOON_MS

    def heard(self, _line: str) -> None:
        """Nobody watches."""

    def making_way(self, _messages: int) -> "Doorway":
        return self

    def __enter__(self) -> None:
        """Checks make way."""

    def __exit__(self, *_error: object) -> None:
        """They go on."""

    def later(self, _line: str, messages: list[str], _rank: int) -> None:
        self.later_asked += len(messages)

    def submit(self, command: Callable[[Tx], T], *, urgent: bool = False) -> "asyncio.Future[T]":
        self.urgent.append(urgent)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        done.set_result(command(self.lone.tx))
        return done


async def push(door: Doorway, envelopes: list[bytes]) -> dict[str, Any]:
    """Push envelopes; return the answer."""
    body = b'{"envelopes":[' + b",".join(envelopes) + b"]}"
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    scope = {"type": "http", "method": "POST", "path": f"/line/v1/{LINE_ID}/push"}
    await PeerApp(cast("Door", door))(scope, receive, send)
    assert sent[0]["status"] == 200
    return cast("dict[str, Any]", msgspec.json.decode(sent[1]["body"]))


@on_loop
async def test_a_big_push_is_several_commands_each_with_its_receipt_and_results_in_order() -> None:
    door, peer = Doorway(), Peer()
    messages = [peer.sign(notice()) for _ in range(3 * PART + 1)]
    answer = await push(door, [message.envelope for message in messages])
    assert [result["id"] for result in answer["results"]] == [message.id for message in messages]
    assert {result["status"] for result in answer["results"]} == {"recorded"}
    receipts = [read_unverified(msgspec.json.encode(one)).body for one in answer["envelopes"]]
    items = [item.id for receipt in receipts if isinstance(receipt, Receipt) for item in receipt.items]
    assert (len(receipts), items) == (4, [message.id for message in messages])
    assert (door.urgent, door.later_asked) == ([False] * 4, len(messages))


@on_loop
async def test_what_is_up_to_a_stop_in_a_push_is_urgent_and_the_rest_is_not() -> None:
    door, peer = Doorway(), Peer()
    before = [peer.sign(notice()) for _ in range(PART)]
    stop = peer.sign(bodies.Stop(salt=SALT, scope=StopLine(), text=None))
    after = [peer.sign(notice()) for _ in range(2 * PART)]
    await push(door, [message.envelope for message in (*before, stop, *after)])
    assert door.urgent == [True, True, False, False]
    assert [one.id for one in door.lone.tx.stops(LINE_ID, standing_only=True)] == [stop.id]
