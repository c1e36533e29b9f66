"""The gazetteer: names found exactly in any spelling, near misses refused with suggestions."""

import re

import pytest

from parley.geo.ellipsoid import inverse
from parley.geo.gazetteer import (
    find_place,
    known_place,
    nearest_place,
    published_near,
    read_place,
    read_position,
)
from parley.geo.gazetteer.book import airfields, by_code, by_name, chosen
from parley.geo.gazetteer.names import fold
from parley.words.codes import CoordinateFormat
from parley.words.errors import InputError


@pytest.mark.parametrize(
    "name",
    [
        "al-Tanf",
        "AL TANF",
        "At Tanf",
        "at-tanf",
        "Tanf",
        "Al\u2010Tanf",
        "\u0627\u0644\u062a\u0646\u0641",
        "Эт-Танф",
        "эт танф",
    ],
)
def test_spellings_of_one_name_find_one_place(name: str) -> None:
    assert find_place(name).name == "al-Tanf"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Dayr az-Zawr", "Deir ez-Zor"),
        ("deir ezzor", "Deir ez-Zor"),
        ("Sana'a", "Sanaa"),
        ("Sana\u02bfa", "Sanaa"),
        ("\u0130ncirlik", "Incirlik"),
        ("Lefko\u015fa", "Nicosia"),
        ("\ud310\ubb38\uc810", "Panmunjom"),
        ("OTBH", "Al Udeid Air Base"),
        ("osdz", "Deir ez-Zor Airport"),
        ("Tripoli (Libya)", "Tripoli"),
        ("Tripoli (LB)", "Tripoli"),
        ("Damascus International Airport (OSDI)", "Damascus International Airport"),
    ],
)
def test_other_names_and_codes(name: str, found: str) -> None:
    assert find_place(name).name == found


@pytest.mark.parametrize(
    ("name", "error", "suggestion"),
    [
        ("Tanff", "place-unknown", "al-Tanf (SY)"),
        ("Kunduzz", "place-unknown", "Kunduz (AF)"),
        ("Panmunjon", "place-unknown", "Panmunjom (KR)"),
        ("Tripoli", "place-ambiguous", "Tripoli (LB), Tripoli (LY)"),
        ("Newcastle Airport", "place-ambiguous", "Newcastle Airport (EGNT)"),
        ("", "place-unknown", "Give a coordinate"),
        ("-- !!", "place-unknown", "Give a coordinate"),
        ("x" * 81, "coordinate-too-long", ""),
        ("Kun\u202eduz", "coordinate-hidden-characters", ""),
    ],
)
def test_a_near_miss_or_a_shared_name_is_refused_with_suggestions(
    name: str, error: str, suggestion: str
) -> None:
    with pytest.raises(InputError) as caught:
        find_place(name)
    assert caught.value.name == error
    assert suggestion in caught.value.do


def test_every_place_is_found_by_its_label_and_has_sources_and_radii() -> None:
    for place in (*chosen(), *airfields()):
        assert known_place(place.label) == place
        for one in place.positions:
            assert 0 < one.radius_m <= 20_000
            assert len(one.source) > 5
        assert re.fullmatch("[A-Z]{2}", place.country)
        assert place.radius_m <= 50_000


def test_no_icao_code_is_also_a_name() -> None:
    assert not [code for code in by_code() if fold(code) in by_name()]


def test_a_place_stands_for_all_its_published_positions() -> None:
    tanf = find_place("al-Tanf")
    assert len(tanf.positions) > 1
    position = read_place("al-Tanf")
    assert position.entered is not None
    assert position.entered.format is CoordinateFormat.PLACE
    here = tanf.positions[0].lat_lon_deg
    for one in tanf.positions:
        assert inverse(here, one.lat_lon_deg)[0] + one.radius_m <= position.entered.precision_mm / 1e3 + 0.001


def test_the_hospital_of_kunduz_is_where_its_coordinates_said() -> None:
    hospital = find_place("Kunduz Trauma Centre")
    assert hospital.positions[0].lat_ndeg == 36_718_030_556
    assert (
        inverse(hospital.positions[0].lat_lon_deg, find_place("Kunduz").positions[0].lat_lon_deg)[0] < 2_000
    )


def test_text_is_read_as_coordinate_first_and_as_place_only_by_its_exact_name() -> None:
    for text in ("Abs", "EGLL", "T4", "\u062d\u0645\u0635"):
        found = read_position(text)
        assert found.entered is not None
        assert found.entered.format is CoordinateFormat.PLACE
    with pytest.raises(InputError, match="100 km square"):
        read_position("ZAH")
    with pytest.raises(InputError, match="none of the forms"):
        read_position("Tower 22")
    with pytest.raises(InputError, match="no place of this name"):
        read_position("nowhere in particular")
    with pytest.raises(InputError, match="digits of another script"):
        read_position("\u0663\u0663.\u0665 \u0663\u0668.\u0666")


@pytest.mark.parametrize(
    ("point", "label"),
    [
        ((33.51, 38.62), "al-Tanf (SY)"),
        ((-89.9, 170.0), "Jack F. Paulus Skiway (NZSP)"),
        ((-17.0, -179.99), "Labasa Airport (NFNL)"),
    ],
)
def test_the_nearest_place_is_found_over_pole_and_antimeridian(
    point: tuple[float, float], label: str
) -> None:
    found = nearest_place(point)
    assert found is not None
    every = [
        (inverse(point, one.lat_lon_deg)[0], place.label)
        for place in (*chosen(), *airfields())
        for one in place.positions
    ]
    assert (found[1], found[0].label) == min(every)
    assert found[0].label == label


@pytest.mark.parametrize(
    "point", [(0.0, 179.9), (64.0, -21.9), (78.2, 15.5), (33.0, 38.0), (-77.9, 166.6), (89.0, 0.0)]
)
def test_published_near_misses_none(point: tuple[float, float]) -> None:
    for reach_m in (10_000.0, 300_000.0):
        found = {(place.label, one.lat_lon_deg) for _, place, one in published_near(point, reach_m)}
        every = {
            (place.label, one.lat_lon_deg)
            for place in (*chosen(), *airfields())
            for one in place.positions
            if inverse(point, one.lat_lon_deg)[0] <= reach_m
        }
        assert found == every
