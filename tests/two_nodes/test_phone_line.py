"""A phone line: one node alone, and every step what its own people attest."""

import json
from pathlib import Path
from typing import Any

import pytest

from parley.node.auditing import verify_record
from parley.wire.message import read_unverified
from parley.words.bodies import Heard, Told
from support import START_MS, Side, draft, on_loop, pair, read_back_of, until
from telephone import HEARD, OPEN, PHONE, on_the_phone


async def line_of(side: Side) -> Any:  # noqa: ANN401 - any JSON
    return (await side.get("/lines/EASTERN"))["line"]


def bodies_in(side: Side) -> list[object]:
    (line,) = side.node.reads.lines()
    return [
        read_unverified(bytes(raw)).body for _, _, raw in side.node.reads.entries(line.id, 0, 1_000) if raw
    ]


@on_loop
async def test_a_phone_line_is_usable_at_once_and_says_what_it_is(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        line = await line_of(side)
        assert (line["kind"], line["joined"], line["safety_number"]) == ("phone", False, None)
        assert line["terms"]["evidence"] == "own_log"
        assert line["phone"]["contacts"][1]["who"] == "DEPUTY"
        assert b"+99 1" not in b"".join(
            bytes(raw) for _, _, raw in side.node.reads.entries(side.node.reads.lines()[0].id, 0, 9) if raw
        )


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"wish": {"exercise": True}}, "area-missing"),
        ({"phone": {"number": "+99 1", "contacts": PHONE["contacts"][:1]}}, "contacts-missing"),
        ({"name": "EASTERN"}, "line-name-taken"),
    ],
)
@on_loop
async def test_a_phone_line_needs_an_area_two_contacts_and_a_name_of_its_own(
    tmp_path: Path, change: dict[str, object], name: str
) -> None:
    async with on_the_phone(tmp_path) as side:
        answer = await side.ask("/lines/phone", {**OPEN, "name": "NORTHERN", **change})
        assert (answer.status_code, answer.json()["name"]) == (400, name)


@on_loop
async def test_their_notice_is_heard_read_back_answered_begun_and_ended_on_our_word(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        (done,) = await side.on_line("notices", {"notices": [draft()], "heard": HEARD})
        assert done["handle"].startswith("EASTERN-")
        notice = await side.notice(done["handle"])
        assert (notice["ours"], notice["versions"][0]["step"]) == (False, "delivered")
        assert notice["versions"][0]["receipt"] is None
        await until(lambda: side.said("checked"), why="what is heard is checked as it lands")

        view = (await side.on_line(f"notices/{done['handle']}/read-back", read_back_of(draft())))["notice"]
        assert view["versions"][0]["step"] == "read_back"
        await side.on_line(f"notices/{done['handle']}/reply", {"code": "objection"})
        begun = (await side.on_line(f"notices/{done['handle']}/begin", {"heard": HEARD}))["notice"]
        assert begun["phase"] == "active"
        assert "objection_standing" in begun["unsaid"]
        ended = (await side.on_line(f"notices/{done['handle']}/end", {"heard": HEARD}))["notice"]
        assert ended["phase"] == "ended"


@on_loop
async def test_our_notice_is_delivered_only_once_a_person_has_said_it(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        (handle,) = await side.release(draft())
        assert (await side.notice(handle))["versions"][0]["step"] == "released"
        assert [one["kind"] for one in (await line_of(side))["to_say"]] == ["notice"]
        assert (await line_of(side))["waiting"] == 0, "no node will ever fetch it"
        await side.on_line("told", {"of": handle, "how": HEARD})
        assert (await side.notice(handle))["versions"][0]["step"] == "delivered"
        assert (await line_of(side))["to_say"] == []

        wrong = {**read_back_of(draft(), activity="flight"), "heard": HEARD}
        view = (await side.on_line(f"notices/{handle}/read-back", wrong))["notice"]
        assert (view["versions"][0]["step"], view["versions"][0]["mismatches"]) == ("delivered", 1)
        await side.on_line(f"notices/{handle}/read-back", {**read_back_of(draft()), "heard": HEARD})
        view = (await side.on_line(f"notices/{handle}/reply", {"code": "noted", "heard": HEARD}))["notice"]
        assert view["versions"][0]["step"] == "answered"
        assert (view["answers"][0]["by"]["assurance"], view["answers"][0]["by"]["duty"]) == (
            "voice",
            "EASTERN DUTY",
        )


@on_loop
async def test_stops_are_heard_and_told_and_only_their_caller_releases_them(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        (handle,) = await side.release(draft())
        theirs = await side.on_line("stops/", {"heard": HEARD})
        assert (await side.notice(handle))["stopped"]
        refused = await side.ask(f"/lines/EASTERN/stops/{theirs['id'][:12]}/release", {})
        assert refused.status_code == 409
        await side.on_line(f"stops/{theirs['id'][:12]}/reply", {"answer": "stopped"})
        await side.on_line(f"stops/{theirs['id'][:12]}/release", {"heard": HEARD})
        assert not (await side.notice(handle))["stopped"]

        ours = await side.on_line("stops/", {"notice": handle})
        (view,) = await side.stops()
        assert (view["ours"], view["delivered"]) == (True, False)
        await side.on_line("told", {"of": ours["id"], "how": HEARD})
        await side.on_line(f"stops/{ours['id'][:12]}/reply", {"answer": "stopping", "heard": HEARD})
        (view,) = await side.stops()
        assert (view["delivered"], view["stop"]["answer"]) == (True, "stopping")


@on_loop
async def test_nothing_heard_is_ever_signed_by_them_and_the_record_verifies(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        (done,) = await side.on_line("notices", {"notices": [draft()], "heard": HEARD})
        await side.on_line(f"notices/{done['handle']}/reply", {"code": "noted"})
        await side.on_line("stops/", {"heard": HEARD})
        (line,) = side.node.reads.lines()
        assert verify_record(side.node.reads, side.node.own, line).verified
        entries = [json.loads(value) for value, _, _ in side.node.reads.entries(line.id, 0, 100)]
        assert {(entry["author"], entry["direction"]) for entry in entries} == {(side.node.own.party, "sent")}
        heard = [body for body in bodies_in(side) if isinstance(body, Heard)]
        assert [body.voice.with_whom for body in heard] == ["EASTERN DUTY", "EASTERN DUTY"]
        assert {body.voice.at_ms for body in heard} == {START_MS}


@on_loop
async def test_a_phone_line_survives_a_restart_with_what_waits_to_be_said(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        (handle,) = await side.release(draft())
        await side.on_line("notices", {"notices": [draft()], "heard": HEARD})
        await side.stop()
        await side.start()
        assert [one["kind"] for one in (await line_of(side))["to_say"]] == ["notice"]
        await side.on_line("told", {"of": handle, "how": HEARD})
        assert sum(isinstance(body, Told) for body in bodies_in(side)) == 1


@on_loop
async def test_on_a_joined_line_only_a_stop_is_taken_by_ear(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        a = both.a
        refused = await a.ask(f"/lines/{a.peer}/notices", {"notices": [draft()], "heard": HEARD})
        assert refused.json()[0]["error"] == "line-joined"
        await a.on_line("stops/", {"heard": HEARD})
        await both.settle()
        (stop,) = await a.stops()
        assert (stop["ours"], stop["stop"]["called_by"]["assurance"]) == (False, "voice")
        await both.prove()
