"""Every format read back from what was written names the cell that holds the point, at every precision."""

import random

import mgrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parley.geo.angles import format_decimal, format_dm, format_dms
from parley.geo.coordinate import read_coordinate
from parley.geo.ellipsoid import inverse
from parley.geo.gars import format_gars
from parley.geo.georef import format_georef
from parley.geo.mgrs import mgrs_cell
from parley.geo.utm import Pole, band_of, format_utm, to_ups, to_utm, zone_of
from parley.words.codes import CoordinateFormat
from parley.words.errors import InputError
from parley.words.volume import Entered, Position

EDGES_LAT = (-90, -80, -72, -8, 0, 8, 32, 40, 56, 64, 72, 84, 90)
EDGES_LON = (-180, -6, 0, 3, 6, 9, 12, 21, 33, 36, 42, 180)
NEAR = st.integers(-2_000_000, 2_000_000)


def near(edges: tuple[int, ...], limit_deg: int) -> st.SearchStrategy[int]:
    """Nanodegrees anywhere, and often within 200 m of an edge."""
    limit = limit_deg * 10**9
    edge = st.builds(
        lambda deg, off: max(-limit, min(limit, deg * 10**9 + off)), st.sampled_from(edges), NEAR
    )
    return st.integers(-limit, limit) | edge


LAT, LON = near(EDGES_LAT, 90), near(EDGES_LON, 180)
PRECISIONS_MM = st.sampled_from([1, 10, 100, 1_000, 30_000, 1_000_000, 10_000_000, 60_000_000, 120_000_000])


def known(lat_ndeg: int, lon_ndeg: int, precision_mm: int) -> Position:
    entered = Entered(text="typed", format=CoordinateFormat.DECIMAL, precision_mm=precision_mm)
    return Position(lat_ndeg=lat_ndeg, lon_ndeg=lon_ndeg, entered=entered)


def apart_m(one: Position, other: Position) -> float:
    points = [(position.lat_ndeg / 1e9, position.lon_ndeg / 1e9) for position in (one, other)]
    return inverse(points[0], points[1])[0]


@given(LAT, LON, st.sampled_from([1, 10, 100, 1_000, 10_000]))
@example(84 * 10**9 - 1, 0, 1)
@example(-80 * 10**9, -180 * 10**9, 1)
def test_mgrs(lat_ndeg: int, lon_ndeg: int, size_m: int) -> None:
    """The point lies in the cell that was written, measured in the grid of that cell."""
    text = mgrs_cell(lat_ndeg, lon_ndeg, size_m)
    corner = read_coordinate(text)
    assert corner.entered is not None
    assert corner.entered.precision_mm == size_m * 1_000
    if band_of(lat_ndeg) is None:
        pole: Pole = "north" if lat_ndeg > 0 else "south"
        here, there = (to_ups(pole, p.lat_ndeg, p.lon_ndeg) for p in (known(lat_ndeg, lon_ndeg, 1), corner))
    else:
        zone = zone_of(lat_ndeg, lon_ndeg)
        here, there = (to_utm(zone, p.lat_ndeg, p.lon_ndeg) for p in (known(lat_ndeg, lon_ndeg, 1), corner))
    for own_m, corner_m in zip(here, there, strict=True):
        assert -0.001 <= own_m - corner_m < size_m + 0.001


@given(LAT, LON, PRECISIONS_MM)
def test_angles(lat_ndeg: int, lon_ndeg: int, precision_mm: int) -> None:
    """No digit beyond the precision is written, and what is left out moves the point by less than it."""
    position = known(lat_ndeg, lon_ndeg, precision_mm)
    for write in (format_decimal, format_dm, format_dms):
        again = read_coordinate(write(position))
        assert again.entered is not None
        assert again.entered.precision_mm <= 1.11 * precision_mm or again.entered.precision_mm == 0
        turn = 360 * 10**9
        off_lon = abs((again.lon_ndeg - lon_ndeg + turn // 2) % turn - turn // 2)
        assert abs(again.lat_ndeg - lat_ndeg) * 0.11132 <= 0.6 * precision_mm + 1
        assert off_lon * 0.11132 <= 0.6 * precision_mm + 1


@given(LAT, LON, PRECISIONS_MM)
def test_gars_and_georef(lat_ndeg: int, lon_ndeg: int, precision_mm: int) -> None:
    """The corner's own reference is the reference it was read from, and the point lies north-east of it."""
    position = known(lat_ndeg, lon_ndeg, precision_mm)
    for name, write in (("GARS", format_gars), ("GEOREF", format_georef)):
        text = write(position)
        corner = read_coordinate(f"{name} {text}")
        assert write(corner) == text
        assert corner.entered is not None
        size_ndeg = corner.entered.precision_mm * 360 * 10**9 / 40_075_200_000
        assert 0 <= lat_ndeg - corner.lat_ndeg < size_ndeg + 10 or abs(lat_ndeg) == 90 * 10**9
        assert 0 <= (lon_ndeg - corner.lon_ndeg) % (360 * 10**9) < size_ndeg + 10


@given(LAT, LON)
def test_utm_and_ups(lat_ndeg: int, lon_ndeg: int) -> None:
    position = known(lat_ndeg, lon_ndeg, 1)
    again = read_coordinate(format_utm(position))
    assert apart_m(position, again) < 0.002
    metres = read_coordinate(format_utm(known(lat_ndeg, lon_ndeg, 1_000)))
    assert apart_m(position, metres) < 0.75


@given(st.text(max_size=100) | st.from_regex(r"\A[0-9A-Z .°'\"]{1,30}\Z"))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    refused = None
    try:
        assert read_coordinate(text).entered is not None
    except InputError as error:
        refused = error
    assert refused is None or (refused.name.startswith("coordinate-") and refused.do)


def test_geotrans_agrees_on_thousands_of_cells_and_corners() -> None:
    """GEOTRANS 3.10, as the package `mgrs` compiles it; it gives the centre of a cell, we its corner."""
    geotrans = mgrs.MGRS()
    draw = random.Random(7)  # noqa: S311 - places, not secrets
    for _ in range(4_000):
        lat_ndeg, lon_ndeg = (
            draw.randrange(-90 * 10**9, 90 * 10**9),
            draw.randrange(-180 * 10**9, 180 * 10**9),
        )
        digits = draw.randrange(1, 6)
        size_m = 10 ** (5 - digits)
        text = mgrs_cell(lat_ndeg, lon_ndeg, size_m)
        theirs = geotrans.toMGRS(lat_ndeg / 1e9, lon_ndeg / 1e9, MGRSPrecision=digits)
        assert text == theirs or size_m == 1
        corner, (lat_deg, lon_deg) = read_coordinate(text), geotrans.toLatLon(text)
        centre = known(round(lat_deg * 1e9), round(lon_deg * 1e9), 1)
        if band_of(lat_ndeg) is None:
            pole: Pole = "north" if lat_ndeg > 0 else "south"
            ends = [to_ups(pole, p.lat_ndeg, p.lon_ndeg) for p in (corner, centre)]
        else:
            zone = int(text[:2])
            ends = [to_utm(zone, p.lat_ndeg, p.lon_ndeg) for p in (corner, centre)]
        assert ends[1][0] - ends[0][0] == pytest.approx(size_m / 2, abs=0.002)
        assert ends[1][1] - ends[0][1] == pytest.approx(size_m / 2, abs=0.002)
