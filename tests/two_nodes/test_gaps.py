"""A hole in the peer's numbering is awaited, then asked for, then missing; and healed whenever it can be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from forger import Forger
from parley.node.framing import ASKS_UNTIL_MISSING, GAP_PATIENCE_MS
from parley.words.codes import RANK
from parley.words.header import Tip
from support import START_MS, Pair, draft, listen_of, on_loop, pair, until


@asynccontextmanager
async def with_a_hole(folder: Path) -> AsyncIterator[tuple[Pair, Forger, list[str]]]:
    """Let b hold the third of a's three notices, and not the first two."""
    async with pair(folder) as both:
        both.cut()
        handles = await both.a.release(*[draft() for _ in range(3)])
        waiting = both.a.node.reads.queue(both.a.line.id, tuple(RANK.values()), 10)
        url = f"https://127.0.0.1:{listen_of(both.b.home)}"
        async with Forger(both.a.home, both.a.line, url) as forger:
            assert (await forger.push([waiting[2].envelope])).statuses == ["recorded"]
            yield both, forger, handles


async def gap_at_b(both: Pair) -> str:
    return str((await both.b.get(f"/lines/{both.b.peer}"))["line"]["gap"])


async def wait_and_beat(both: Pair, forger: Forger, asks: int) -> None:
    """Let the patience pass at both sides, and a beat come, until b has asked so many times."""
    now_ms = both.b.node.clock.now_ms() + GAP_PATIENCE_MS
    for side in both.sides:
        side.drive(now_ms)
    await forger.beat(both.a.node.reads.chain(both.a.line.id).tip, now_ms)
    await until(lambda: both.b.node.reads.chain(both.b.line.id).asks == asks, why=f"b asked {asks} times")


@on_loop
async def test_a_gap_is_awaited_then_asked_for_then_missing_and_heals_all_the_same(tmp_path: Path) -> None:
    async with with_a_hole(tmp_path) as (both, forger, handles):
        assert await gap_at_b(both) == "awaited"
        assert (await both.b.notice(handles[2]))["versions"][0]["step"] == "delivered"
        await forger.beat(both.a.node.reads.chain(both.a.line.id).tip, START_MS)
        for ask in range(1, ASKS_UNTIL_MISSING + 1):
            assert await gap_at_b(both) == "awaited"
            assert both.b.said("gap_missing") == []
            await wait_and_beat(both, forger, ask)
        assert await gap_at_b(both) == "missing"
        assert len(both.b.said("gap_missing")) == 1
        journal = await both.b.get("/journal?count=1000")
        assert [row["data"]["first"] for row in journal if row["what"] == "gap-missing"] == [1]
        both.heal()
        await both.prove()
        await forger.beat(both.a.node.reads.chain(both.a.line.id).tip, both.b.node.clock.now_ms())
        assert await gap_at_b(both) == "none"
        for handle in handles:
            assert (await both.b.notice(handle))["versions"][0]["step"] == "delivered"


@on_loop
async def test_a_gap_request_names_exactly_what_is_missing(tmp_path: Path) -> None:
    async with with_a_hole(tmp_path) as (both, forger, _):
        tip = both.a.node.reads.chain(both.a.line.id).tip
        await forger.beat(tip, START_MS)
        chain = both.b.node.reads.chain(both.b.line.id)
        assert (chain.asked_for, chain.asks) == (1, 0)
        later_ms = START_MS + GAP_PATIENCE_MS
        both.b.drive(later_ms)
        frames = (await forger.beat(tip, later_ms)).frames
        asked = [frame for frame in frames if frame["frame"] == "gap_request"]
        assert [(frame["first"], frame["last"]) for frame in asked] == [(1, 3)]
        both.a.drive(later_ms)
        both.heal()
        await both.prove()


@on_loop
async def test_numbers_that_only_a_beat_states_are_awaited_and_asked_for(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        both.cut()
        await both.a.release(draft())
        url = f"https://127.0.0.1:{listen_of(both.b.home)}"
        async with Forger(both.a.home, both.a.line, url) as forger:
            tip = both.a.node.reads.chain(both.a.line.id).tip
            await forger.beat(tip, START_MS)
            assert await gap_at_b(both) == "awaited"
            await forger.beat(Tip(seq=0, id="0" * 64), START_MS)
            assert await gap_at_b(both) == "awaited", "an older beat that comes late takes nothing back"
            await wait_and_beat(both, forger, 1)
        both.heal()
        await both.prove()
        assert await gap_at_b(both) == "none"


@on_loop
async def test_what_is_asked_for_is_sent_again_from_the_record(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(draft())
        await both.settle()
        seq = int(handle.rpartition("-")[2])
        url = f"https://127.0.0.1:{listen_of(both.a.home)}"
        async with Forger(both.b.home, both.b.line, url) as asking:
            both.cut()
            await asking.ask_again(0, 10_000, START_MS)
            assert both.a.node.reads.queue_length(both.a.line.id) == seq + 1
            both.heal()
            await both.prove()


@on_loop
async def test_a_clock_far_off_is_named(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        both.a.drive(START_MS + 3_600_000)
        await until(lambda: all(side.said("clock_skew") for side in both.sides), why="both name the skew")
        (detail, *_) = {happening["detail"] for happening in both.b.said("clock_skew")}
        assert detail == "their clock is +3600000 ms from ours"
        await both.a.release(draft(over=None))
        await both.prove()
