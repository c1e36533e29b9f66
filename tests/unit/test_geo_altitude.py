"""Gaps between altitude bands, exact over one datum and never too long over two."""

import pytest

from parley.geo.altitude import UNLIMITED, band_gap_mm, band_range_mm, height_range_mm, same_datum
from parley.words.codes import Datum
from parley.words.volume import Band
from places import altitude, band


def test_over_one_datum_the_gap_is_exact() -> None:
    for datum in Datum:
        low, high = band(0, 100, datum), band(150, 200, datum)
        assert band_gap_mm(low, high) == band_gap_mm(high, low) == 50_000
        assert same_datum(low, high)
        assert band_gap_mm(low, band(100, 200, datum)) == 0


def test_unlimited_meets_everything() -> None:
    assert band_gap_mm(UNLIMITED, band(1_000, 2_000)) == 0
    assert band_gap_mm(band(None, 100), band(90, None)) == 0
    assert band_gap_mm(band(None, 100), band(300, None)) == 200_000


def test_sea_level_against_the_ellipsoid_widens_by_110_metres() -> None:
    sea, ellipsoid = band(0, 100), band(300, 400, Datum.ELLIPSOID)
    assert band_gap_mm(sea, ellipsoid) == band_gap_mm(ellipsoid, sea) == 90_000
    assert not same_datum(sea, ellipsoid)


def test_sea_level_against_sea_level_is_exact_and_two_unlike_datums_widen_once() -> None:
    assert band_gap_mm(band(0, 100), band(100.001, 200)) == 1
    ground_m = 8_850
    for low, high in (
        (band(0, 100, Datum.ABOVE_GROUND), band(100 + ground_m + 110 + 7, None)),
        (band(0, 100, Datum.ABOVE_GROUND), band(100 + ground_m + 110 + 7, None, Datum.ELLIPSOID)),
    ):
        assert band_gap_mm(low, high) == band_gap_mm(high, low) == 7_000


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize("other", list(Datum))
def test_the_heights_of_two_bands_as_near_as_their_gap_meet_when_each_is_widened(
    datum: Datum, other: Datum
) -> None:
    """What an index holds must never lie farther apart than the gap that decides."""
    for floor_m in (-100, 0, 3_000, 12_000):
        low, high = band(None, 100, datum), band(floor_m + 14_000, None, other)
        apart_mm = band_range_mm(high)[0] - band_range_mm(low)[1]
        assert apart_mm <= band_gap_mm(low, high)


def test_above_ground_may_be_as_high_as_the_highest_ground() -> None:
    assert band_gap_mm(band(0, 150, Datum.ABOVE_GROUND), band(8_000, 8_200)) == 0
    assert band_gap_mm(band(0, 150, Datum.ABOVE_GROUND), band(9_300, None)) == 190_000


@pytest.mark.parametrize(("level_m", "sea_m"), [(3_048, 2_500), (12_192, 10_800), (0, 1_250)])
def test_a_flight_level_may_be_far_from_its_height(level_m: float, sea_m: float) -> None:
    assert band_gap_mm(band(level_m, level_m, Datum.FLIGHT_LEVEL), band(sea_m, sea_m)) == 0


def test_floor_and_ceiling_may_have_different_datums() -> None:
    mixed = Band(floor=altitude(0, Datum.ABOVE_GROUND), ceiling=altitude(500))
    assert band_gap_mm(mixed, band(700, 900)) == 200_000
    assert not same_datum(mixed, band(700, 900))


def test_the_range_of_a_band_holds_every_height_it_may_mean() -> None:
    for datum in Datum:
        low_mm, high_mm = band_range_mm(band(100, 200, datum))
        assert low_mm <= height_range_mm(altitude(100, datum))[0]
        assert high_mm >= height_range_mm(altitude(200, datum))[1]
    assert band_range_mm(None) == band_range_mm(UNLIMITED)
