"""What they have asked about stands beside their notices, and at a rate it is an alarm: ours, private."""

from pathlib import Path

from parley.cli.probing import probing_flags
from parley.watch.probing import Probing
from support import circle, draft, on_loop, pair, volume

WIDE = volume(circle(radius_mm=400_000_000))


@on_loop
async def test_the_tenth_notice_about_one_place_in_a_day_is_an_alarm_at_the_desk_that_is_asked(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as both:
        *_, last = await both.a.release(*[draft() for _ in range(10)])
        (elsewhere,) = await both.a.release(draft(over=volume(circle(lat_ndeg=34_500_000_000))))
        await both.settle()
        assert (await both.b.notice(last))["versions"][0]["probing"]["times"] == 10
        assert (await both.b.notice(elsewhere))["versions"][0]["probing"]["times"] == 1
        assert (await both.a.notice(last))["versions"][0]["probing"]["times"] == 0, "ours are not counted"
        (alarm,) = both.b.said("probing")
        assert "10 times" in alarm["detail"]
        assert both.a.said("probing") == []
        (line,) = (await both.b.get("/board"))["lines"]
        assert line["blankets"] == 0
        await both.prove()


@on_loop
async def test_a_blanket_is_marked_at_both_desks_and_counted_at_theirs(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        (handle,) = await both.a.release(draft(over=WIDE))
        await both.settle()
        for side, count in ((both.a, 0), (both.b, 1)):
            found = (await side.notice(handle))["versions"][0]["probing"]
            assert found["blanket"]
            (line,) = (await side.get("/board"))["lines"]
            assert line["blankets"] == count


def test_flags_say_what_is_out_of_the_ordinary_and_nothing_else() -> None:
    assert probing_flags(None) == []
    assert probing_flags(Probing(blanket=False, km2_h=1, times=2)) == []
    (asked,) = probing_flags(Probing(blanket=False, km2_h=1, times=14))
    assert "14 times" in asked
    (blanket,) = probing_flags(Probing(blanket=True, km2_h=1_000_000))
    assert "BLANKET" in blanket
