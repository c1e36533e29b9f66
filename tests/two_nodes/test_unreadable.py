"""A message whose body is not understood is recorded and receipted, and both sides know."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from forger import assert_b_works, forged
from parley.node import recording
from parley.node.desk import Desk
from parley.node.recording import peer_of
from parley.wire import dsse, jcs
from parley.wire.keys import SigningKey
from parley.wire.message import PAYLOAD_TYPE, Message, read_message
from parley.words.bodies import AnyBody, Notice, Unreadable
from parley.words.codes import Assurance, Role
from parley.words.header import By, Header
from support import MINUTE_MS, START_MS, Pair, circle, draft, on_loop, pair, polygon, until, volume

OFFICER = By(role=Role.WATCH_OFFICER, duty="WATCH 1", assurance=Assurance.TOKEN)


def at_height(metres: int) -> dict[str, Any]:
    return {"value_mm": metres * 1_000, "unit": "m", "datum": "mean_sea_level"}


FAULTY = {
    "polygon-self-crossing": volume(polygon((0, 0), (1, 1), (1, 0), (0, 1))),
    "polygon-over-pole": volume(polygon((80, 0), (80, 120), (80, -120))),
    "end-before-start": volume(start_ms=START_MS + 60 * MINUTE_MS, minutes=-1),
    "floor-above-ceiling": volume() | {"band": {"floor": at_height(200), "ceiling": at_height(100)}},
}


def sign_unchecked(header: Header, body: AnyBody, key: SigningKey) -> Message:
    """Sign as a node would that checks nothing of what it says."""
    payload = jcs.encode({"header": header, "body": body})
    envelope, _ = dsse.seal(PAYLOAD_TYPE, payload, key)
    read = read_message(envelope, key.public_hex)
    return msgspec.structs.replace(read, body=body, fault=None)


async def release_unchecked(both: Pair, over: dict[str, Any]) -> str:
    """Let a release a notice that its own node should have refused."""
    side = both.a
    unsound = msgspec.convert({**draft(over=over), "kind": "notice", "salt": "0" * 32, "actor": None}, Notice)
    line, own = side.line, side.node.own
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "sign_message", sign_unchecked)
        message = await side.node.submit(lambda tx: Desk(tx, own, line, OFFICER, START_MS).send(unsound))
    return message.id


@pytest.mark.parametrize("fault", sorted(FAULTY))
@on_loop
async def test_a_faulty_volume_is_recorded_and_receipted_and_the_ladder_stays_at_delivered(
    tmp_path: Path, fault: str
) -> None:
    async with pair(tmp_path) as both:
        sent = await release_unchecked(both, FAULTY[fault])
        await both.settle()
        await until(lambda: both.b.said("unreadable"), why="b's desk is alarmed")
        version = (await both.a.notice(sent))["versions"][0]
        assert (version["step"], version["unreadable"]) == ("delivered", "volume-invalid")
        assert version["receipt"]["id"] == sent
        recorded = both.b.node.reads.recorded(both.b.line.id, sent)
        assert recorded is not None
        assert recorded.kind == "notice"
        assert await both.b.get(f"/lines/{both.b.peer}/notices") == []
        await both.prove()


@on_loop
async def test_our_own_node_refuses_a_faulty_volume_by_name(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        for fault, over in FAULTY.items():
            (done,) = await both.a.on_line("notices", {"notices": [draft(over=over)]})
            assert done["error"] == fault
            for path, body in (
                ("check", {"volume": over}),
                ("drafts", {"duty": "WATCH 1", "draft": draft(over=over)}),
            ):
                answer = await both.a.api.post(f"/lines/{both.a.peer}/{path}", json=body)
                assert (400 <= answer.status_code < 500, answer.json()["name"]) == (True, fault), path
        await both.prove()


@on_loop
async def test_a_circle_over_a_pole_is_valid(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        over = volume(circle(89_900_000_000, 0, 50_000_000))
        (handle,) = await both.a.release(draft(over=over))
        await until(lambda: both.b.said("checked"), why="it is checked")
        assert (await both.b.notice(handle))["versions"][0]["step"] == "delivered"
        assert both.b.said("unreadable") == []
        await both.prove()


SALTED: dict[str, object] = {"salt": "0" * 32, "text": None}
UNKNOWN: dict[str, tuple[str, object, str]] = {
    "a kind of tomorrow": ("drone_swarm", {"kind": "drone_swarm", "x": 1}, "kind-unknown"),
    "a kind of two names": ("notice", {"kind": "end", "of": "a" * 64, **SALTED}, "kind-mismatch"),
    "a notice without members": ("notice", {"kind": "notice", **SALTED}, "body-invalid"),
    "a body that is no object": ("notice", [1, 2, 3], "body-invalid"),
    "a stop of an unknown scope": (
        "stop",
        {"kind": "stop", "scope": {"scope": "x"}, **SALTED},
        "body-invalid",
    ),
}


@pytest.mark.parametrize("what", sorted(UNKNOWN))
@on_loop
async def test_what_cannot_be_read_is_receipted_and_answered_with_the_rule(tmp_path: Path, what: str) -> None:
    kind, body, rule = UNKNOWN[what]
    async with forged(tmp_path) as (both, chained):
        envelope, message_id = chained.seal(kind, body, START_MS)
        results = await chained.forger.push([envelope])
        assert (results.statuses, len(results.receipts)) == (["recorded"], 1)
        await until(lambda: both.b.said("unreadable"), why="b's desk is alarmed")
        waiting = both.b.node.reads.queue(both.b.line.id, (0, 1, 2, 3), 10)
        answers = [read_message(row.envelope, both.b.node.own.message_key.public_hex).body for row in waiting]
        told = [(answer.of, answer.rule) for answer in answers if isinstance(answer, Unreadable)]
        assert told == [(message_id, rule)]
        assert len(both.b.said("stop_unverified")) == (kind == "stop")
        assert peer_of(both.b.line) == chained.forger.own.party
        await assert_b_works(both, chained)


@on_loop
async def test_an_unreadable_answer_is_never_answered(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        envelope, _ = chained.seal("unreadable", {"kind": "unreadable", "nonsense": 1}, START_MS)
        assert (await chained.forger.push([envelope])).statuses == ["recorded"]
        assert both.b.node.reads.queue_length(both.b.line.id) == 0
        await assert_b_works(both, chained)
