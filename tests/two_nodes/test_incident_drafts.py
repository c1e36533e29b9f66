"""Tracks at a node: its lines' areas and open notices are what they are compared with; drafts stay there."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from parley.cli.client import Node
from parley.cli.track_files import Settings
from parley.cli.track_node import NodePlaces
from parley.cli.track_run import run_file
from parley.formats.positions import Row
from parley.intake.draft import DraftKind, DraftState, IncidentDraft
from parley.intake.own_units import UnitPlace
from parley.intake.tracking import Tracking, TrackingLimits
from parley.node import incidents
from parley.words.errors import InputError
from plain_position_index import PlainPositionIndex
from support import START_MS, Side, circle, client_of, draft, make_home, on_loop, pair, until, volume
from track_samples import reports

MINUTE_MS = 60_000


@asynccontextmanager
async def alone(folder: Path) -> AsyncIterator[Side]:
    """One node with a line that it proposed, whose terms name an area of 50 km."""
    home = make_home(folder / "EASTERN", "EASTERN")
    side = Side("EASTERN", home, "EASTERN", client_of(home), START_MS)
    try:
        await side.start()
        await side.post("/lines/propose", {"wish": {"exercise": True, "area": circle(radius_mm=50_000_000)}})
        yield side
    finally:
        await side.api.aclose()
        await side.stop()


def keeper_of(side: Side, layer: str | None = None) -> NodePlaces:
    return NodePlaces(Node(side.home, duty=None, role="watch_officer", as_json=True), layer)


async def tracked(side: Side, rows: Iterable[Row]) -> list[IncidentDraft]:
    """Compare a track with what the node says, keep the drafts there, and return them."""
    keeper = keeper_of(side)
    made = Tracking(PlainPositionIndex(), TrackingLimits(most_tracks=10))
    zones, notices = await asyncio.to_thread(keeper.places)
    made.set_zones(zones)
    made.set_notices(notices)
    made.take(reports(rows), START_MS + 10_000 * MINUTE_MS)
    found = made.changed()
    await asyncio.to_thread(keeper.keep, found)
    return found


def at(minute: int, lat_deg: float = 33.5, name: str = "") -> Row:
    return Row("T-1", name, START_MS + minute * MINUTE_MS, lat_deg, 38.6)


@on_loop
async def test_a_draft_is_kept_beside_its_line_journalled_and_told_once_for_each_state(
    tmp_path: Path,
) -> None:
    async with alone(tmp_path) as side:
        (first,) = await tracked(side, [at(0)])
        (grown,) = await tracked(side, [at(0), at(1, 33.501)])
        assert first.id == grown.id
        assert first.exercise
        assert await asyncio.to_thread(keeper_of(side).open_drafts) == [grown]
        (kept,) = await side.get("/incidents/drafts?points=true")
        assert (kept["id"], kept["reports"], len(kept["points"])) == (first.id, 2, 2)
        await until(lambda: side.said("incident_draft"), why="the desk is told")
        assert len(side.said("incident_draft")) == 1
        (left,) = await tracked(side, [at(0), at(1, 33.501), at(9, 34.5)])
        assert left.state is DraftState.LEFT
        await until(lambda: len(side.said("incident_draft")) == 2, why="the desk is told that it left")
        assert await asyncio.to_thread(keeper_of(side).open_drafts) == []
        rows = [row for row in await side.get("/journal?count=1000") if row["what"] == "incident-draft"]
        assert [row["data"]["state"] for row in rows] == ["open", "left"]
        (short,) = await side.get("/incidents/drafts")
        assert len(short["points"]) == 1


@on_loop
async def test_a_line_keeps_its_newest_drafts(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(incidents, "MOST_KEPT", 3)
        async with alone(tmp_path) as side:
            for n in range(5):
                await tracked(side, [at(n * 100)])
            kept = await side.get("/incidents/drafts")
            assert [row["first_ms"] for row in kept] == [START_MS + n * 100 * MINUTE_MS for n in (4, 3, 2)]


@on_loop
async def test_a_draft_of_another_line_or_of_none_is_refused(tmp_path: Path) -> None:
    async with alone(tmp_path) as side:
        (found,) = await tracked(side, [at(0)])
        keeper = keeper_of(side)
        for wrong in ("f" * 32, None):
            other = msgspec.structs.replace(found, line=wrong)
            with pytest.raises(InputError):
                await asyncio.to_thread(keeper.keep, [other])
        answer = await side.ask(f"/incidents/lines/{found.line}/drafts", {"drafts": [{"id": "x"}]})
        assert answer.status_code == 400


@on_loop
async def test_open_notices_of_both_sides_cover_until_they_end_and_name_their_actor(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, b = both.sides
        over = volume(circle(), start_ms=START_MS + 60 * MINUTE_MS)
        (handle,) = await a.release({**draft(over=over), "actor": "HAWK 1"})
        await both.settle()
        for side in both.sides:
            found = await side.get("/incidents/places")
            assert [each["actor"] for each in found["notices"]] == ["HAWK 1"]
            assert found["zones"] == []
            assert len(found["without_area"]) == 1
            with pytest.raises(InputError, match="no line of this node names an area"):
                await asyncio.to_thread(keeper_of(side).places)
        await a.on_line(f"notices/{handle}/cancel", {"reason": {"code": "planned_operation", "text": None}})
        await both.settle()
        assert (await b.get("/incidents/places"))["notices"] == []


@on_loop
async def test_own_units_move_in_the_picture_and_nothing_else_happens(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a, _ = both.sides
        item = {"name": "Post 1", "kind": "unit", "area": circle(radius_mm=7_000), "as_of_ms": START_MS}
        layer = {"name": "units", "compartment": None, "loaded_ms": START_MS}
        items = [
            {**item, "id": "U-1", "layer": "units"},
            {**item, "id": "U-2", "name": "Post 2", "layer": "units"},
        ]
        put = await a.api.put("/picture/layers", json={"duty": "WATCH", "layer": layer, "items": items})
        assert put.status_code == 200, put.text
        before = [(side.node.reads.chain(side.line.id), len(side.said("message"))) for side in both.sides]
        keeper = keeper_of(a, "units")
        places = [
            UnitPlace(
                unit=unit, lat_ndeg=34_000_000_000, lon_ndeg=39_000_000_000, radius_mm=radius, as_of_ms=when
            )
            for unit, radius, when in (
                ("u-1", 30_000, START_MS + 1),
                ("POST 2", None, START_MS - 1),
                ("U-9", None, START_MS + 1),
            )
        ]
        await asyncio.to_thread(keeper.move, places)
        assert (keeper.moved, keeper.unknown) == (1, 1)
        picture = a.node._checks  # noqa: SLF001 - the picture is not told by the API
        moved = {each.id: each for each in (await picture.picture()).items}
        assert moved["U-1"].as_of_ms == START_MS + 1
        assert moved["U-1"].area.radius_mm == 30_000  # type: ignore[union-attr] # a circle
        assert moved["U-2"].as_of_ms == START_MS
        await both.settle()
        after = [(side.node.reads.chain(side.line.id), len(side.said("message"))) for side in both.sides]
        assert [(chain.tree, chain.tip, said) for chain, said in before] == [
            (chain.tree, chain.tip, said) for chain, said in after
        ]
        assert await a.get("/incidents/drafts") == []


@on_loop
async def test_a_file_is_followed_against_a_node_and_its_own_units_go_to_the_picture(tmp_path: Path) -> None:
    rows = "id,time,lat,lon\nT-1,1780000000,33.5,38.6\nT-1,1780000060,33.501,38.6\n"
    (tmp_path / "sky.csv").write_text(rows)
    plain = Settings(None, None, 300_000, 300_000)
    async with alone(tmp_path) as side:
        node = Node(side.home, duty=None, role="watch_officer", as_json=True)
        assert await asyncio.to_thread(run_file, tmp_path / "sky.csv", plain, node, None, None, None)
        (kept,) = await side.get("/incidents/drafts")
        assert (kept["track"], kept["reports"]) == ("T-1", 2)
        layer = {"name": "UNITS", "compartment": None, "loaded_ms": START_MS}
        item = {"id": "T-1", "name": "P", "kind": "unit", "layer": "UNITS", "area": circle(), "as_of_ms": 0}
        put = await side.api.put("/picture/layers", json={"duty": "WATCH", "layer": layer, "items": [item]})
        assert put.status_code == 200, put.text
        assert not await asyncio.to_thread(run_file, tmp_path / "sky.csv", plain, node, None, None, "UNITS")
        (moved,) = (await side.node._checks.picture()).items  # noqa: SLF001 - the API does not tell it
        assert moved.as_of_ms == 1_780_000_060_000
        assert len(await side.get("/incidents/drafts")) == 1


@on_loop
async def test_of_a_sealed_layer_nothing_is_told_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    async with alone(tmp_path) as side:
        layer = {"name": "secret", "compartment": "K", "loaded_ms": START_MS}
        item = {
            "id": "U-1",
            "name": "P",
            "kind": "unit",
            "layer": "secret",
            "area": circle(),
            "as_of_ms": START_MS,
        }
        put = await side.api.put("/picture/layers", json={"duty": "WATCH", "layer": layer, "items": [item]})
        assert put.status_code == 200, put.text
        place = UnitPlace(unit="U-1", lat_ndeg=0, lon_ndeg=0, radius_mm=None, as_of_ms=START_MS + 1)
        keeper = keeper_of(side, "secret")
        await asyncio.to_thread(keeper.move, [place])
        assert (keeper.moved, keeper.unknown) == (0, 0)
        with pytest.raises(InputError, match="no such layer"):
            await asyncio.to_thread(keeper_of(side, "none").move, [place])


def test_the_kind_of_a_draft_has_a_sentence() -> None:
    assert set(incidents._SAID) == set(DraftKind)  # noqa: SLF001 - the table must be whole
