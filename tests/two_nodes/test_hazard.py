"""A hazard: told with one touch, hot at both desks until its author says that it is over (BrahMos 2022)."""

from pathlib import Path
from typing import Any

import pytest

from parley.cli.alarms import alarm_text
from parley.node.saying import what_to_say
from parley.ports.store import Happening
from support import START_MS, Side, circle, draft, on_loop, pair, until, volume
from telephone import HEARD, on_the_phone


async def hazards_of(side: Side) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await side.get("/board"))["hazards"]
    return found


async def check_of(side: Side, over: dict[str, Any]) -> list[str]:
    asked = {"volume": over, "activity": "flight"}
    answer = await side.api.post(f"/lines/{side.peer}/check", json=asked)
    return [one["other"] for one in answer.json()["findings"]]


@on_loop
async def test_a_hazard_rings_their_desk_and_is_hot_at_both_until_its_author_says_it_is_over(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        told = await both.a.on_line("hazards", {"area": circle(), "text": "It left its range."})
        await both.settle()
        (rung,) = [one for one in both.b.said("message") if one["kind"] == "hazard"]
        text = alarm_text(
            Happening(at_ms=0, line=None, what="message", kind=rung["kind"], direction="received")
        )
        assert "HAZARD" in (text or "")
        for side in both.sides:
            (view,) = await hazards_of(side)
            assert (view["hazard"]["id"], view["ours"]) == (told["id"], side is both.a)
            await until(lambda side=side: side.said("checked"), why="a hazard is checked where it is held")
            assert [name[:6] for name in await check_of(side, volume())] == ["HAZARD"]
        a_year_on = volume()
        a_year_on["window"] = {key: at + 31_536_000_000 for key, at in a_year_on["window"].items() if at}
        assert await check_of(both.b, a_year_on), "no time ends it"

        assert (await both.b.ask(f"/lines/{both.b.peer}/hazards/{told['id']}/end", {})).status_code == 409
        await both.a.on_line(f"hazards/{told['id'][:12]}/end")
        await both.settle()
        for side in both.sides:
            assert await hazards_of(side) == []

            async def cold(side: Side = side) -> bool:
                return not await check_of(side, volume())

            await until(cold, why="what is over counts no longer")
        await both.prove()


@on_loop
async def test_a_hazard_is_a_finding_of_the_notices_that_were_there_before_it(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(draft())
        await both.settle()
        await both.b.on_line("hazards", {"area": circle()})

        async def found() -> bool:
            check = (await both.a.notice(handle))["versions"][-1]["check"]
            return check is not None and any(
                (one["other"] or "").startswith("HAZARD") for one in check["result"]["findings"]
            )

        await until(found, why="the notice is checked again")


@on_loop
async def test_a_hazard_goes_out_whatever_is_wrong_with_its_place_and_text(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        bow_tie = circle(radius_mm=0)
        await both.a.on_line("hazards", {"area": bow_tie, "text": "x\u202e" * 40_000})
        await both.settle()
        (view,) = await hazards_of(both.b)
        assert view["hazard"]["area"] is None, "it counts wherever the line is about"
        assert len(view["hazard"]["text"]) <= 500


@on_loop
async def test_hazards_beyond_the_cap_widen_and_nothing_is_lost_or_cold_too_early(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        ids = [
            (await both.a.on_line("hazards", {"area": circle(lat_ndeg=k * 1_000_000_000)}))["id"]
            for k in range(67)
        ]
        await both.settle()
        standing = {view["hazard"]["id"]: view["hazard"] for view in await hazards_of(both.b)}
        assert set(standing) == set(ids[:65])
        assert (standing[ids[64]]["area"], standing[ids[64]]["folded"]) == (None, 2)
        await both.a.on_line(f"hazards/{ids[64]}/end")
        await both.a.on_line(f"hazards/{ids[65]}/end")
        await both.settle()
        standing = {view["hazard"]["id"]: view["hazard"] for view in await hazards_of(both.b)}
        assert standing[ids[64]]["folded"] == 1, "it stands while one that is counted under it does"
        await both.a.on_line(f"hazards/{ids[66]}/end")
        await both.settle()
        assert ids[64] not in {view["hazard"]["id"] for view in await hazards_of(both.b)}


@on_loop
async def test_a_hazard_survives_a_restart(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        await both.a.on_line("hazards", {"area": circle()})
        await both.settle()
        await both.b.stop()
        await both.b.start()

        async def still_hot() -> bool:
            return bool(await check_of(both.b, volume()))

        await until(still_hot, why="it is compared with again")


@pytest.mark.parametrize("heard", [True, False])
@on_loop
async def test_on_a_phone_line_a_hazard_is_heard_or_waits_to_be_told(tmp_path: Path, heard: bool) -> None:  # noqa: FBT001 - a case
    async with on_the_phone(tmp_path) as side:
        by_voice = {"heard": HEARD} if heard else {}
        told = await side.on_line("hazards", {"area": circle(), **by_voice})
        (view,) = await hazards_of(side)
        assert (view["ours"], view["delivered"], view["hazard"]["attested"]) == (not heard, heard, heard)
        if not heard:
            reads, own = side.node.reads, side.node.own
            (say,) = what_to_say(reads, own, reads.lines()[0], "ru", START_MS)
            assert say.say.text.startswith("Опасность")
            await side.on_line("told", {"of": told["id"], "how": HEARD})
            (view,) = await hazards_of(side)
            assert view["delivered"]
        await side.on_line(f"hazards/{told['id']}/end", by_voice)
        assert await hazards_of(side) == []


@on_loop
async def test_a_hazard_heard_on_a_joined_line_is_taken_and_only_what_is_heard_ends_it(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        heard = await both.a.on_line("hazards", {"area": circle(), "heard": HEARD})
        signed = await both.b.on_line("hazards", {"area": circle()})
        await both.settle()
        assert len(await hazards_of(both.a)) == 2
        refused = await both.a.ask(f"/lines/{both.a.peer}/hazards/{signed['id']}/end", {"heard": HEARD})
        assert (refused.status_code, refused.json()["name"]) == (409, "hazard-signed")
        await both.a.on_line(f"hazards/{heard['id']}/end", {"heard": HEARD})
        (left,) = await hazards_of(both.a)
        assert left["hazard"]["id"] == signed["id"]
