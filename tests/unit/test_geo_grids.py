"""Grid references: read to the south-west corner of their cell, written back, or refused by name."""

import csv
from concurrent.futures import ThreadPoolExecutor
from math import atanh, copysign, exp, pi, radians, sin, sqrt
from pathlib import Path

import pytest
from geographiclib.geodesic import Geodesic

from parley.geo.coordinate import read_coordinate
from parley.geo.gars import format_gars
from parley.geo.georef import format_georef
from parley.geo.mgrs import format_mgrs, mgrs_cell
from parley.geo.utm import Pole, band_of, format_utm, to_ups, to_utm, zone_of
from parley.words.codes import CoordinateFormat as Format
from parley.words.errors import InputError
from parley.words.volume import Entered, Position

GEOTRANS = Path(__file__).parents[3] / "shared" / "data" / "geo" / "mgrs_geotrans_vectors.csv"


def at(lat_deg: float, lon_deg: float, precision_m: float = 0.001) -> Position:
    entered = Entered(text="typed", format=Format.DECIMAL, precision_mm=round(precision_m * 1_000))
    return Position(lat_ndeg=round(lat_deg * 1e9), lon_ndeg=round(lon_deg * 1e9), entered=entered)


@pytest.mark.parametrize(
    ("text", "lat_deg", "lon_deg", "form", "precision_m"),
    [
        ("31NEA0000000000", 0.0, 3.0, Format.MGRS, 1),
        ("31N EA 0000 0000", 0.0, 3.0, Format.MGRS, 10),
        ("mgrs 31n ea 00 00", 0.0, 3.0, Format.MGRS, 1_000),
        ("1NEA00", 0.0, -177.0, Format.MGRS, 10_000),
        ("ZAH0000000000", 90.0, 0.0, Format.MGRS, 1),
        ("BAN 000 000", -90.0, 0.0, Format.MGRS, 100),
        ("31 north 500000 0", 0.0, 3.0, Format.UTM, 1),
        ("31N 500000 0", 0.0, 3.0, Format.UTM, 1),
        ("UTM 31 south 500000mE 10000000mN", 0.0, 3.0, Format.UTM, 1),
        ("31N 500000.0, 0.00", 0.0, 3.0, Format.UTM, 0.1),
        ("UPS north 2000000 2000000", 90.0, 0.0, Format.UPS, 1),
        ("B 2000000 2000000", -90.0, 0.0, Format.UPS, 1),
        ("001AA", -90.0, -180.0, Format.GARS, 55_660),
        ("361HN", 0.0, 0.0, Format.GARS, 55_660),
        ("361HN1", 0.25, 0.0, Format.GARS, 27_830),
        ("361HN37", 0.0, 0.0, Format.GARS, 9_276.667),
        ("361HN13", 0.25 + 2 / 12, 2 / 12, Format.GARS, 9_276.667),
        ("GEOREF NGAA", 0.0, 0.0, Format.GEOREF, 111_320),
        ("NGAA0000", 0.0, 0.0, Format.GEOREF, 1_855.333),
        ("GJPJ3517", 38 + 17 / 60, -77 + 35 / 60, Format.GEOREF, 1_855.333),
        ("NGAA 3000015000", 0.25, 0.5, Format.GEOREF, 1.855),
    ],
)
def test_read(text: str, lat_deg: float, lon_deg: float, form: Format, precision_m: float) -> None:
    found = read_coordinate(text)
    assert found.lat_ndeg == pytest.approx(lat_deg * 1e9, abs=2)
    assert found.lon_ndeg == pytest.approx(lon_deg * 1e9, abs=2)
    assert found.entered is not None
    assert (found.entered.text, found.entered.format) == (text, form)
    assert found.entered.precision_mm == round(precision_m * 1_000)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("coordinate-mgrs-no-digits", "38SMB"),
        ("coordinate-mgrs-digits", "38SMB123"),
        ("coordinate-mgrs-digits", "38SMB 12 345"),
        ("coordinate-mgrs-digits", "38SMB123456123456"),
        ("coordinate-mgrs-zone", "61SMB1234"),
        ("coordinate-mgrs-zone", "0SMB1234"),
        ("coordinate-mgrs-zone", "38IMB1234"),
        ("coordinate-mgrs-zone", "38AMB1234"),
        ("coordinate-mgrs-zone", "32XMB1234"),
        ("coordinate-mgrs-square", "38SIO1234"),
        ("coordinate-mgrs-square", "38SAB1234"),
        ("coordinate-mgrs-square", "37SAA0000000000"),
        ("coordinate-mgrs-square", "31VEK5000050000"),
        ("coordinate-mgrs-square", "37SFK1234"),
        ("coordinate-mgrs-square", "ZDH0000"),
        ("coordinate-mgrs-square", "ZAZ0000"),
        ("coordinate-mgrs-square", "ZJP9999"),
        ("coordinate-utm-no-hemisphere", "37 500000 3700000"),
        ("coordinate-utm-ambiguous", "37S 500000 3700000"),
        ("coordinate-utm-zone", "61 north 500000 3700000"),
        ("coordinate-utm-zone", "37O 500000 3700000"),
        ("coordinate-out-of-range", "37 north 900 3700000"),
        ("coordinate-utm-outside-zone", "37 north 899000 3700000"),
        ("coordinate-utm-outside-zone", "31 north 700000 6700000"),
        ("coordinate-utm-outside-zone", "32 north 500000 8500000"),
        ("coordinate-utm-outside-band", "37T 500000 3700000"),
        ("coordinate-utm-outside-band", "37H 500000 9700000"),
        ("coordinate-out-of-range", "37 north 500000 9900000"),
        ("coordinate-out-of-range", "37 south 500000 900000"),
        ("coordinate-ups-outside", "UPS north 2000000 3200000"),
        ("coordinate-ups-outside", "Z 1999999 2000000"),
        ("coordinate-ups-outside", "N 0 0"),
        ("coordinate-gars-cell", "000AA"),
        ("coordinate-gars-cell", "721AA"),
        ("coordinate-gars-cell", "001IA"),
        ("coordinate-gars-cell", "001RA"),
        ("coordinate-gars-cell", "001AA5"),
        ("coordinate-gars-cell", "001AA10"),
        ("coordinate-georef-cell", "NOAA0000"),
        ("coordinate-georef-cell", "NNAA0000"),
        ("coordinate-georef-cell", "NGRA0000"),
        ("coordinate-georef-digits", "NGAA00"),
        ("coordinate-georef-digits", "NGAA000"),
        ("coordinate-georef-digits", "NGAA6000"),
        ("coordinate-georef-digits", "NGAA000000000000"),
        ("coordinate-unreadable", "EGLL"),
        ("coordinate-decimal-comma", "38SMB12,34"),
        ("coordinate-unreadable", "38SMB1.2 3.4"),
    ],
)
def test_refused(name: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_coordinate(text)
    assert caught.value.name == name
    assert caught.value.do


def test_the_letter_s_is_the_southern_hemisphere_where_no_band_can_be_meant() -> None:
    found = read_coordinate("56S 334873 6252266")
    assert found.lat_ndeg == read_coordinate("56 south 334873 6252266").lat_ndeg
    with pytest.raises(InputError) as refused:
        read_coordinate("37S 500000 3700000")
    assert "37 north 500000 3700000" in refused.value.do


@pytest.mark.parametrize("lat_deg", [-79.9, -33.0, 0.0, 12.5, 47.25, 83.99])
def test_a_northing_on_the_central_meridian_is_the_arc_of_the_meridian_times_the_scale(
    lat_deg: float,
) -> None:
    arc_m = Geodesic.WGS84.Inverse(0.0, 3.0, lat_deg, 3.0)["s12"]
    easting_m, northing_m = to_utm(31, round(lat_deg * 1e9), 3_000_000_000)
    assert easting_m == pytest.approx(500_000, abs=1e-6)
    assert northing_m == pytest.approx(copysign(0.9996 * arc_m, lat_deg), abs=1e-6)


@pytest.mark.parametrize("lat_deg", [84.0, 87.3, 89.99, -80.5, -89.0])
def test_ups_is_the_polar_stereographic_projection_in_closed_form(lat_deg: float) -> None:
    flattening = 1 / 298.257223563
    e = sqrt(flattening * (2 - flattening))
    colatitude = pi / 2 - radians(abs(lat_deg))
    isometric = atanh(sin(pi / 2 - colatitude)) - e * atanh(e * sin(pi / 2 - colatitude))
    constant = sqrt((1 + e) ** (1 + e) * (1 - e) ** (1 - e))
    radius_m = 2 * 6_378_137.0 * 0.994 * exp(-isometric) / constant
    pole: Pole = "north" if lat_deg > 0 else "south"
    easting_m, northing_m = to_ups(pole, round(lat_deg * 1e9), 90_000_000_000)
    assert easting_m == pytest.approx(2_000_000 + radius_m, abs=1e-5)
    assert northing_m == pytest.approx(2_000_000, abs=1e-5)


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "zone", "band"),
    [
        (0.0, -180.0, 1, "N"),
        (0.0, 180.0, 1, "N"),
        (-1e-9, 179.999, 60, "M"),
        (-80.0, 0.0, 31, "C"),
        (84.0, 0.0, 31, None),
        (-80.000000001, 0.0, 31, None),
        (83.999, 0.0, 31, "X"),
        (60.0, 2.999, 31, "V"),
        (60.0, 3.0, 32, "V"),
        (60.0, 12.0, 33, "V"),
        (55.999, 5.0, 31, "U"),
        (64.0, 5.0, 31, "W"),
        (72.0, 8.999, 31, "X"),
        (72.0, 9.0, 33, "X"),
        (72.0, 21.0, 35, "X"),
        (72.0, 33.0, 37, "X"),
        (72.0, 42.0, 38, "X"),
        (71.999, 20.999, 34, "W"),
        (72.0, -0.001, 30, "X"),
    ],
)
def test_zones_and_bands(lat_deg: float, lon_deg: float, zone: int, band: str | None) -> None:
    lat_ndeg, lon_ndeg = round(lat_deg * 1e9), round(lon_deg * 1e9)
    assert (zone_of(lat_ndeg, lon_ndeg), band_of(lat_ndeg)) == (zone, band)


@pytest.mark.parametrize(
    ("position", "mgrs", "utm", "gars", "georef"),
    [
        (at(57.64911, 10.40744), "32VNJ", "32 north", "381NH45", "NKLN2444638946"),
        (at(90, 0), "ZAH0000000000", "UPS north 2000000.000 2000000.000", "361QZ11", "NMAQ0000059999"),
        (at(-90, 0), "BAN0000000000", "UPS south 2000000.000 2000000.000", "361AA37", "NAAA0000000000"),
        (at(0, 180), "01NAA6602100000", "1 north 166021.443 0.000", "001HN37", "AGAA0000000000"),
        (at(33.5, 38.6167, 111_320), "37SDT", "37 north", "438LH", "QJJD"),
    ],
)
def test_written(position: Position, mgrs: str, utm: str, gars: str, georef: str) -> None:
    assert format_mgrs(position)[: len(mgrs)] == mgrs
    assert format_utm(position).startswith(utm)
    assert format_gars(position)[: len(gars)] == gars
    assert format_georef(position) == georef


def test_a_reference_that_was_typed_is_written_back_as_it_was_typed() -> None:
    for text in ("31NAA6602100000", "60XVJ815360", "32VKM0000", "ZAH00", "1NEA 00 00"):
        tidy = text.replace(" ", "")
        assert (
            format_mgrs(read_coordinate(text)) == tidy if tidy[1].isdigit() or tidy[0] == "Z" else "0" + tidy
        )


def test_a_reference_that_does_not_fit_the_signed_angles_is_not_shown_as_theirs() -> None:
    entered = Entered(text="31NEA0000000000", format=Format.MGRS, precision_mm=1_000)
    moved = Position(lat_ndeg=1_000_000_000, lon_ndeg=3_000_000_000, entered=entered)
    assert format_mgrs(moved) == "31NEB0000010530"


def test_geotrans_names_the_same_cells() -> None:
    if not GEOTRANS.exists():
        pytest.skip("the reference values of GEOTRANS are not here")
    with GEOTRANS.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            lon_deg = (float(row["lon"]) + 180) % 360 - 180
            size_m = 10 ** (5 - int(row["precision"]))
            cell = mgrs_cell(round(float(row["lat"]) * 1e9), round(lon_deg * 1e9), size_m)
            assert cell == row["mgrs"]


def test_several_threads_share_the_projections() -> None:
    places = [(lat * 10**9 + 1, lon * 10**9 + 1) for lat in range(-89, 90, 7) for lon in range(-179, 180, 11)]
    alone = [mgrs_cell(lat_ndeg, lon_ndeg, 1) for lat_ndeg, lon_ndeg in places]

    def work(_: int) -> list[str]:
        return [mgrs_cell(lat_ndeg, lon_ndeg, 1) for lat_ndeg, lon_ndeg in places]

    with ThreadPoolExecutor(4) as pool:
        assert all(found == alone for found in pool.map(work, range(8)))
