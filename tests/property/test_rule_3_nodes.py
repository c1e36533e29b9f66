"""Rule 3 between two nodes: a begin over what stands needs a reason, and says what it goes over."""

from pathlib import Path

import pytest

from forger import SALT, forged, notice
from parley.wire.message import read_unverified
from parley.words import bodies
from parley.words.bodies import Begin, StatedReason
from parley.words.codes import Override, Reason
from support import START_MS, draft, on_loop, pair, read_back_of

REASON = StatedReason(code=Reason.WITHHELD, text=None)


@on_loop
async def test_our_own_begin_over_what_stands_needs_a_releaser_s_reason_and_tells_the_peer(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        sent = draft()
        (handle,) = await both.a.release(sent)
        await both.settle()
        objection = (await both.b.on_line(f"notices/{handle}/reply", {"code": "objection"}))["id"]
        await both.settle()
        path = f"/lines/{both.a.peer}/notices/{handle}/begin"
        bare = await both.a.ask(path, {"role": "releaser"})
        assert (bare.status_code, bare.json()["name"]) == (400, "begin-needs-reason")
        reason = {"code": "withheld", "text": None}
        junior = await both.a.ask(path, {"reason": reason})
        assert (junior.status_code, junior.json()["name"]) == (400, "begin-needs-releaser")
        assert (await both.a.notice(handle))["phase"] == "planned"
        await both.a.on_line(f"notices/{handle}/begin", {"role": "releaser", "reason": reason})
        await both.settle()
        for side in both.sides:
            view = await side.notice(handle)
            assert view["phase"] == "active"
            assert view["begun_over"] == ["read_back_missing", "objection_standing"]
            assert view["unsaid"] == []
        rows = both.b.node.reads.entries(both.b.line.id, 0, 100)
        (begun,) = [read_unverified(raw).body for _, kind, raw in rows if kind == "begin" and raw]
        assert isinstance(begun, Begin)
        assert objection in begun.cites
        assert begun.over_reason == REASON
        await both.prove()


@on_loop
async def test_a_convoy_begins_over_a_hazard_on_its_route_without_a_reason_and_says_so(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        sent = draft(activity="convoy")
        (handle,) = await both.a.release(sent)
        await both.settle()
        await both.b.on_line(f"notices/{handle}/read-back", read_back_of(sent))
        await both.b.on_line(f"notices/{handle}/reply", {"code": "hazard_on_route"})
        await both.settle()
        await both.a.on_line(f"notices/{handle}/begin")
        await both.settle()
        for side in both.sides:
            assert (await side.notice(handle))["begun_over"] == ["hazard_on_route_standing"]
        await both.prove()


@pytest.mark.parametrize("said", [(), ("objection_standing",)])
@on_loop
async def test_a_received_begin_is_recorded_with_what_stood_and_was_not_said(
    tmp_path: Path, said: tuple[str, ...]
) -> None:
    async with forged(tmp_path) as (both, chained):
        told = chained.sign(notice(), START_MS)
        await chained.forger.push([told.envelope])
        await both.b.on_line(f"notices/{told.id}/reply", {"code": "objection"})
        over = tuple(Override(one) for one in said)
        begun = chained.sign(
            Begin(salt=SALT, of=told.id, cites=(), over=over, over_reason=REASON if over else None), START_MS
        )
        assert (await chained.forger.push([begun.envelope])).statuses == ["recorded"]
        view = await both.b.notice(told.id)
        assert (view["phase"], view["begun_over"]) == ("active", list(said))
        stood = ["read_back_missing", "objection_standing"]
        assert view["unsaid"] == [one for one in stood if one not in said]


@on_loop
async def test_a_begin_that_overtakes_its_notice_and_amendment_acts_when_they_come(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        told = chained.sign(notice(), START_MS)
        body = told.body
        assert isinstance(body, bodies.Notice)
        amended = chained.sign(
            bodies.Amend(
                salt=SALT,
                of=told.id,
                version=2,
                precedence=body.precedence,
                activity=body.activity,
                actor=None,
                volume=body.volume,
                reason=body.reason,
            ),
            START_MS,
        )
        begun = chained.sign(Begin(salt=SALT, of=amended.id, cites=(), over=(), over_reason=None), START_MS)
        for message in (amended, begun, told):
            assert (await chained.forger.push([message.envelope])).statuses == ["recorded"]
        view = await both.b.notice(told.id)
        assert (view["phase"], len(view["versions"])) == ("active", 2)
