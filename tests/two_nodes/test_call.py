"""Calls on a node: what is said is kept, checked and warned of as it lands, and a STOP waits for nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from parley.node.checking import Checker
from parley.wire.message import read_unverified
from parley.words.bodies import Heard, Stop
from parley.words.errors import SystemFault
from parley.words.volume import ALWAYS
from support import START_MS, Side, client_of, draft, make_home, on_loop, pair

MINUTE_MS = 60_000
AREA = {
    "shape": "circle",
    "centre": {"lat_ndeg": 33_500_000_000, "lon_ndeg": 38_616_700_000},
    "radius_mm": 55_000_000,
}
OPEN = {
    "name": "EASTERN",
    "phone": {
        "number": "+99 1",
        "contacts": [{"who": "DUTY", "number": "+99 1"}, {"who": "DEPUTY", "number": "+99 2"}],
    },
    "wish": {"area": AREA, "languages": ["ru", "en"], "exercise": True},
}
POSTS = (("POST 1", 33_480_000_000, 38_610_000_000), ("POST 2", 33_300_000_000, 38_640_000_000))
FAR = ("FAR POST", 36_000_000_000, 41_000_000_000)


@asynccontextmanager
async def node(folder: Path, *, at_once: bool = False, lines: bool = True) -> AsyncIterator[Side]:
    """Run one node with own posts and, by default, a phone line."""
    home = make_home(folder / "coalition", "COALITION")
    if at_once:
        text = home.settings.read_text()
        home.settings.write_text(text.replace("warn_at_once = false", "warn_at_once = true"))
    side = Side("COALITION", home, "EASTERN", client_of(home), START_MS)
    await side.start()
    try:
        if lines:
            await side.post("/lines/phone", OPEN)
        layer = {"name": "posts", "compartment": None, "loaded_ms": START_MS}
        items = [_post(*one) for one in (*POSTS, FAR)]
        put = await side.api.put("/picture/layers", json={"duty": "OFFICER", "layer": layer, "items": items})
        assert put.status_code == 200, put.text
        yield side
    finally:
        await side.api.aclose()
        if side.running:
            await side.stop()


def _post(name: str, lat_ndeg: int, lon_ndeg: int) -> dict[str, Any]:
    area = {"shape": "circle", "centre": {"lat_ndeg": lat_ndeg, "lon_ndeg": lon_ndeg}, "radius_mm": 0}
    told = {"id": name, "name": name, "kind": "position", "layer": "posts"}
    return {**told, "area": area, "as_of_ms": START_MS}


async def ring(side: Side, line: str | None = "EASTERN", **opened: object) -> str:
    view = await side.post("/calls", {"line": line, "opened": {"language": "ru", **opened}})
    assert view["ask"]["code"] == "take_it"
    return str(view["call"]["id"])


async def say(side: Side, call: str, text: str, field: str = "free") -> Any:  # noqa: ANN401 - any JSON
    return await side.post(f"/calls/{call}/fragments", {"text": text, "field": field})


async def journal(side: Side, what: str) -> list[dict[str, Any]]:
    rows = await side.get("/journal?count=1000")
    return [row["data"] for row in rows if row["what"] == what]


def recorded(side: Side) -> list[object]:
    (line,) = side.node.reads.lines()
    rows = side.node.reads.entries(line.id, 0, 1_000)
    return [read_unverified(bytes(raw)).body for _, _, raw in rows if raw]


def near(view: dict[str, Any]) -> dict[str, int | None]:
    return {one["name"]: one["warned_ms"] for one in view["units"]}


@on_loop
async def test_the_first_fragment_with_a_place_is_plotted_checked_and_warns_own_units_by_one_act(
    tmp_path: Path,
) -> None:
    async with node(tmp_path) as side:
        call = await ring(side)
        view = await say(side, call, "air strike south of Tanf, soon")
        assert view["plotted"]["short"]
        assert near(view) == {"POST 1": None, "POST 2": None}
        assert {one["level"] for one in view["units"]} == {"inside"}
        assert view["ask"]["code"] == "centre"
        assert view["ask"]["say"]["language"] == "ru"
        assert view["ask"]["say"]["latin"].startswith("Nazovite koordinaty")
        assert not view["ask"]["say"]["reviewed"]
        side.drive(START_MS + 4_000)
        view = await side.post(f"/calls/{call}/warn-all")
        assert near(view) == {"POST 1": START_MS + 4_000, "POST 2": START_MS + 4_000}
        assert side.said("units_warned")[0]["detail"] == "POST 1, POST 2"
        (told,) = await journal(side, "units-warned")
        assert told["units"] == ["POST 1", "POST 2"]


@on_loop
async def test_where_the_rules_say_so_units_are_warned_at_once_and_only_under_ten_minutes(
    tmp_path: Path,
) -> None:
    async with node(tmp_path, at_once=True) as side:
        call = await ring(side)
        view = await say(side, call, "33 28 48 N 38 36 36 E at 1500Z")
        assert near(view) == {"POST 1": None}
        view = await say(side, call, "in 8 minutes", "start")
        assert near(view) == {"POST 1": START_MS}
        assert view["plotted"]["starts_in_ms"] == 8 * MINUTE_MS
        view = await say(side, call, "near Tanf", "where")
        assert near(view) == {"POST 1": START_MS}, "a vaguer place that agrees changes nothing"
        view = await say(side, call, "33 20 00 N 38 38 00 E", "where")
        assert near(view) == {"POST 1": START_MS, "POST 2": START_MS}, "whoever was warned stays so"


@on_loop
async def test_the_27_minute_case_a_caller_who_asks_for_a_person_gets_his_stop_through_at_once(
    tmp_path: Path,
) -> None:
    async with node(tmp_path) as side:
        (ours,) = await side.release(draft())
        call = await ring(side)
        view = await say(side, call, "I want to speak to my usual contact")
        assert (view["ask"]["code"], view["fetch"]) == ("fetch", "I want to speak to my usual contact")
        assert view["ask_plain"].endswith("say it now.")
        side.drive(START_MS + 20_000)
        view = await say(side, call, "stop, you are striking our troops")
        assert [one["kind"] for one in view["done"]] == ["stop"]
        assert view["say_back_plain"].startswith("Your STOP is taken.")
        (stop,) = await side.stops()
        assert not stop["ours"]
        assert stop["stop"]["called_ms"] - START_MS < MINUTE_MS
        assert (await side.notice(ours))["stopped"]
        assert side.said("call_stop")
        (row,) = await journal(side, "call-stop")
        assert row["call"] == call
        assert any(isinstance(body, Heard) and isinstance(body.said, Stop) for body in recorded(side))


@on_loop
async def test_a_caller_whom_no_line_knows_is_heard_and_his_stop_is_recorded_once_the_line_is_named(
    tmp_path: Path,
) -> None:
    async with node(tmp_path) as side:
        call = await ring(side, None)
        view = await say(side, call, "stop! 33 28 48 N 38 36 36 E")
        view = await say(side, call, "33 28 48 N 38 36 36 E", "where")
        assert (view["line_name"], view["stops_waiting"], view["done"]) == (None, 1, [])
        assert near(view) == {"POST 1": None}
        assert side.said("call_stop")
        refused = await side.ask(f"/calls/{call}/close", {"outcome": {"type": "notice"}})
        assert (refused.status_code, refused.json()["name"]) == (400, "call-without-line")
        view = await side.post(f"/calls/{call}/line", {"line": "EASTERN"})
        assert (view["line_name"], view["stops_waiting"]) == ("EASTERN", 0)
        assert len(await side.stops()) == 1
        await side.post(f"/calls/{call}/line", {"line": "EASTERN"})
        assert len(await side.stops()) == 1


@on_loop
async def test_a_node_with_no_line_at_all_still_plots_checks_and_warns(tmp_path: Path) -> None:
    async with node(tmp_path, lines=False) as side:
        call = await ring(side, None)
        assert near(await say(side, call, "shelling near Tanf")) == {"POST 1": None, "POST 2": None}


@on_loop
async def test_a_call_that_is_closed_becomes_a_notice_heard_with_its_warned_units(tmp_path: Path) -> None:
    async with node(tmp_path) as side:
        call = await ring(side, who="EASTERN DUTY", interpreter="LINGUIST 1")
        await say(side, call, "33 28 48 N 38 36 36 E", "where")
        refused = await side.ask(f"/calls/{call}/close", {"outcome": {"type": "notice"}})
        assert refused.json()["name"] == "activity-missing"
        await say(side, call, "air strike in 30 minutes")
        await side.post(f"/calls/{call}/warn-all")
        view = await side.post(f"/calls/{call}/close", {"outcome": {"type": "notice", "confirmed": True}})
        assert view["call"]["state"] == "closed"
        assert {one["kind"] for one in view["done"]} == {"notice", "read_back"}
        (notice,) = await side.get("/lines/EASTERN/notices")
        (version,) = notice["versions"]
        assert (notice["ours"], version["step"]) == (False, "read_back")
        assert (version["body"]["activity"], version["body"]["precedence"]) == ("air_strike", "IMMEDIATE")
        assert version["body"]["reason"]["code"] == "withheld"
        window = version["body"]["volume"]["window"]
        assert (window["start_ms"], window["end_ms"]) == (START_MS + 30 * MINUTE_MS, ALWAYS.end_ms)
        assert [(one["unit"], one["state"]) for one in notice["units"]] == [("POST 1", "warned")]
        heard = [body for body in recorded(side) if isinstance(body, Heard)]
        assert [(one.voice.with_whom, one.voice.interpreter) for one in heard] == [
            ("EASTERN DUTY", "LINGUIST 1")
        ]
        (back,) = await journal(side, "call-read-back")
        assert back["said"].startswith("Повторяю.")
        (row,) = await journal(side, "call-closed")
        assert (row["call"], row["id"]) == (call, notice["id"])
        late = await side.ask(f"/calls/{call}/fragments", {"text": "and more"})
        assert late.json()["name"] == "call-closed"


@on_loop
async def test_begin_end_and_reply_are_heard_in_calls_about_known_notices(tmp_path: Path) -> None:
    async with node(tmp_path) as side:
        (ours,) = await side.release(draft())
        call = await ring(side, direction="outgoing")
        (saying,) = (await side.get(f"/calls/{call}"))["to_say"]
        assert saying["handle"] == ours
        assert "Уведомление от нас" in saying["say"]["text"]
        assert "Uvedomleniye" in saying["say"]["latin"]
        view = await side.post(f"/calls/{call}/told", {"of": saying["id"]})
        assert view["to_say"] == []
        outcome = {"type": "reply", "notice": ours, "code": "objection"}
        await side.post(f"/calls/{call}/close", {"outcome": outcome})
        answered = await side.notice(ours)
        assert answered["versions"][0]["delivered_ms"] == START_MS
        assert [one["code"] for one in answered["standing"]] == ["objection"]

        (theirs,) = await side.on_line("notices", {"notices": [draft()], "heard": {"with_whom": "DUTY"}})
        for kind, phase in (("begin", "active"), ("end", "ended")):
            call = await ring(side)
            await say(side, call, f"we {kind} it")
            await side.post(f"/calls/{call}/close", {"outcome": {"type": kind, "notice": theirs["handle"]}})
            assert (await side.notice(theirs["handle"]))["phase"] == phase


@on_loop
async def test_a_call_broken_off_and_a_restart_lose_nothing_and_the_call_goes_on(tmp_path: Path) -> None:
    async with node(tmp_path) as side:
        call = await ring(side)
        before = await say(side, call, "shelling near Tanf, soon")
        await side.post(f"/calls/{call}/warn-all")
        await side.post(f"/calls/{call}/hang-up")
        await side.stop()
        await side.start()
        (again,) = await side.get("/calls")
        assert again["call"]["state"] == "broken"
        assert again["call"]["fragments"] == before["call"]["fragments"]
        assert near(again) == {"POST 1": START_MS, "POST 2": START_MS}
        after = await say(side, call[:8], "33 28 48 N 38 36 36 E", "where")
        assert after["call"]["state"] == "open"
        assert len(after["call"]["fragments"]) == len(before["call"]["fragments"]) + 1


@on_loop
async def test_a_contradicted_fragment_and_a_clock_set_back_are_kept_and_shown(tmp_path: Path) -> None:
    async with node(tmp_path) as side:
        call = await ring(side)
        await say(side, call, "33 28 48 N 38 36 36 E", "where")
        side.drive(START_MS + MINUTE_MS)
        view = await say(side, call, "35 20 00 N 40 08 00 E", "where")
        first, second = view["call"]["fragments"]
        assert (first["superseded_by"], second["superseded_by"]) == (1, None)
        assert view["units"] == []
        rows = await journal(side, "call-fragment")
        assert [row["text"] for row in rows] == ["33 28 48 N 38 36 36 E", "35 20 00 N 40 08 00 E"]
        assert [one["code"] for one in view["warnings"]] == ["outside_line_area"]


@on_loop
async def test_on_a_joined_line_a_stop_is_taken_by_ear_and_a_notice_is_asked_for_in_writing(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        a = both.a
        call = await ring(a, a.peer)
        await say(a, call, "stop")
        await say(a, call, "air strike near Tanf in 20 minutes")
        refused = await a.ask(f"/calls/{call}/close", {"outcome": {"type": "notice"}})
        assert refused.json()["name"] == "line-joined"
        await a.post(f"/calls/{call}/close", {"outcome": {"type": "nothing"}})
        (stop,) = await a.stops()
        assert stop["stop"]["called_by"]["assurance"] == "voice"
        await both.prove()


@on_loop
async def test_two_officers_who_type_at_once_lose_nothing(tmp_path: Path) -> None:
    async with node(tmp_path) as side:
        call = await ring(side)
        await asyncio.gather(*(say(side, call, f"{k} km", "extent") for k in range(1, 13)))
        fragments = (await side.get(f"/calls/{call}"))["call"]["fragments"]
        assert {one["text"] for one in fragments} == {f"{k} km" for k in range(1, 13)}
        assert [one["n"] for one in fragments] == list(range(12))
        assert sum(one["superseded_by"] is None for one in fragments) == 1


@on_loop
async def test_what_is_said_is_kept_when_its_check_fails_and_checked_when_it_can_be(tmp_path: Path) -> None:
    async with node(tmp_path) as side:
        call = await ring(side)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Checker, "check_volume", _fails)
            view = await say(side, call, "shelling near Tanf")
            assert (view["plotted"] is not None, view["checked_ms"], view["units"]) == (True, None, [])
        view = await side.post(f"/calls/{call}/check")
        assert view["checked_ms"] == START_MS
        assert near(view) == {"POST 1": None, "POST 2": None}


def _fails(*_: object) -> None:
    raise SystemFault("check-incomplete", "nothing was compared")


@on_loop
async def test_keep_out_is_heard_as_an_avoidance_without_a_reason(tmp_path: Path) -> None:
    async with node(tmp_path) as side:
        call = await ring(side)
        await say(side, call, "keep out, 33 28 N 38 36 E, in 3 hours")
        await say(side, call, "safety", "reason")
        await side.post(f"/calls/{call}/close", {"outcome": {"type": "notice"}})
        (notice,) = await side.get("/lines/EASTERN/notices")
        body = notice["versions"][0]["body"]
        assert (body["activity"], body["reason"]["code"]) == ("withheld", "withheld")


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/calls/ffffffff/fragments", {"text": "x"}, "call-unknown"),
        ("/calls", {"line": "NOBODY"}, "line-unknown"),
    ],
)
@on_loop
async def test_what_cannot_be_is_refused_by_name(
    tmp_path: Path, path: str, body: dict[str, object], name: str
) -> None:
    async with node(tmp_path) as side:
        answer = await side.ask(path, body)
        assert (answer.status_code, answer.json()["name"]) == (404, name)


@on_loop
async def test_a_stop_is_taken_even_when_a_call_is_full_and_from_any_text(tmp_path: Path) -> None:
    async with node(tmp_path) as side:
        call = await ring(side)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("parley.node.calling.MOST_FRAGMENTS", 1)
            await say(side, call, "something \u202e\x00 odd", "what")
            full = await side.ask(f"/calls/{call}/fragments", {"text": "more"})
            assert full.json()["name"] == "call-too-long"
            view = await say(side, call, "", "stop")
        assert [one["kind"] for one in view["done"]] == ["stop"]
        assert "\u202e" not in json.dumps(view, ensure_ascii=False)


@on_loop
async def test_what_is_asked_and_said_to_them_is_the_same_whatever_stands_there_of_ours(
    tmp_path: Path,
) -> None:
    said = []
    for folder, items in (("with", [_post(*one) for one in POSTS]), ("without", [])):
        async with node(tmp_path / folder) as side:
            layer = {"name": "posts", "compartment": None, "loaded_ms": START_MS}
            body = {"duty": "OFFICER", "layer": layer, "items": items}
            assert (await side.api.put("/picture/layers", json=body)).status_code == 200
            call = await ring(side)
            view = await say(side, call, "air strike south of Tanf, soon")
            assert bool(view["units"]) == bool(items)
            said.append((view["ask"], view["say_back"], view["to_say"]))
    assert said[0] == said[1]
