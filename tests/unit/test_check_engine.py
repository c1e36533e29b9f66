"""What a check finds, how it says so, and that it never gives half an answer."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.engine import CheckEngine
from parley.check.model import (
    Against,
    CheckResult,
    Level,
    OtherKind,
    Separation,
    separation_for,
    separation_of,
)
from parley.geo.box import Box5
from parley.picture.model import Layer, OwnItem, OwnKind, Picture
from parley.ports.volume_index import Held
from parley.words.bodies import SeparationDistances
from parley.words.codes import Activity, Datum, Edges
from parley.words.errors import InputError, SystemFault
from parley.words.volume import ALWAYS, Area, Band, Daily, MultiPolygon, Part, Volume, Window
from places import HOUR_MS, NOON_MS, band, circle, polygon, position, true_distance, volume, walk, window
from threads import terms as terms_of_line

HERE = (33.5, 38.6)
SEPARATION = Separation(horizontal_m=5_000, vertical_m=300, time_s=900)
POSTS = Layer(name="posts", compartment=None, loaded_ms=NOON_MS)
SEALED = Layer(name="night work", compartment="K", loaded_ms=NOON_MS)
ABSENT = Layer(name="sites", compartment=None, loaded_ms=None)


def own(
    name: str, area: Area, *, layer: str = "posts", heights: Band | None = None, times: Window | None = None
) -> OwnItem:
    return OwnItem(
        id=name.lower(),
        name=name,
        kind=OwnKind.UNIT,
        layer=layer,
        area=area,
        band=heights,
        window=times,
        as_of_ms=NOON_MS - 6 * HOUR_MS,
    )


def at(azimuth_deg: float, length_m: float, radius_m: float = 0) -> Area:
    return circle(*walk(HERE, azimuth_deg, length_m), radius_m)


def engine_with(*items: OwnItem, layers: tuple[Layer, ...] = (POSTS, SEALED, ABSENT)) -> CheckEngine:
    engine = CheckEngine(MemoryVolumeIndex())
    engine.set_picture(Picture(layers=layers, items=items, version=7))
    return engine


def check(
    engine: CheckEngine, checked: Volume | None = None, separation: Separation = SEPARATION
) -> CheckResult:
    return engine.check(checked or volume(circle(*HERE, 2_000)), separation, notice="n-1")


def test_inside_comes_before_within_separation_and_each_says_why() -> None:
    engine = engine_with(own("GARRISON", at(45, 6_210.5)), own("OUTPOST-2", at(90, 500)))
    result = check(engine)
    first, second = result.findings
    assert (first.level, first.other, first.other_kind) == (Level.INSIDE, "OUTPOST-2", OtherKind.UNIT)
    assert first.why.startswith(
        "OUTPOST-2 lies inside the notified area by 1,499 m, nearest its rim, between 1200Z and 1300Z on 2026-11-18"
    )
    assert (second.level, second.other) == (Level.WITHIN_SEPARATION, "GARRISON")
    assert second.why == (
        "the circle's rim lies 4,210 m south-west of GARRISON between 1200Z and 1300Z on 2026-11-18;"
        " separation agreed 5,000 m"
    )
    assert second.horizontal_m == pytest.approx(4_210.5, abs=0.001)
    assert second.closest is not None
    assert true_distance(*second.closest) == pytest.approx(4_210.5, abs=0.001)
    assert (second.vertical_m, second.time_s) == (0, 0)


def test_nothing_found_says_in_what_how_old_and_what_is_missing() -> None:
    engine = engine_with(own("FAR", at(0, 90_000)))
    result = engine.check(volume(circle(*HERE, 2_000)), SEPARATION, now_ms=NOON_MS)
    assert result.findings == ()
    assert result.summary == (
        "Nothing found in 1 loaded position, oldest 2026-11-18 06:00Z (6 h), and 0 other notices; "
        "layers missing: sites; sealed layers compared: K."
    )
    assert (result.positions_loaded, result.picture_version, result.layers_missing) == (1, 7, ("sites",))
    assert result.oldest_as_of_ms == NOON_MS - 6 * HOUR_MS
    assert "clear" not in result.summary.lower()


@pytest.mark.parametrize(("length_m", "found"), [(7_000.0, 1), (6_999.999, 1), (7_000.01, 0)])
def test_a_gap_equal_to_the_separation_is_a_finding(length_m: float, found: int) -> None:
    assert len(check(engine_with(own("GARRISON", at(200, length_m)))).findings) == found


@pytest.mark.parametrize(("floor_m", "found"), [(399.999, 1), (400, 1), (400.001, 0)])
def test_a_vertical_gap_equal_to_the_separation_is_a_finding(floor_m: float, found: int) -> None:
    engine = engine_with(own("PATROL", at(0, 0), heights=band(floor_m, None)))
    result = check(engine, volume(circle(*HERE, 2_000), band(0, 100)))
    assert len(result.findings) == found
    for finding in result.findings:
        assert finding.level is Level.WITHIN_SEPARATION
        assert "the notified altitudes are" in finding.why


@pytest.mark.parametrize(("start_h", "found"), [(1.25, 1), (1.25 + 0.001 / 3600, 0), (-1, 1)])
def test_a_time_gap_equal_to_the_separation_is_a_finding(start_h: float, found: int) -> None:
    engine = engine_with(own("CONVOY", at(0, 0), times=window(start_h, start_h + 0.5)))
    result = check(engine)
    if start_h < 0:
        assert [f.time_s for f in result.findings] == []
        engine = engine_with(own("CONVOY", at(0, 0), times=window(start_h, -0.25)))
        result = check(engine)
        assert (
            "the notified time starts 900 s after it ends, separation agreed 900 s" in result.findings[0].why
        )
    assert len(result.findings) == found
    if start_h > 0 and found:
        assert result.findings[0].time_s == 900
        assert (
            "the notified time ends 900 s before it starts, separation agreed 900 s" in result.findings[0].why
        )


def test_what_touches_in_all_four_dimensions_is_inside() -> None:
    engine = engine_with(own("CONVOY", at(10, 2_000), heights=band(100, 200), times=window(1, 2)))
    result = check(engine, volume(circle(*HERE, 2_000), band(0, 100)))
    assert [f.level for f in result.findings] == [Level.INSIDE]


def test_unknown_height_and_time_count_as_always_and_everywhere() -> None:
    engine = engine_with(own("OUTPOST-2", at(0, 0)))
    high = volume(circle(*HERE, 2_000), band(20_000, 21_000), window(50_000, 50_001))
    assert [f.level for f in check(engine, high).findings] == [Level.INSIDE]


def test_other_datums_are_compared_by_the_least_gap_and_it_says_so() -> None:
    engine = engine_with(own("PATROL", at(0, 0), heights=band(500, 600, Datum.ELLIPSOID)))
    result = check(engine, volume(circle(*HERE, 2_000), band(0, 100)))
    assert result.findings[0].vertical_m == 290
    assert "their altitudes are at least 290 m apart" in result.findings[0].why
    near = check(engine, volume(circle(*HERE, 2_000), band(0, 450)))
    assert near.findings[0].level is Level.INSIDE
    assert "different datums and may overlap" in near.findings[0].why


def test_a_sealed_layer_says_whom_to_call_and_nothing_else() -> None:
    engine = engine_with(
        own("OUTPOST-2", at(0, 0)),
        own("QUIET-1", at(0, 100), layer="night work"),
        own("QUIET-2", at(90, 3_000), layer="night work"),
    )
    result = check(engine)
    first, second = result.findings
    assert (first.level, first.why, first.sealed_cell) == (Level.CALL_CELL, "Call cell K", "K")
    assert (first.other, first.closest) == (None, None)
    assert (first.horizontal_m, first.vertical_m, first.time_s) == (None, None, None)
    assert second.other == "OUTPOST-2"
    assert "QUIET" not in repr(result)
    assert result.positions_loaded == 1


def test_notices_are_compared_with_each_other_but_not_with_themselves() -> None:
    engine = engine_with()
    engine.put_notice("n-1", volume(circle(*HERE, 2_000)))
    engine.put_notice("n-2", volume(at(90, 3_000, 2_000)), name="EASTERN 14")
    result = check(engine)
    assert [(f.other, f.other_kind) for f in result.findings] == [("EASTERN 14", OtherKind.NOTICE)]
    assert "the notified area overlaps or touches EASTERN 14 at 33." in result.findings[0].why
    assert result.notices_compared == 1
    left_out = engine.check(volume(circle(*HERE, 2_000)), SEPARATION, leave_out=frozenset({"n-1", "n-2"}))
    assert (left_out.findings, left_out.notices_compared) == ((), 0)
    engine.drop_notice("n-2")
    engine.drop_notice("n-3")
    assert check(engine).findings == ()


def test_a_replaced_notice_counts_where_it_is_now() -> None:
    engine = engine_with()
    engine.put_notice("n-2", volume(circle(*HERE, 2_000)))
    engine.put_notice("n-2", volume(at(90, 90_000, 2_000)))
    assert check(engine).findings == ()
    assert check(engine).notices_compared == 1


def test_an_expired_notice_counts_for_ever_while_it_is_presumed_active() -> None:
    engine = engine_with()
    later = volume(circle(*HERE, 2_000), times=window(100, 101))
    engine.put_notice("n-2", volume(circle(*HERE, 2_000), times=window(0, 1)))
    assert check(engine, later).findings == ()
    engine.put_notice("n-2", volume(circle(*HERE, 2_000), times=window(0, 1)), presumed_active=True)
    assert [f.level for f in check(engine, later).findings] == [Level.INSIDE]
    before = volume(circle(*HERE, 2_000), times=window(-10, -9))
    assert check(engine, before).findings == ()


def test_one_may_ask_for_the_picture_or_the_notices_alone() -> None:
    engine = engine_with(own("OUTPOST-2", at(0, 0)))
    engine.put_notice("n-2", volume(circle(*HERE, 2_000)))
    here = volume(circle(*HERE, 2_000))
    picture = engine.check(here, SEPARATION, against=Against.PICTURE)
    notices = engine.check(here, SEPARATION, against=Against.NOTICES)
    assert [f.other for f in picture.findings] == ["OUTPOST-2"]
    assert [f.other for f in notices.findings] == ["n-2"]
    assert "the picture was not compared" in notices.summary
    assert "other notice" not in picture.summary


def test_a_changed_picture_is_followed() -> None:
    stays, moves = own("STAYS", at(0, 100)), own("MOVES", at(90, 100))
    engine = engine_with(stays, moves, own("GOES", at(180, 100)))
    moved = replace(moves, area=at(90, 90_000))
    new = own("NEW", at(270, 100))
    engine.set_picture(Picture(layers=(POSTS,), items=(stays, moved, new), version=8))
    result = check(engine)
    assert {f.other for f in result.findings} == {"STAYS", "NEW"}
    assert (result.positions_loaded, result.picture_version) == (3, 8)
    sealed = replace(POSTS, compartment="M")
    engine.set_picture(Picture(layers=(sealed,), items=(stays, moved, new), version=9))
    assert [f.why for f in check(engine).findings] == ["Call cell M"]


def test_with_the_first_own_positions_every_notice_is_checked_again() -> None:
    engine = engine_with(layers=())
    engine.put_notice("far", volume(circle(*walk(HERE, 0, 400_000), 2_000)))
    items = (own("OUTPOST", at(0, 0)),)
    first = engine.set_picture(Picture(layers=(POSTS,), items=items, version=8))
    assert (first.open, first.sealed) == (frozenset({"far"}), frozenset())
    more = (*items, own("SECOND", at(90, 100)))
    assert not engine.set_picture(Picture(layers=(POSTS,), items=more, version=9)).open
    assert engine.set_picture(Picture(layers=(POSTS,), items=(), version=10)).open == {"far"}


def test_with_the_first_sealed_layer_every_notice_is_checked_again_quietly() -> None:
    engine = engine_with(layers=())
    engine.put_notice("far", volume(circle(*walk(HERE, 0, 400_000), 2_000)))
    touched = engine.set_picture(Picture(layers=(SEALED,), items=(), version=8))
    assert (touched.open, touched.sealed) == (frozenset(), frozenset({"far"}))


def test_a_circle_over_the_pole_finds_both_sides() -> None:
    sides = [own(f"POLE-{lon}", circle(89.5, lon, 0)) for lon in (0, 90, 180, -90)]
    result = check(engine_with(*sides), volume(circle(90, 0, 60_000)))
    assert [f.level for f in result.findings] == [Level.INSIDE] * 4


def test_a_polygon_over_the_antimeridian_finds_both_sides() -> None:
    area = polygon((10, 179.9), (10, -179.9), (10.2, -179.9), (10.2, 179.9))
    items = [own(f"SHIP-{lon}", circle(10.1, lon, 0)) for lon in (179.95, 180, -179.95, 179.87, 179.0)]
    result = check(engine_with(*items), volume(area))
    levels = {f.other: f.level for f in result.findings}
    assert levels == {
        "SHIP-179.95": Level.INSIDE,
        "SHIP-180": Level.INSIDE,
        "SHIP--179.95": Level.INSIDE,
        "SHIP-179.87": Level.WITHIN_SEPARATION,
    }


def test_a_faulty_volume_is_refused_by_the_name_of_its_fault() -> None:
    engine = engine_with()
    with pytest.raises(InputError) as caught:
        check(engine, volume(circle(*HERE, 0)))
    assert caught.value.name == "circle-radius-zero"
    with pytest.raises(InputError) as caught:
        engine.put_notice("n-9", volume(circle(*HERE, 1), times=window(1, 0)))
    assert (caught.value.name, caught.value.where) == ("end-before-start", "n-9")


def test_a_picture_with_an_unknown_layer_or_a_repeated_id_is_refused_and_the_old_one_stays() -> None:
    engine = engine_with(own("OUTPOST-2", at(0, 0)))
    for name, layers, items in (
        ("picture-layer-unknown", (SEALED,), (own("A", at(0, 0)),)),
        ("picture-item-repeated", (POSTS,), (own("A", at(0, 0)), own("a", at(0, 0)))),
        ("picture-layer-repeated", (POSTS, POSTS), ()),
    ):
        with pytest.raises(InputError) as caught:
            engine.set_picture(Picture(layers=layers, items=items, version=8))
        assert caught.value.name == name
    assert [f.other for f in check(engine).findings] == ["OUTPOST-2"]


def test_no_picture_is_an_error_and_an_empty_one_is_not() -> None:
    engine = CheckEngine(MemoryVolumeIndex())
    with pytest.raises(SystemFault) as caught:
        check(engine)
    assert caught.value.name == "check-incomplete"
    engine.set_picture(Picture(layers=(), items=(), version=0))
    assert (
        check(engine).summary
        == "NOT CHECKED against own positions: none is loaded. Nothing found in 0 other notices."
    )


class _Failing:
    """An index that fails when told to, and one that knows keys that nobody holds."""

    def __init__(self) -> None:
        self.fails = False
        self.stray: list[int] = []

    def add(self, key: int, box: Box5, kept: bytes = b"") -> None:
        self.add_all([Held(key, box, kept)])

    def add_all(self, held: Iterable[Held]) -> None:
        list(held)
        if self.fails:
            raise SystemFault("volume-index-failed", "The disk is on fire")

    def remove(self, key: int) -> None:
        pass

    def candidates(self, box: Box5) -> list[int]:
        assert box.x_low_m <= box.x_high_m
        if self.fails:
            raise SystemFault("volume-index-failed", "The disk is on fire")
        return self.stray

    def matches(self, box: Box5) -> list[tuple[int, bytes]]:
        return [(key, b"") for key in self.candidates(box)]

    def count(self) -> int:
        return 0


def test_a_failure_raises_and_is_never_a_short_list() -> None:
    index = _Failing()
    engine = CheckEngine(index)
    engine.set_picture(Picture(layers=(), items=(), version=0))
    index.stray = [99]
    with pytest.raises(SystemFault, match="different volumes"):
        check(engine)
    index.stray, index.fails = [], True
    with pytest.raises(SystemFault, match="fire"):
        check(engine)
    with pytest.raises(SystemFault, match="fire"):
        engine.put_notice("n-2", volume(circle(*HERE, 2_000)))
    index.fails = False
    with pytest.raises(SystemFault, match="earlier change"):
        check(engine)


def test_the_terms_give_the_separation() -> None:
    terms = SeparationDistances(horizontal_mm=5_000_000, vertical_mm=300_000, time_ms=900_000)
    assert separation_of(terms) == SEPARATION


def test_each_activity_has_its_own_separation_and_an_unknown_one_the_widest() -> None:
    wide = SeparationDistances(horizontal_mm=40_000_000, vertical_mm=1, time_ms=1)
    plain = terms_of_line()
    terms = replace(plain, separation_by_activity={Activity.MISSILE_LAUNCH: wide})
    assert separation_for(terms, Activity.FLIGHT) == separation_of(plain.separation)
    assert separation_for(terms, Activity.MISSILE_LAUNCH) == separation_of(wide)
    assert separation_for(terms, None) == separation_of(wide)


@pytest.mark.parametrize(("length_m", "found"), [(24_000 - 0.01, 1), (24_000.01, 0)])
def test_the_wider_separation_of_two_notices_holds_whichever_is_checked(length_m: float, found: int) -> None:
    wide = Separation(horizontal_m=20_000, vertical_m=300, time_s=900)
    launch, flight = volume(circle(*HERE, 2_000)), volume(at(90, length_m, 2_000))
    engine = engine_with()
    engine.put_notice("launch", launch, separation=wide)
    engine.put_notice("flight", flight, separation=SEPARATION)
    for checked, name, asked in ((launch, "launch", wide), (flight, "flight", SEPARATION)):
        result = engine.check(checked, asked, notice=name)
        assert len(result.findings) == found
        assert all("separation agreed 20,000 m" in finding.why for finding in result.findings)


def notified(engine: CheckEngine, **notices: Area) -> None:
    for name, area in notices.items():
        engine.put_notice(name, volume(area), separation=SEPARATION)


def test_a_changed_layer_touches_only_the_notices_near_what_changed() -> None:
    stays, moves = own("STAYS", at(0, 100)), own("MOVES", at(90, 200_000))
    engine = engine_with(stays, moves)
    areas = {f"n{k}": at(90, 100_000 * k, 2_000) for k in range(6)}
    notified(engine, **areas)

    def touched(*items: OwnItem, layer: Layer = POSTS) -> tuple[set[str], set[str]]:
        found = engine.set_picture(Picture(layers=(layer,), items=items, version=8))
        return set(found.open), set(found.sealed)

    assert touched(stays, moves) == (set(), set())
    moved = replace(moves, area=at(90, 406_000))
    assert touched(stays, moved) == ({"n2", "n4"}, set())
    far = replace(moves, area=at(0, 300_000))
    assert touched(stays, far) == ({"n4"}, set())
    assert touched(far) == ({"n0"}, set())
    many = [own(f"POST-{k}", at(90, 300_000 + k)) for k in range(50)]
    assert touched(far, *many) == ({"n3"}, set())
    assert touched(far) == ({"n3"}, set())
    sealed = replace(POSTS, compartment="K")
    assert touched(replace(far, area=at(90, 500_000)), layer=sealed) == (set(), {"n5"})


def test_a_changed_notice_touches_only_the_notices_near_it() -> None:
    engine = engine_with()
    notified(engine, n0=at(90, 0, 2_000), n1=at(90, 100_000, 2_000))
    assert engine.put_notice("new", volume(at(90, 5_000, 2_000)), separation=SEPARATION) == {"n0"}
    assert engine.put_notice("new", volume(at(90, 5_000, 2_000)), separation=SEPARATION) == set()
    assert engine.put_notice("new", volume(at(90, 95_000, 2_000)), separation=SEPARATION) == {"n0", "n1"}
    assert engine.drop_notice("new") == {"n1"}
    assert engine.drop_notice("new") == set()


def test_nothing_of_an_answer_shows_how_much_a_sealed_layer_holds_or_where() -> None:
    post = own("OUTPOST-2", at(90, 500))
    answers = []
    for items in (
        [own("QUIET-1", at(0, 6_000), layer="night work")],
        [own(f"QUIET-{k}", at(k, 10 * k), layer="night work") for k in range(40)],
    ):
        engine = engine_with(post, *items)
        answers.append(check(engine))
        old = [replace(one, as_of_ms=5) for one in items]
        answers.append(check(engine_with(*old, post)))
        answers.append(
            check(engine_with(*[replace(one, id="outpost-2", name="A") for one in items[:1]], post))
        )
    assert all(answer == answers[0] for answer in answers)


def test_the_sentence_names_pieces_of_shapes_with_several_parts_and_daily_hours() -> None:
    square = [(33.0, 38.0), (33.0, 38.2), (33.2, 38.2), (33.2, 38.0)]
    hole = [(33.05, 38.05), (33.05, 38.15), (33.15, 38.15), (33.15, 38.05)]
    ring, inner = (tuple(position(*vertex) for vertex in vertices) for vertices in (square, hole))
    far = tuple(position(lat + 1, lon) for lat, lon in square)
    area = MultiPolygon(parts=(Part(ring=far), Part(ring=ring, holes=(inner,))), edges=Edges.GEODESIC)
    night = Window(
        start_ms=NOON_MS, end_ms=NOON_MS + 48 * HOUR_MS, daily=Daily(start_ms=72_000_000, end_ms=7_200_000)
    )
    engine = engine_with(own("WELL", circle(33.14, 38.1, 0)))
    (finding,) = engine.check(volume(area, times=night), SEPARATION).findings
    assert finding.why.startswith("polygon edge 3 of hole 1 of part 2 passes 1,1")
    assert (
        "m north of WELL between 2026-11-18 1200Z and 2026-11-20 1200Z, every day 20:00Z to 02:00Z;"
        in finding.why
    )


def test_daily_hours_are_compared_hour_by_hour_until_the_last_is_over() -> None:
    """A convoy by night, at the same hours of five days, and what flies there by day."""
    night = Daily(start_ms=20 * HOUR_MS, end_ms=4 * HOUR_MS)
    convoy = volume(circle(*HERE, 2_000), times=replace(window(0, 5 * 24), daily=night))
    engine = engine_with()
    engine.put_notice("convoy", convoy)

    def flight(start_h: float, end_h: float) -> CheckResult:
        return check(engine, volume(circle(*HERE, 2_000), times=window(start_h, end_h)))

    assert flight(48, 48 + 7.7).findings == ()
    (near,) = flight(48, 48 + 7.75).findings
    assert (near.level, near.time_s) == (Level.WITHIN_SEPARATION, 900)
    assert "their times are 900 s apart, separation agreed 900 s" in near.why
    (inside,) = flight(48, 48 + 9).findings
    assert inside.level is Level.INSIDE
    assert flight(24 * 400, 24 * 400 + 1).findings == ()
    engine.put_notice("convoy", convoy, presumed_active=True)
    assert [f.level for f in flight(24 * 400, 24 * 400 + 1).findings] == [Level.INSIDE]


def test_what_is_permanent_is_said_so() -> None:
    engine = engine_with(own("SITE-1", at(0, 100), times=ALWAYS))
    (found,) = check(engine, volume(circle(*HERE, 2_000), times=ALWAYS)).findings
    assert found.why.endswith("at all times")
