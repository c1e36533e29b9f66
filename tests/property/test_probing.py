"""The account of what they ask about misses nothing within ten kilometres, wherever that is."""

from hypothesis import given
from hypothesis import strategies as st

from parley.geo.ellipsoid import inverse
from parley.watch.probing import (
    ALARM_EVERY,
    MOST_KEPT,
    NEAR_M,
    WITHIN_MS,
    Asking,
    asking_of,
    cell_of,
    cells_near,
    is_blanket,
    keep,
    probing,
    size_of,
)
from parley.words.volume import Band, Circle, Position, Volume, Window

HOUR_MS = 3_600_000
LAT = st.floats(-89.95, 89.95) | st.sampled_from([0.0, 60.0, -89.9, 89.9])
LON = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 179.999])


def circle(lat_deg: float, lon_deg: float, radius_km: float = 2.0, hours: int = 1) -> Volume:
    centre = Position(lat_ndeg=round(lat_deg * 1e9), lon_ndeg=round(lon_deg * 1e9), entered=None)
    return Volume(
        area=Circle(centre=centre, radius_mm=round(radius_km * 1e6)),
        band=Band(floor=None, ceiling=None),
        window=Window(start_ms=0, end_ms=hours * HOUR_MS),
    )


@given(LAT, LON, st.floats(-0.2, 0.2), st.floats(-5, 5))
def test_what_is_within_ten_kilometres_is_in_a_cell_near_it(
    lat_deg: float, lon_deg: float, north_deg: float, east_deg: float
) -> None:
    there = (max(-90.0, min(90.0, lat_deg + north_deg)), (lon_deg + east_deg + 180) % 360 - 180)
    if inverse((lat_deg, lon_deg), there)[0] > NEAR_M * 0.99:
        return
    assert cell_of(Asking(0, *there)) in cells_near(Asking(0, lat_deg, lon_deg))


@given(LAT, LON)
def test_a_notice_is_centred_where_its_circle_is(lat_deg: float, lon_deg: float) -> None:
    found = asking_of(circle(lat_deg, lon_deg), 7)
    assert inverse((found.lat_deg, found.lon_deg), (lat_deg, lon_deg))[0] < 1


@given(st.lists(st.integers(0, 3 * WITHIN_MS), max_size=40))
def test_what_is_older_than_the_window_counts_no_more(ages_ms: list[int]) -> None:
    now_ms = 4 * WITHIN_MS
    held = [Asking(now_ms - age_ms, 33.5, 38.6) for age_ms in ages_ms]
    found = probing(size_of(circle(33.5, 38.6)), Asking(now_ms, 33.5, 38.6), held)
    assert found.times == 1 + sum(age_ms < WITHIN_MS for age_ms in ages_ms)


def test_fourteen_about_one_place_are_fourteen_and_those_beside_it_are_not() -> None:
    held: tuple[Asking, ...] = ()
    for n in range(14):
        asking = Asking(n * HOUR_MS, 33.5 + n * 0.001, 38.6)
        found = probing(size_of(circle(33.5, 38.6)), asking, held)
        held = keep(held, asking)
        assert found.times == n + 1
        assert found.alarms == (found.times_a_day == ALARM_EVERY)
    assert probing(size_of(circle(33.5, 38.6)), Asking(0, 33.7, 38.6), held).times == 1, "22 km to the north"


def test_a_cell_keeps_no_more_than_its_most() -> None:
    held: tuple[Asking, ...] = ()
    for n in range(MOST_KEPT + 50):
        held = keep(held, Asking(n, 0, 0))
    assert (len(held), held[-1].at_ms) == (MOST_KEPT, MOST_KEPT + 49)


def test_a_blanket_is_large_and_long() -> None:
    assert not is_blanket(circle(33.5, 38.6, 50, 24))
    assert is_blanket(circle(33.5, 38.6, 60, 24))
    assert is_blanket(circle(33.5, 38.6, 20, 24 * 30)), "a small one for a month"
    assert not is_blanket(circle(33.5, 38.6, 200, 1)), "a large one for an hour"
