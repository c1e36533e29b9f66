"""Entry warnings at the desk: with the check of a draft, and at whoever receives angles that do not fit."""

from pathlib import Path
from typing import Any

import msgspec

from forger import forged, notice
from parley.cli.showing import flags
from parley.geo.coordinate import read_coordinate
from parley.node.board import NoticeView
from parley.words.volume import Position
from support import MINUTE_MS, START_MS, Side, circle, draft, on_loop, pair, until, volume


def at(position: Position) -> dict[str, Any]:
    area = circle()
    area["centre"] = msgspec.to_builtins(position)
    return area


async def check(side: Side, area: dict[str, Any], line: str | None = None, **more: object) -> dict[str, Any]:
    answer = await side.api.post(f"/lines/{line or side.peer}/check", json={"volume": volume(area), **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def checked(side: Side) -> set[str]:
    return {one["id"] for one in side.said("checked")}


def codes(found: dict[str, Any]) -> list[str]:
    return [one["code"] for one in found["entry"]]


@on_loop
async def test_a_draft_is_doubted_and_never_held_up(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        layer = {"name": "posts", "compartment": None, "loaded_ms": START_MS}
        sealed = {"name": "cell", "compartment": "K", "loaded_ms": START_MS}
        for one, lat_deg in ((layer, 33), (sealed, 34)):
            told = {"id": one["name"], "name": "POST 1", "kind": "position", "layer": one["name"]}
            area = circle(lat_deg * 10**9 + 270_000_000, 38_230_000_000, 0)
            item = {**told, "area": area, "as_of_ms": START_MS}
            loaded = await both.a.api.put(
                "/picture/layers", json={"duty": "OFFICER", "layer": one, "items": [item]}
            )
            assert loaded.status_code == 200, loaded.text
        own = at(read_coordinate("33.27000N 38.23000E"))
        assert codes(await check(both.a, own)) == ["equals_own_position"]
        assert codes(await check(both.a, at(read_coordinate("34.27000N 38.23000E")))) == []
        assert codes(await check(both.b, own)) == []
        coarse = at(read_coordinate("33.3N 38.2E"))
        assert codes(await check(both.a, coarse, activity="air_strike")) == ["coarser_than_needed"]
        assert codes(await check(both.a, own, near="Damascus")) == ["equals_own_position", "far_from_place"]
        assert codes(await check(both.a, own, near="Damascuss")) == ["equals_own_position", "place_unknown"]

        soon = volume(own, start_ms=START_MS + 5 * MINUTE_MS)
        kept = await both.a.on_line("drafts", {"draft": draft(over=soon), "near": "Damascus"})
        assert codes(kept["check"]) == ["equals_own_position", "far_from_place"]
        (released,) = await both.a.release(draft(over=soon))
        await both.settle()
        held = (await both.b.notice(released))["id"]
        await until(lambda: held in checked(both.b), why="it is checked")
        assert (await both.b.notice(released))["versions"][0]["check"]["result"]["entry"] == []


@on_loop
async def test_the_area_of_a_line_is_part_of_its_terms_and_a_place_outside_it_is_doubted(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        area = at(read_coordinate("33 30 00 N 38 37 00 E")) | {"radius_mm": 55_000_000}
        proposed = await both.a.post("/lines/propose", {"wish": {"exercise": True, "area": area}})
        line = proposed["line"]
        assert line["terms"]["area"] == area
        swapped = at(read_coordinate("38 37 00 N 33 30 00 E"))
        doubts = codes(await check(both.a, swapped, line["name"]))
        assert doubts == ["looks_swapped", "outside_line_area"]
        refused = await both.a.ask(
            "/lines/propose", {"wish": {"exercise": True, "area": circle(radius_mm=0)}}
        )
        assert (refused.status_code, refused.json()["name"]) == (400, "circle-radius-zero")


@on_loop
async def test_whoever_receives_a_place_that_does_not_fit_what_was_entered_is_told(tmp_path: Path) -> None:
    async with forged(tmp_path) as (both, chained):
        right = read_coordinate("37SDT6439007317")
        wrong = msgspec.structs.replace(right, lat_ndeg=right.lat_ndeg + 81_000_000)
        seen = {}
        for n, position in enumerate((right, wrong)):
            body = notice(f"{n:032x}")
            moved = msgspec.structs.replace(
                body,
                volume=msgspec.structs.replace(
                    body.volume, area=msgspec.structs.replace(body.volume.area, centre=position)
                ),
            )
            sent = chained.sign(moved, START_MS)
            assert (await chained.forger.push([sent.envelope])).statuses == ["recorded"]
            seen[n] = sent.id
        await until(lambda: set(seen.values()) <= checked(both.b), why="both are checked")
        fine, off = [(await both.b.notice(seen[n]))["versions"][0]["check"]["result"] for n in (0, 1)]
        assert fine["entry"] == []
        (doubt,) = off["entry"]
        assert doubt["code"] == "entered_differs"
        assert doubt["sentence"] == "entered and signed place differ by 8,984 m"
        views = [msgspec.convert(await both.b.notice(seen[n]), NoticeView) for n in (0, 1)]
        told = [[flag for flag in flags(view, START_MS) if "differ" in flag] for view in views]
        assert told == [[], ["⚠ version 1: entered and signed place differ by 8,984 m"]]
