"""An avoidance says only "keep out of this area and time"; a humanitarian notice is answered in its own words."""

from pathlib import Path

import pytest

from support import Side, circle, draft, on_loop, pair, read_back_of, volume
from telephone import HEARD, on_the_phone

WIDE = volume(circle(radius_mm=20_000_000))
NOTHING = {"code": "withheld", "text": None}
AVOIDANCE = {**draft(over=WIDE, activity="withheld"), "actor": None, "reason": NOTHING}


@on_loop
async def test_an_avoidance_is_read_back_answered_begun_amended_and_ended_like_a_notice(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(AVOIDANCE)
        await both.settle()
        seen = (await both.b.notice(handle))["versions"][0]["body"]
        assert (seen["activity"], seen["actor"], seen["reason"]) == ("withheld", None, NOTHING)
        wrong = await both.b.on_line(
            f"notices/{handle}/read-back", read_back_of(AVOIDANCE, extent_mm=2_000_000)
        )
        assert wrong["notice"]["versions"][0]["mismatches"] == 1
        right = await both.b.on_line(f"notices/{handle}/read-back", read_back_of(AVOIDANCE))
        assert right["notice"]["versions"][0]["step"] == "read_back"
        await both.b.on_line(f"notices/{handle}/reply", {"code": "noted"})
        await both.settle()
        begun = await both.a.on_line(f"notices/{handle}/begin")
        assert begun["notice"]["phase"] == "active"
        told = await both.a.on_line(f"notices/{handle}/amend", {"draft": draft(over=WIDE)})
        assert told["notice"]["versions"][1]["body"]["activity"] != "withheld"
        await both.a.on_line(f"notices/{handle}/end")
        await both.prove()


@pytest.mark.parametrize("more", [{"actor": "EASTERN AIR"}, {"reason": {"code": "training", "text": None}}])
@on_loop
async def test_an_avoidance_that_says_more_is_refused_by_name(
    tmp_path: Path, more: dict[str, object]
) -> None:
    async with pair(tmp_path) as both:
        (done,) = await both.a.on_line("notices", {"notices": [{**AVOIDANCE, **more}]})
        assert done["error"] == "avoidance-says-more"


@on_loop
async def test_a_convoy_is_answered_in_its_own_words_and_a_strike_in_the_others(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        convoy, strike = await both.a.release(draft(activity="convoy"), draft(activity="air_strike"))
        await both.settle()
        assert (await both.b.notice(convoy))["replies_offered"] == [
            "received", "passed_to_units", "hazard_on_route", "cannot_pass_on", "contact_us",
        ]  # fmt: skip
        assert (await both.b.notice(strike))["replies_offered"][0] == "noted"
        for handle, code in ((convoy, "objection"), (strike, "passed_to_units")):
            refused = await both.b.ask(f"/lines/{both.b.peer}/notices/{handle}/reply", {"code": code})
            assert (refused.status_code, refused.json()["name"]) == (400, "reply-not-offered")
        for code in ("received", "hazard_on_route", "cannot_pass_on", "contact_us"):
            await both.b.on_line(f"notices/{convoy}/reply", {"code": code})
        await both.settle()
        shown = await both.a.notice(convoy)
        assert [one["code"] for one in shown["standing"]] == [
            "hazard_on_route",
            "cannot_pass_on",
            "contact_us",
        ]
        begun = await both.a.on_line(f"notices/{convoy}/begin")
        assert begun["notice"]["begun_over"] == [
            "read_back_missing", "hazard_on_route_standing", "not_passed_on", "contact_asked",
        ]  # fmt: skip
        await both.prove()


@on_loop
async def test_what_was_heard_of_a_convoy_is_recorded_as_it_was_said(tmp_path: Path) -> None:
    async with on_the_phone(tmp_path) as side:
        assert isinstance(side, Side)
        (handle,) = await side.release(draft(activity="convoy"))
        await side.on_line("told", {"of": handle, "how": HEARD})
        said = await side.on_line(f"notices/{handle}/reply", {"code": "objection", "heard": HEARD})
        assert said["notice"]["standing"][0]["code"] == "objection"
