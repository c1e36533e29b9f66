"""Duplicated, re-ordered, replayed, delayed: everything arrives, and has the effect of once."""

import asyncio
import random
from pathlib import Path
from typing import Any

import msgspec

from answering import answering, http
from forger import Forger
from parley.exercises.free_port import free_port
from parley.wire.message import read_message
from parley.words.bodies import Notice
from parley.words.codes import RANK
from support import Pair, circle, draft, listen_of, on_loop, pair, until, volume

RANKS = tuple(RANK.values())


def queued(both: Pair) -> list[bytes]:
    """What waits at a, as envelopes."""
    reads, line = both.a.node.reads, both.a.line
    return [row.envelope for row in reads.queue(line.id, RANKS, 1_000)]


def as_a(both: Pair) -> Forger:
    """Somebody with a's keys who reaches b beside the line."""
    return Forger(both.a.home, both.a.line, f"https://127.0.0.1:{listen_of(both.b.home)}")


def far_apart(north: int, east: int) -> dict[str, Any]:
    """A routine notice that no other of its kind is near."""
    area = circle(north * 10_000_000_000, east * 200_000_000 - 100_000_000_000, 100_000)
    return draft(precedence="ROUTINE", over=volume(area))


async def release_and_change(both: Pair) -> list[str]:
    """Let a release six notices and amend, begin and cancel some."""
    handles = await both.a.release(*[draft() for _ in range(6)])
    for handle in handles[:2]:
        await both.a.on_line(f"notices/{handle}/amend", {"draft": draft(activity="flight")})
    reason = {"code": "withheld", "text": None}
    await both.a.on_line(f"notices/{handles[2]}/begin", {"role": "releaser", "reason": reason})
    await both.a.on_line(f"notices/{handles[3]}/cancel", {"reason": reason})
    return handles


async def assert_acted_once(both: Pair, handles: list[str]) -> None:
    for side in both.sides:
        views = await side.get(f"/lines/{side.peer}/notices?all_of_them=true")
        assert sorted(view["handle"] for view in views) == sorted(handles)
        by_handle = {view["handle"]: view for view in views}
        assert [len(by_handle[handle]["versions"]) for handle in handles] == [2, 2, 1, 1, 1, 1]
        phases = [by_handle[handle]["phase"] for handle in handles]
        assert phases == ["planned", "planned", "active", "cancelled", "planned", "planned"]


@on_loop
async def test_messages_in_any_order_and_number_act_once_and_get_the_same_receipt(tmp_path: Path) -> None:
    shuffler = random.Random(5)  # noqa: S311 - an order, no secret
    async with pair(tmp_path) as both, as_a(both) as forger:
        both.cut()
        handles = await release_and_change(both)
        envelopes = queued(both)
        assert len(envelopes) == 10
        shuffler.shuffle(envelopes)
        receipts: dict[bytes, list[bytes]] = {}
        for envelope in envelopes:
            results = await forger.push([envelope])
            assert results.statuses == ["recorded"]
            receipts[envelope] = results.receipts
        for _ in range(3):
            shuffler.shuffle(envelopes)
            for envelope in envelopes:
                results = await forger.push([envelope, envelope])
                assert results.statuses == ["duplicate", "duplicate"]
                assert results.receipts == receipts[envelope]
        everything = await forger.push(envelopes)
        assert sorted(everything.receipts) == sorted({one for some in receipts.values() for one in some})
        both.heal()
        await both.prove()
        await assert_acted_once(both, handles)


@on_loop
async def test_a_whole_history_replayed_changes_nothing(tmp_path: Path) -> None:
    async with pair(tmp_path) as both, as_a(both) as forger:
        handles = await release_and_change(both)
        await both.settle()
        reads, line = both.b.node.reads, both.b.line
        root = reads.chain(line.id).tree.root()
        rows = reads.entries(line.id, 0, 1_000)
        ours = [raw for value, _, raw in rows if raw and forger.own.party.encode() in value]
        results = await forger.push(ours)
        assert set(results.statuses) == {"duplicate"}
        assert reads.chain(line.id).tree.root() == root
        await both.prove()
        await assert_acted_once(both, handles)


@on_loop
async def test_two_pushes_of_the_same_messages_at_once_record_them_once(tmp_path: Path) -> None:
    async with pair(tmp_path) as both, as_a(both) as forger:
        both.cut()
        handles = await release_and_change(both)
        envelopes = queued(both)
        answers = await asyncio.gather(*[forger.push(envelopes) for _ in range(8)])
        recorded = [status for answer in answers for status in answer.statuses if status == "recorded"]
        assert len(recorded) == len(envelopes)
        both.heal()
        await both.prove()
        await assert_acted_once(both, handles)


@on_loop
async def test_a_cut_line_heals_and_what_was_queued_on_both_sides_arrives_once(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        handles = {side.name: await side.release(*[draft() for _ in range(20)]) for side in both.sides}
        both.cut()
        for side in both.sides:
            handles[side.name] += await side.release(*[draft() for _ in range(20)])
        await asyncio.sleep(0.3)
        assert [side.node.reads.queue_length(side.line.id) > 0 for side in both.sides] == [True, True]
        both.heal()
        await both.prove()
        for side in both.sides:
            views = await side.get(f"/lines/{side.peer}/notices")
            shown = sorted(view["handle"] for view in views)
            assert shown == sorted(handle for some in handles.values() for handle in some)
            assert {view["versions"][0]["step"] for view in views} == {"delivered"}


@on_loop
async def test_flash_overtakes_a_long_routine_queue(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, b = both.sides
        both.cut()
        await a.release(*[far_apart(north, east) for north in range(3) for east in range(500)])
        both.heal()
        await until(lambda: len(b.said("message")) > 3, why="the routine queue moves")
        (handle,) = await a.release(draft(precedence="FLASH"))
        seq = int(handle.rpartition("-")[2])
        party = a.node.own.party
        await until(lambda: b.node.reads.numbered(b.line.id, party, seq), why="FLASH arrives")
        assert a.node.reads.queue_length(a.line.id) > 500
        await both.prove()


@on_loop
async def test_the_more_urgent_goes_first_and_among_equals_the_older(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, b = both.sides
        both.cut()
        order = ["ROUTINE", "PRIORITY", "IMMEDIATE", "ROUTINE", "PRIORITY", "IMMEDIATE"]
        await a.release(*[draft(precedence=precedence) for precedence in order])
        both.heal()
        await both.prove()
        rows = b.node.reads.entries(b.line.id, 0, 100)
        ids = [happening["id"] for happening in b.said("message") if happening["kind"] == "notice"]
        assert len(rows) > len(ids) == 6
        shown = [(await b.notice(id_))["versions"][0]["body"]["precedence"] for id_ in ids]
        assert shown == ["IMMEDIATE", "IMMEDIATE", "PRIORITY", "PRIORITY", "ROUTINE", "ROUTINE"]
        numbers = [int((await b.notice(id_))["handle"].rpartition("-")[2]) for id_ in ids]
        assert numbers == [3, 6, 2, 5, 1, 4]


@on_loop
async def test_a_message_asked_for_again_after_its_receipt_leaves_the_queue(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(draft())
        await both.settle()
        seq = int(handle.rpartition("-")[2])
        async with Forger(both.b.home, both.b.line, f"https://127.0.0.1:{listen_of(both.a.home)}") as asking:
            await asking.ask_again(seq, seq)
        await both.prove()


@on_loop
async def test_flash_goes_while_an_ordinary_push_hangs(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        both.cut()
        await both.a.release(draft(precedence="ROUTINE"))
        port = free_port()
        heard: list[str] = []

        def answer(head: str, body: bytes) -> bytes:
            if "/push " not in head:
                return http(b'{"frames":[]}')
            rows = msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])["envelopes"]
            key = both.a.node.own.message_key.public_hex
            told = [read_message(bytes(raw), key).body for raw in rows]
            heard.extend(body.precedence for body in told if isinstance(body, Notice))
            return b""  # and nothing more: the push hangs

        async with answering(both.b.home, port, both.a.home.certificate.read_text(), answer):
            real, both.relays[1].target = both.relays[1].target, port
            both.heal()
            await until(lambda: heard == ["ROUTINE"], why="the ordinary push hangs")
            await both.a.release(draft(precedence="FLASH"))
            await until(lambda: heard == ["ROUTINE", "FLASH"], why="FLASH goes beside it", patience_s=5.0)
            both.cut()
            both.relays[1].target = real
        both.heal()
        await both.prove()
