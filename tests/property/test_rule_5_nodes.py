"""Rule 5 between two nodes: a STOP gets through whatever is missing, broken or cut, and persists."""

from math import cos, pi, sin
from pathlib import Path
from typing import Any

import msgspec
import pytest

from forger import SALT, Chained, assert_b_works, forged, notice
from parley.node.receiving import UNVERIFIED_STOP_EVERY_MS
from parley.words import bodies
from parley.words.bodies import Stop, StopActivity, StopLine, StopRelease, StopReply, StopScope, StopVolume
from parley.words.codes import StopAnswer
from parley.words.volume import Volume
from support import MINUTE_MS, START_MS, Side, circle, draft, on_loop, pair, until, volume

HERE: Volume = msgspec.convert(volume(), Volume)
FAR: Volume = msgspec.convert(volume(circle(-33_500_000_000)), Volume)
UNKNOWN = "d" * 64


def stop(scope: StopScope) -> Stop:
    return Stop(salt=SALT, scope=scope, text=None)


async def standing(side: Side) -> list[str]:
    return [one["stop"]["id"] for one in await side.stops()]


@pytest.mark.parametrize(
    ("scope", "hit"),
    [
        (StopLine(), True),
        (StopVolume(volume=HERE), True),
        (StopVolume(volume=FAR), False),
        (StopActivity(of=UNKNOWN, volume=HERE), True),
        (StopActivity(of=UNKNOWN, volume=None), False),
    ],
    ids=["line", "volume here", "volume elsewhere", "unknown notice with its volume", "unknown notice"],
)
@on_loop
async def test_a_stop_stands_also_without_the_notice_it_names(
    tmp_path: Path, scope: StopScope, *, hit: bool
) -> None:
    async with forged(tmp_path) as (both, chained):
        (handle,) = await both.b.release(draft())
        called = chained.sign(stop(scope), START_MS)
        assert (await chained.forger.push([called.envelope])).statuses == ["recorded"]
        assert await standing(both.b) == [called.id]
        view = await both.b.notice(handle)
        assert (view["stopped"], view["stops"]) == (hit, [called.id] if hit else [])
        assert ("stop_standing" in view["stands_against_begin"]) is hit
        (later,) = await both.b.release(draft())
        assert (await both.b.notice(later))["stopped"] is hit, "it touches what comes later as well"
        await assert_b_works(both, chained)


@on_loop
async def test_a_stop_out_of_sequence_stands_at_once_and_what_was_told_about_it_first_acts_then(
    tmp_path: Path,
) -> None:
    async with forged(tmp_path) as (both, chained):
        first = chained.sign(notice(), START_MS)
        called = chained.sign(stop(StopLine()), START_MS)
        again = chained.sign(bodies.StopReaffirm(salt=SALT, of=called.id), START_MS)
        over = chained.sign(StopRelease(salt=SALT, of=called.id, text=None), START_MS)
        assert (await chained.forger.push([over.envelope, again.envelope])).statuses == ["recorded"] * 2
        assert await standing(both.b) == []
        await chained.forger.push([called.envelope])
        (shown,) = await both.b.stops(standing=False)
        assert (shown["stop"]["state"], await standing(both.b)) == ("released", [])
        another = chained.sign(stop(StopLine()), START_MS)
        assert (await chained.forger.push([another.envelope])).statuses == ["recorded"]
        assert await standing(both.b) == [another.id], "number 1 is still missing"
        await chained.forger.push([first.envelope])
        await assert_b_works(both, chained)


@on_loop
async def test_a_stop_called_while_the_line_is_cut_stands_here_at_once_and_there_when_it_heals(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(draft())
        await both.settle()
        both.cut()
        called = (await both.b.on_line("stops"))["id"]
        assert await standing(both.b) == [called]
        assert (await both.b.notice(handle))["stopped"]
        assert await standing(both.a) == []
        both.heal()
        await both.settle()
        assert await standing(both.a) == [called]
        assert (await both.a.notice(handle))["stopped"]
        refused = await both.a.ask(f"/lines/{both.a.peer}/notices/{handle}/begin", {})
        assert refused.json()["name"] == "begin-needs-reason"
        await both.prove()


@on_loop
async def test_it_persists_through_answers_time_and_restarts_until_its_caller_releases_it(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(draft())
        await both.settle()
        called = (await both.b.on_line("stops", {"notice": handle}))["id"]
        await both.settle()
        for answer in StopAnswer:
            await both.a.on_line(f"stops/{called}/reply", {"answer": answer.value})
        for path, side in (("reply", both.b), ("release", both.a), ("reaffirm", both.a)):
            body = {"answer": "stopped"} if path == "reply" else {}
            refused = await side.ask(f"/lines/{side.peer}/stops/{called}/{path}", body)
            assert refused.status_code == 409, "not theirs to say"
        for side in both.sides:
            side.drive(START_MS + 10_000 * MINUTE_MS)
            await side.stop()
            side.driven_from_ms = START_MS + 10_000 * MINUTE_MS
            await side.start()
        await both.settle()
        for side in both.sides:
            assert await standing(side) == [called]
            assert (await side.notice(handle))["stopped"]
        await both.b.on_line(f"stops/{called}/release")
        await both.settle()
        for side in both.sides:
            assert await standing(side) == []
            assert not (await side.notice(handle))["stopped"]
        await both.prove()


@on_loop
async def test_an_activity_that_begins_again_after_its_end_is_under_the_stop_that_stands(
    tmp_path: Path,
) -> None:
    async with forged(tmp_path) as (both, chained):
        told = chained.sign(notice(), START_MS)
        ended = chained.sign(bodies.End(salt=SALT, of=told.id, text=None), START_MS)
        await chained.forger.push([told.envelope, ended.envelope])
        called = (await both.b.on_line("stops"))["id"]
        assert not (await both.b.notice(told.id))["stopped"]
        begun = chained.sign(
            bodies.Begin(salt=SALT, of=told.id, cites=(), over=(), over_reason=None), START_MS
        )
        await chained.forger.push([begun.envelope])
        view = await both.b.notice(told.id)
        assert (view["phase"], view["stopped"], view["stops"]) == ("active", True, [called])
        assert "stop_standing" in view["unsaid"]
        await both.b.on_line(f"stops/{called}/release")
        assert not (await both.b.notice(told.id))["stopped"]
        await assert_b_works(both, chained)


@on_loop
async def test_a_notice_of_any_size_can_be_stopped(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(draft(over=volume(many_cornered(1_000))))
        await both.settle()
        called = (await both.b.on_line("stops", {"notice": handle}))["id"]
        await both.settle()
        for side in both.sides:
            assert await standing(side) == [called]
            assert (await side.notice(handle))["stopped"]
        await both.prove()


def many_cornered(corners: int) -> dict[str, Any]:
    """A round polygon."""
    turns = [2 * pi * n / corners for n in range(corners)]
    ring = [
        {
            "lat_ndeg": round(33e9 + 3e8 * sin(turn)),
            "lon_ndeg": round(38e9 + 3e8 * cos(turn)),
            "entered": None,
        }
        for turn in turns
    ]
    return {"shape": "polygon", "ring": ring, "edges": "geodesic"}


def misread(envelope: bytes, chained: Chained) -> bytes:
    """The envelope with another message's signature."""
    other = chained.forger.sign(notice(), chained.seq + 7, "a" * 64, START_MS).envelope
    at = envelope.index(b'"sig":"')
    return envelope[:at] + other[other.index(b'"sig":"') :]


@on_loop
async def test_a_stop_that_cannot_be_verified_sounds_at_most_once_a_minute(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        bad = misread(
            chained.forger.sign(stop(StopLine()), chained.seq, chained.prev, START_MS).envelope, chained
        )

        async def push_many() -> int:
            for _ in range(5):
                results = await chained.forger.push([bad] * 20)
                assert set(results.rules) == {"signature-invalid"}
            await until(lambda: len(both.b.said("quarantined")) % 100 == 0, why="everything was published")
            return len(both.b.said("stop_unverified"))

        assert await push_many() == 1
        both.b.drive(START_MS + UNVERIFIED_STOP_EVERY_MS - 1)
        assert await push_many() == 1
        both.b.drive(START_MS + UNVERIFIED_STOP_EVERY_MS)
        assert await push_many() == 2
        assert await standing(both.b) == []
        await assert_b_works(both, chained)


@on_loop
async def test_a_clock_that_was_put_back_silences_no_unverified_stop(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        bad = misread(
            chained.forger.sign(stop(StopLine()), chained.seq, chained.prev, START_MS).envelope, chained
        )
        both.b.drive(START_MS + 10_000 * MINUTE_MS)
        await chained.forger.push([bad])
        await both.b.stop()
        await both.b.start()
        await chained.forger.push([bad])
        await until(lambda: len(both.b.said("stop_unverified")) == 2, why="it sounds again")
        await assert_b_works(both, chained)


@on_loop
async def test_answers_that_come_backwards_never_show_the_better_one(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        called = (await both.b.on_line("stops"))["id"]
        answers = [
            chained.sign(StopReply(salt=SALT, of=called, answer=answer, ground=None), START_MS)
            for answer in StopAnswer
        ]
        await chained.forger.push([answer.envelope for answer in answers[::-1]])
        (shown,) = await both.b.stops()
        assert shown["stop"]["answer"] == StopAnswer.CONTINUING, "in doubt the worst stands, never the best"
        await assert_b_works(both, chained)
