"""One draft for each track and stay in a zone: when it opens, grows, is lost and ends."""

import msgspec
import pytest

from parley.formats.positions import Row
from parley.intake.draft import MOST_POINTS, DraftKind, DraftState, Flag
from parley.intake.places import Zone
from parley.words.codes import Datum, LengthUnit
from parley.words.volume import Altitude, Band
from track_samples import LATER_MS, MINUTE_MS, NOW_MS, at, disc, drafts, notice, reports, tracking, zone

KM_DEG = 1 / 111.0
FLIGHT_LEVEL = 3


def north(minutes: int, *, id_: str = "A", start_deg: float = 32.5) -> list[Row]:
    """A track that goes north 5 km a minute along the meridian through the zone."""
    return [at(m, start_deg + 5 * m * KM_DEG, id_=id_) for m in range(minutes)]


def test_a_track_through_a_zone_without_a_notice_is_one_draft() -> None:
    made = tracking([zone()])
    made.take(reports(north(40)), LATER_MS)
    (draft,) = drafts(made)
    assert draft.kind is DraftKind.NO_NOTICE
    assert draft.state is DraftState.LEFT
    assert draft.track == "A"
    assert draft.zone == "ZONE"
    assert draft.nearest is None
    assert draft.first_ms < draft.last_ms < (draft.left_ms or 0)
    assert draft.reports == 8
    assert made.changed() == []


def test_the_first_believed_report_opens_it() -> None:
    made = tracking([zone()])
    made.take(reports([at(0, 33.0)]), LATER_MS)
    (draft,) = drafts(made)
    assert (draft.state, draft.reports) == (DraftState.OPEN, 1)


def test_a_draft_grows_from_batch_to_batch_under_one_id() -> None:
    made = tracking([zone()])
    seen = []
    for minute in range(4):
        made.take(reports([at(minute, 33.0 + minute / 1_000)]), LATER_MS)
        seen += drafts(made)
    assert [draft.reports for draft in seen] == [1, 2, 3, 4]
    assert len({draft.id for draft in seen}) == 1


def test_a_track_on_the_edge_stays_one_draft() -> None:
    edge = 33.0 + 20 * KM_DEG
    made = tracking([zone()])
    made.take(reports([at(m, edge + (0.01 if m % 2 else -0.01)) for m in range(60)]), LATER_MS)
    (draft,) = drafts(made)
    assert draft.state is DraftState.OPEN


def test_coming_back_after_it_was_left_is_a_second_draft() -> None:
    made = tracking([zone()])
    inside = [at(m, 33.0 + m / 1_000) for m in (0, 1)]
    away = [at(m, 34.0 + m / 1_000) for m in range(11, 20)]
    back = [at(m, 33.0 + m / 10_000) for m in (30, 31)]
    made.take(reports(inside + away + back), LATER_MS)
    first, second = drafts(made)
    assert (first.state, second.state) == (DraftState.LEFT, DraftState.OPEN)
    assert first.id != second.id


def test_silence_is_lost_and_not_an_end() -> None:
    made = tracking([zone()])
    made.take(reports([at(0, 33.0), at(1, 33.001)]), LATER_MS)
    drafts(made)
    made.pass_time(NOW_MS + 5 * MINUTE_MS)
    assert made.changed() == []
    made.pass_time(NOW_MS + 6 * MINUTE_MS)
    (lost,) = drafts(made)
    assert lost.state is DraftState.LOST
    assert lost.lost_since_ms == NOW_MS + MINUTE_MS
    assert lost.left_ms is None
    made.take(reports([at(300, 33.002)]), LATER_MS)
    (again,) = drafts(made)
    assert again.id == lost.id
    assert (again.state, again.lost_since_ms, again.reports) == (DraftState.OPEN, None, 3)


def test_a_notice_that_covers_place_height_and_time_is_no_draft() -> None:
    made = tracking([zone()], [notice("N", 33.0, 25_000, -1, 60)])
    made.take(reports(north(40)), LATER_MS)
    assert drafts(made) == []


@pytest.mark.parametrize(
    ("lat_deg", "start", "end", "metres", "seconds"),
    [(33.5, -1, 60, 45_000, 0), (33.0, 30, 60, 0, 1_800), (33.0, -60, -10, 0, 600)],
)
def test_a_notice_elsewhere_or_at_another_time_does_not_cover_and_says_by_how_far(
    lat_deg: float, start: float, end: float, metres: float, seconds: float
) -> None:
    made = tracking([zone()], [notice("N", lat_deg, 10_000, start, end)])
    made.take(reports([at(0, 33.0)]), LATER_MS)
    (draft,) = drafts(made)
    assert draft.nearest is not None
    assert draft.nearest.horizontal_mm / 1e3 == pytest.approx(metres, abs=1_000)
    assert draft.nearest.time_ms == seconds * 1_000
    assert draft.kind is DraftKind.NO_NOTICE


def test_a_notice_is_as_wide_as_the_error_of_the_report() -> None:
    notices = [notice("N", 33.1, 10_000, -1, 60)]  # its edge is 1.1 km away
    for error_m, expected in ((500, 1), (1_200, 0)):
        made = tracking([zone()], notices)
        made.take(reports([at(0, 33.0, error_m=error_m)]), LATER_MS)
        assert len(drafts(made)) == expected


def test_height_counts_over_its_own_datum_and_an_unknown_height_is_in_doubt_covered() -> None:
    low = Band(floor=None, ceiling=Altitude(value_mm=1_000_000, unit=LengthUnit.METRE, datum=Datum.ELLIPSOID))
    notices = [notice("N", 33.0, 25_000, -1, 60, band=low)]
    for row, expected in (
        (at(0, 33.0), 0),
        (at(0, 33.0, height_m=900.0), 0),
        (at(0, 33.0, height_m=1_001.0), 1),
        (at(0, 33.0, height_m=2_000.0, datum=FLIGHT_LEVEL), 0),  # pressure altitude: it may be below
        (at(0, 33.0, height_m=4_000.0, datum=FLIGHT_LEVEL), 1),
    ):
        made = tracking([zone()], notices)
        made.take(reports([row]), LATER_MS)
        found = drafts(made)
        assert len(found) == expected, row
        if found and row.datum != FLIGHT_LEVEL:
            assert found[0].nearest is not None
            assert found[0].nearest.vertical_mm == 1_000


def test_a_track_that_leaves_the_notice_it_was_within_is_outside_its_own() -> None:
    made = tracking(
        [zone(radius_m=60_000)], [notice("N", 33.0, 10_000, -1, 60), notice("M", 33.3, 2_000, -1, 60)]
    )
    made.take(reports([at(m, 33.0 + 5 * m * KM_DEG) for m in range(5)]), LATER_MS)
    (draft,) = drafts(made)
    assert draft.kind is DraftKind.OUTSIDE_OWN_NOTICE
    assert draft.first_ms == NOW_MS + 3 * MINUTE_MS
    assert draft.nearest is not None
    assert draft.nearest.name == "N"


def test_a_track_that_stays_after_its_notice_has_ended_is_outside_it_in_time() -> None:
    made = tracking([zone()], [notice("N", 33.0, 10_000, -1, 2)])
    made.take(reports([at(m, 33.0 + m / 1_000) for m in range(5)]), LATER_MS)
    (draft,) = drafts(made)
    assert draft.kind is DraftKind.OUTSIDE_OWN_NOTICE
    assert draft.nearest is not None
    assert (draft.nearest.horizontal_mm, draft.nearest.time_ms) == (0, MINUTE_MS)


def test_a_track_that_a_notice_names_is_covered_by_that_notice_alone() -> None:
    others = notice("OTHER", 33.0, 25_000, -1, 60)
    own = notice("OWN", 33.5, 5_000, -1, 60, "HAWK 1")
    made = tracking([zone()], [others, own])
    made.take(reports([at(0, 33.0)._replace(name="Hawk 1"), at(0, 33.0, id_="B")]), LATER_MS)
    (draft,) = drafts(made)
    assert draft.kind is DraftKind.OUTSIDE_OWN_NOTICE
    assert draft.track == "A"
    assert draft.nearest is not None
    assert draft.nearest.name == "OWN"


def test_entering_a_notice_for_long_enough_ends_the_draft() -> None:
    made = tracking([zone(radius_m=60_000)], [notice("N", 33.0, 10_000, -1, 60)])
    made.take(reports([at(m, max(33.0, 33.3 - 5 * m * KM_DEG)) for m in range(20)]), LATER_MS)
    (draft,) = drafts(made)
    assert (draft.kind, draft.state) == (DraftKind.NO_NOTICE, DraftState.LEFT)


def test_two_zones_are_two_drafts_and_one_zone_of_two_parts_is_one() -> None:
    two = [zone(name="A"), zone(name="B")]
    made = tracking(two)
    made.take(reports([at(0, 33.0)]), LATER_MS)
    assert [draft.zone for draft in drafts(made)] == ["A", "B"]
    parts = Zone(name="Z", volumes=(disc(33.0, 38.0, 9_000), disc(33.1, 38.0, 9_000)))
    made = tracking([parts])
    made.take(reports([at(m, 33.0 + m * KM_DEG) for m in range(12)]), LATER_MS)
    assert len(drafts(made)) == 1


def test_a_long_track_is_thinned_and_keeps_its_ends_and_outermost_points() -> None:
    made = tracking([zone()])
    rows = [at(m / 10, 33.0 + (m % 7) / 10_000) for m in range(5_000)]
    rows[1234] = at(123.4, 33.01, height_m=-50.0)
    made.take(reports(rows), LATER_MS)
    (draft,) = drafts(made)
    assert draft.thinned
    assert draft.reports == 5_000
    assert len(draft.points) <= MOST_POINTS
    assert draft.points[0].at_ms == draft.first_ms
    assert draft.points[-1].at_ms == draft.last_ms
    assert max(point.lat_ndeg for point in draft.points) == 33_010_000_000


def test_times_decide_and_not_the_order_within_a_batch() -> None:
    rows = north(40)
    made, turned = tracking([zone()]), tracking([zone()])
    made.take(reports(rows), LATER_MS)
    turned.take(reports(rows[::-1]), LATER_MS)
    assert drafts(made) == drafts(turned)


def test_there_is_room_for_so_many_tracks_and_those_with_drafts_stay() -> None:
    made = tracking([zone()], most_tracks=10)
    made.take(reports([at(0, 33.0, id_="IN")]), LATER_MS)
    for n in range(30):
        made.take(reports([at(n, 50.0, id_=f"T{n}")]), LATER_MS)
    assert made.tracks <= 10
    made.take(reports([at(40, 33.001, id_="IN")]), LATER_MS)
    (draft,) = drafts(made)
    assert draft.reports == 2
    made.take(reports([at(41, 33.0, id_=f"Z{n}") for n in range(12)]), LATER_MS)
    assert made.dropped["tracks-full"] == 3


def test_open_drafts_are_bounded_and_what_finds_no_room_is_counted() -> None:
    made = tracking([zone()], most_open=2)
    made.take(reports([at(0, 33.0, id_=each) for each in "ABC"]), LATER_MS)
    assert len(drafts(made)) == 2
    assert made.dropped["drafts-full"] == 1
    made.pass_time(NOW_MS + 60 * MINUTE_MS)
    made.take(reports([at(70, 33.0, id_="D")]), LATER_MS)
    found = drafts(made)
    assert sorted((draft.track, draft.state) for draft in found) == [
        ("A", DraftState.LOST),
        ("B", DraftState.LOST),
        ("D", DraftState.OPEN),
    ]


def test_a_zone_that_is_taken_away_puts_its_drafts_away_and_one_that_stays_keeps_them() -> None:
    made = tracking([zone(name="A"), zone(name="B")])
    made.take(reports([at(0, 33.0)]), LATER_MS)
    drafts(made)
    made.set_zones([zone(name="B")])
    (gone,) = drafts(made)
    assert gone.zone == "A"
    made.take(reports([at(1, 33.001)]), LATER_MS)
    (stays,) = drafts(made)
    assert (stays.zone, stays.reports) == ("B", 2)


def test_flagged_reports_stand_in_the_track_of_an_open_draft() -> None:
    made = tracking([zone()])
    made.take(reports([at(0, 33.0), at(1, 33.001), at(2, 40.0), at(3, 33.002)]), LATER_MS)
    (draft,) = drafts(made)
    assert [point.flags for point in draft.points] == [(), (), (Flag.JUMP,), ()]
    assert [(each.flag, each.count) for each in draft.flags] == [(Flag.JUMP, 1)]
    assert draft.state is DraftState.OPEN
    assert draft.reports == 3


def test_a_draft_goes_on_after_a_restart_and_does_not_begin_anew() -> None:
    rows = north(40)
    whole = tracking([zone()])
    whole.take(reports(rows), LATER_MS)
    (expected,) = drafts(whole)
    first = tracking([zone()])
    first.take(reports(rows[:12]), LATER_MS)
    (kept,) = drafts(first)
    second = tracking([zone()])
    second.resume([kept])
    second.take(reports(rows[12:]), LATER_MS)
    assert drafts(second) == [expected]


def test_a_draft_that_was_left_or_whose_zone_is_gone_is_not_taken_up() -> None:
    made = tracking([zone()])
    made.take(reports(north(40)), LATER_MS)
    (left,) = drafts(made)
    again = tracking([zone()])
    again.resume([left, msgspec.structs.replace(left, state=DraftState.OPEN, zone="OTHER")])
    assert again.open_drafts == 0


def test_a_line_that_gets_another_name_keeps_its_zone_and_its_draft() -> None:
    volumes = (disc(33.0, 38.0, 20_000),)
    made = tracking([Zone(name="proposed", line="f" * 32, volumes=volumes)])
    made.take(reports([at(0, 33.0)]), LATER_MS)
    (before,) = drafts(made)
    made.set_zones([Zone(name="COALITION", line="f" * 32, volumes=volumes)])
    made.take(reports([at(1, 33.001)]), LATER_MS)
    (after,) = drafts(made)
    assert after.id == before.id
