"""Relays are hearsay with a chain; what its author keeps from others is not relayed."""

from pathlib import Path
from typing import Any

import pytest

from parley.node.relaying import check_onward
from parley.words.bodies import Caveats
from parley.words.errors import InputError
from support import START_MS, Side, draft, on_loop, pair, until
from telephone import HEARD, OPEN, PHONE, on_the_phone

HOUR_MS = 3_600_000
LINK = {"who": "NORTHERN DUTY", "to_whom": "EASTERN WATCH", "at_ms": START_MS, "medium": "radio"}
CAVEATS = {"purpose": "Safety of flight", "onward": True, "marking": "REL", "destroy_after_ms": None}


async def relays_of(side: Side) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await side.get("/board"))["relays"]
    return found


@on_loop
async def test_what_was_heard_from_a_third_party_stands_as_hearsay_and_moves_nothing(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(draft())
        await both.settle()
        before = await both.b.notice(handle)
        said = {"way": "heard_from", "party": "NORTHERN DUTY", "text": "It is off.", "chain": [LINK]}
        sent = await both.a.on_line("relays", said)
        await both.settle()
        (view,) = await relays_of(both.b)
        assert (view["relay"]["id"], view["ours"]) == (sent["id"], False)
        assert view["relay"]["body"]["chain"] == [LINK]
        after = await both.b.notice(handle)
        assert (after["phase"], after["versions"][0]["step"]) == (
            before["phase"],
            before["versions"][0]["step"],
        )
        await both.prove()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"way": "heard_from", "party": "NORTHERN", "text": "x"}, "relay-unchained"),
        ({"way": "heard_from", "party": "NORTHERN", "text": "x", "chain": [LINK]}, "relay-unchained"),
        ({"way": "pass_on", "party": "NORTHERN"}, "relay-says-nothing"),
        ({"way": "pass_on", "party": "NORTHERN", "notice": "EASTERN-999"}, "notice-unknown"),
        ({"way": "pass_on", "party": "NORTHERN", "text": "x", "chain": [LINK] * 17}, "request-invalid"),
    ],
)
@on_loop
async def test_a_relay_that_is_no_hearsay_is_refused_by_name(
    tmp_path: Path, said: dict[str, Any], name: str
) -> None:
    async with on_the_phone(tmp_path) as side:
        answer = await side.ask(f"/lines/{side.peer}/relays", said)
        assert answer.json()["name"] == name
        assert await relays_of(side) == []


async def heard_with(side: Side, caveats: dict[str, Any] | None) -> str:
    (done,) = await side.on_line("notices", {"notices": [{**draft(), "caveats": caveats}], "heard": HEARD})
    return str(done["handle"])


async def relay_on(side: Side, handle: str) -> Any:  # noqa: ANN401 - an HTTP answer
    said = {"way": "pass_on", "party": "NORTHERN", "notice": handle, "on": "EASTERN"}
    return await side.ask("/lines/NORTHERN/relays", said)


@on_loop
async def test_a_notice_is_relayed_to_another_line_with_its_chain_and_caveats(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        await side.post("/lines/phone", {**OPEN, "name": "NORTHERN", "phone": PHONE})
        handle = await heard_with(side, CAVEATS)
        assert (await side.notice(handle))["versions"][0]["body"]["caveats"] == CAVEATS
        assert (await relay_on(side, handle)).status_code == 201
        (view,) = await relays_of(side)
        body = view["relay"]["body"]
        assert body["caveats"] == CAVEATS
        assert [(one["who"], one["to_whom"], one["medium"]) for one in body["chain"]] == [
            ("EASTERN", "COALITION", "telephone")
        ]
        assert body["original"] == (await side.notice(handle))["id"]


@on_loop
async def test_a_notice_whose_caveats_forbid_it_is_not_relayed(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        await side.post("/lines/phone", {**OPEN, "name": "NORTHERN", "phone": PHONE})
        forbidden = await heard_with(side, {**CAVEATS, "onward": False})
        short = await heard_with(side, {**CAVEATS, "destroy_after_ms": START_MS + HOUR_MS})
        assert (await relay_on(side, short)).status_code == 201
        side.drive(START_MS + HOUR_MS)
        for handle, name in ((forbidden, "onward-forbidden"), (short, "destroy-after-passed")):
            answer = await relay_on(side, handle)
            assert (answer.status_code, answer.json()["name"]) == (400, name)
        amended = await heard_with(side, CAVEATS)
        told = {**draft(), "caveats": {**CAVEATS, "onward": False}}
        first = (await side.notice(amended))["id"]
        await side.on_line(f"notices/{amended}/amend", {"draft": told, "heard": HEARD})
        for name in (amended, first):
            assert (await relay_on(side, name)).json()["name"] == "onward-forbidden"
        assert len(await relays_of(side)) == 1


@on_loop
async def test_a_flood_of_hearsay_fills_no_board(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        for n in range(205):
            await both.a.on_line("relays", {"way": "pass_on", "party": "X", "text": f"number {n}"})
        await both.settle()
        kept = await both.b.get(f"/lines/{both.b.peer}/relays")
        assert [len(kept), kept[0]["relay"]["body"]["text"]] == [200, "number 5"]
        both.b.drive(START_MS + 25 * HOUR_MS)

        async def gone() -> bool:
            return await relays_of(both.b) == []

        await until(gone, why="what is a day old is listed, and not on the board")


def test_caveats_that_allow_it_let_a_relay_through() -> None:
    check_onward(None, 0, "x")
    open_caveats = Caveats(purpose=None, onward=True, marking=None, destroy_after_ms=10)
    check_onward(open_caveats, 9, "x")
    with pytest.raises(InputError, match="destroyed"):
        check_onward(open_caveats, 10, "x")
