"""Rule 6: a history that was told twice is seen, kept as proof from both sides, and acts no further."""

import json
from pathlib import Path

from forger import Chained, assert_b_works, forged, notice
from parley.wire.message import read_message
from parley.words.header import Tip
from support import START_MS, Pair, draft, on_loop, until


def proofs(both: Pair) -> dict[str, dict[str, str | None]]:
    kept = both.b.node.reads.privates(both.b.line.id, "fork/")
    return {key.removeprefix("fork/"): json.loads(value) for key, value in kept.items()}


async def assert_fork_seen(both: Pair, chained: Chained, held: str, other: str) -> None:
    """The alarm rang once, and both signed statements are kept."""
    assert len(both.b.said("fork")) == 1
    journal = await both.b.get("/journal?count=1000")
    forks = [row["data"] for row in journal if row["what"] == "fork"]
    assert [(fork["held"], fork["other"]) for fork in forks] == [(held, other)]
    proof = proofs(both)[other]
    key = chained.forger.own.message_key.public_hex
    assert (proof["held"], proof["held_only_in"]) == (held, None), "it is in the record, and not repeated"
    kept = both.b.node.reads.envelope(both.b.line.id, held)
    assert kept is not None
    assert read_message(kept, key).id == held
    assert proof["other"] is not None
    assert read_message(proof["other"].encode(), key).id == other


@on_loop
async def test_a_number_used_again_with_another_message_is_a_fork_and_does_not_act(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        seq, prev = chained.seq, chained.prev
        first = chained.sign(notice(), START_MS)
        second = chained.forger.sign(notice("1" * 32), seq, prev, START_MS)
        assert (await chained.forger.push([first.envelope])).statuses == ["recorded"]
        for _ in range(3):
            results = await chained.forger.push([second.envelope])
            assert (results.statuses, results.rules, results.receipts) == (["fork"], ["fork"], [])
        await until(lambda: both.b.said("fork"), why="the fork is published")
        await assert_fork_seen(both, chained, first.id, second.id)
        views = await both.b.get(f"/lines/{both.b.peer}/notices")
        assert [view["id"] for view in views] == [first.id]
        await assert_b_works(both, chained)


@on_loop
async def test_a_message_that_does_not_follow_the_one_held_is_a_fork(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        assert chained.prev is not None
        stray = chained.forger.sign(notice(), chained.seq, "d" * 64, START_MS)
        results = await chained.forger.push([stray.envelope])
        assert results.statuses == ["fork"]
        await until(lambda: both.b.said("fork"), why="the fork is published")
        await assert_fork_seen(both, chained, chained.prev, stray.id)
        assert await both.b.get(f"/lines/{both.b.peer}/notices") == []
        await assert_b_works(both, chained)


@on_loop
async def test_a_message_that_its_successor_does_not_follow_is_a_fork(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        seq, prev = chained.seq, chained.prev
        awaited = chained.sign(notice(), START_MS)
        successor = chained.sign(notice("1" * 32), START_MS)
        assert (await chained.forger.push([successor.envelope])).statuses == ["recorded"]
        other = chained.forger.sign(notice("2" * 32), seq, prev, START_MS)
        assert (await chained.forger.push([other.envelope])).statuses == ["fork"]
        await until(lambda: both.b.said("fork"), why="the fork is published")
        await assert_fork_seen(both, chained, successor.id, other.id)
        assert (await chained.forger.push([awaited.envelope])).statuses == ["recorded"]
        await assert_b_works(both, chained)


@on_loop
async def test_a_fork_takes_nothing_else_in_its_push_with_it(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        stray = chained.forger.sign(notice(), chained.seq, "d" * 64, START_MS)
        good = chained.sign(notice("3" * 32), START_MS)
        results = await chained.forger.push([stray.envelope, good.envelope])
        assert results.statuses == ["fork", "recorded"]
        assert len(results.receipts) == 1
        await assert_b_works(both, chained)


@on_loop
async def test_a_party_that_went_back_to_an_older_state_is_seen_by_its_peer(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        spoken = chained.sign(notice(), START_MS)
        await chained.forger.push([spoken.envelope])
        await both.a.start()
        (handle,) = await both.a.release(draft())
        await until(lambda: both.b.said("fork"), why="b sees that a number was used twice")
        views = await both.b.get(f"/lines/{both.b.peer}/notices")
        assert [view["id"] for view in views] == [spoken.id]
        assert (await both.a.notice(handle))["versions"][0]["step"] == "released"


@on_loop
async def test_a_beat_that_states_another_message_under_a_held_number_is_a_fork(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        held = chained.sign(notice(), START_MS)
        await chained.forger.push([held.envelope])
        for _ in range(3):
            await chained.forger.beat(Tip(seq=chained.seq - 1, id="e" * 64), START_MS)
        await until(lambda: both.b.said("fork"), why="the fork is published")
        assert len(both.b.said("fork")) == 1
        await assert_b_works(both, chained)
