"""Pictures of findings: what they say, where things stand on them, and that nobody's text can harm them."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.adapters import png
from parley.check.model import Finding, Level, OtherKind
from parley.cli import main
from parley.drawing.graticule import graticule, label
from parley.drawing.of_meetings import PRIVATE, scene_of_notice
from parley.drawing.outlines import outline_in
from parley.drawing.projection import FARTHEST_M, Projection, View
from parley.drawing.scene import Near, Scene, Thing
from parley.drawing.svg import svg
from parley.words.codes import Edges
from parley.words.errors import InputError, SystemFault
from parley.words.volume import Area
from places import band, circle, polygon, true_distance, volume

BOX = polygon((33.0, 38.0), (33.0, 38.2), (33.2, 38.2), (33.2, 38.0), edges=Edges.STRAIGHT)
SVG = "{http://www.w3.org/2000/svg}"


def thing(name: str, area: Area, *, notice: bool) -> Thing:
    return Thing(name=name, areas=(area,), focus=(area,), notice=notice, note="always")


def scene(*things: Thing, exercise: bool = False, caution: str = "", title: str = "T") -> Scene:
    near = Near(
        label="410 m",
        first=(33.2, 38.1),
        second=(33.2037, 38.1),
        sentence="N: polygon edge 3 passes 410 m south of S",
        names=("N", "S"),
    )
    return Scene(
        title=title,
        summary="1 found",
        things=things,
        nears=(near,),
        found=1,
        exercise=exercise,
        caution=caution,
    )


def words(drawn: str) -> list[str]:
    root = ET.fromstring(drawn)  # noqa: S314 - our own output
    return [element.text or "" for element in root.iter(f"{SVG}text")]


USUAL = (thing("N", BOX, notice=True), thing("S", circle(33.2037, 38.1, 0), notice=False))


def test_a_picture_names_things_distances_and_sentences() -> None:
    said = words(svg(scene(*USUAL)))
    for wanted in (
        "T",
        "1 found",
        "N",
        "S",
        "1: 410 m",
        "1. N: polygon edge 3 passes 410 m south of S",
        "N: always",
    ):
        assert wanted in said


def test_the_same_scene_gives_the_same_bytes() -> None:
    assert svg(scene(*USUAL)) == svg(scene(*USUAL))


def test_exercise_and_private_are_marked_when_they_hold_and_only_then() -> None:
    marked = words(svg(scene(*USUAL, exercise=True, caution=PRIVATE)))
    assert {"EXERCISE", "own positions: private, not to be passed on"} <= set(marked)
    assert not {"EXERCISE", PRIVATE} & set(words(svg(scene(*USUAL))))


def test_notices_and_others_differ_by_more_than_colour() -> None:
    drawn = svg(scene(thing("N", BOX, notice=True), thing("S", circle(33.25, 38.1, 3_000), notice=False)))
    assert 'fill="url(#hatched)"' in drawn
    assert re.search(r'<path [^>]*fill="url\(#dotted\)"[^>]*stroke-dasharray', drawn)


def test_a_finding_too_small_to_see_is_drawn_from_near_as_well() -> None:
    assert "1, from near" in words(svg(scene(*USUAL)))
    large = thing("S", circle(33.2037, 38.1, 0), notice=False)
    small = polygon((33.199, 38.098), (33.199, 38.102), (33.2, 38.102), (33.2, 38.098), edges=Edges.STRAIGHT)
    assert "1, from near" not in words(svg(scene(thing("N", small, notice=True), large)))


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'a"&b', "A\u202eB", "\x00\x1b[31m", "\uffff\ud800"]
)
def test_text_of_others_is_only_text(name: str) -> None:
    drawn = svg(scene(thing(name, BOX, notice=True), title=name))
    assert "<script" not in drawn
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b\uffff\ud800]", drawn)
    ET.fromstring(drawn.encode())  # noqa: S314 - our own output


def test_arabic_and_russian_labels_stay_as_they_are() -> None:
    said = words(
        svg(scene(thing("مستشفى", BOX, notice=True), thing("ЛАГЕРЬ", circle(33.1, 38.1, 100), notice=False)))
    )
    assert {"مستشفى", "ЛАГЕРЬ"} <= set(said)


CENTRES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(CENTRES, CENTRES)
def test_places_lie_at_their_true_distance_from_the_centre(
    centre: tuple[float, float], place: tuple[float, float]
) -> None:
    east_m, north_m = Projection(centre).plane(np.array([place[0]]), np.array([place[1]]))
    assert float(np.hypot(east_m, north_m)[0]) == pytest.approx(true_distance(centre, place), abs=1e-3)


@given(CENTRES, st.floats(0, 0.99), st.floats(0, 360))
def test_the_map_leads_there_and_back(centre: tuple[float, float], share: float, azimuth_deg: float) -> None:
    projection = Projection(centre)
    length_m, azimuth = share * FARTHEST_M * 0.995, np.radians(azimuth_deg)
    there = projection.places(np.array([length_m * np.sin(azimuth)]), np.array([length_m * np.cos(azimuth)]))
    east_m, north_m = projection.plane(*there)
    assert float(east_m[0]) == pytest.approx(length_m * np.sin(azimuth), abs=0.01)
    assert float(north_m[0]) == pytest.approx(length_m * np.cos(azimuth), abs=0.01)


def view(centre: tuple[float, float], metres_a_pixel: float) -> View:
    return View(Projection(centre), (0.0, 0.0), metres_a_pixel, (0.0, 0.0, 400.0, 400.0))


@pytest.mark.parametrize("at", [(90.0, 0.0), (-90.0, 45.0), (0.0, 180.0), (65.0, -179.99), (10.0, 20.0)])
def test_a_circle_is_round_wherever_it_lies(at: tuple[float, float]) -> None:
    shown = outline_in(view(at, 100), circle(*at, 15_000))
    (ring,) = shown.lines
    assert len(ring) > 100
    for x, y in ring:
        assert np.hypot(x - 200, y - 200) == pytest.approx(150, abs=0.01)


def test_an_area_over_the_antimeridian_is_one_piece() -> None:
    area = polygon((0, 179.9), (0, -179.9), (0.1, -179.9), (0.1, 179.9), edges=Edges.STRAIGHT)
    (ring,) = outline_in(view((0.05, 180.0), 100), area).lines
    assert max(x for x, _ in ring) - min(x for x, _ in ring) == pytest.approx(222.6, abs=0.5)


def test_an_area_far_larger_than_the_view_is_cut_near_it() -> None:
    area = polygon((-60, -60), (-60, 60), (60, 60), (60, -60))
    (ring,) = outline_in(view((0.0, 0.0), 10), area).lines
    assert all(-401 <= x <= 801 and -401 <= y <= 801 for x, y in ring)
    assert len(ring) == 4


def test_the_graticule_labels_degrees_where_lines_leave_the_view() -> None:
    lines = graticule(view((33.5, 38.5), 250))  # 100 km wide
    assert {"33.2°N", "33.6°N", "38.2°E"} <= {line.label for line in lines if line.at is not None}
    meridian = next(line for line in lines if line.label == "38.2°E")
    assert meridian.at is not None
    assert meridian.at[1] == pytest.approx(400, abs=1)


def test_the_graticule_of_a_pole_has_meridians_all_round() -> None:
    labels = {line.label for line in graticule(view((90.0, 0.0), 500)) if line.meridian}
    assert {"0°", "30°E", "150°W", "180°"} <= labels


@pytest.mark.parametrize(
    ("value", "letters", "step", "said"),
    [
        (33.5, "NS", 0.5, "33.5°N"),
        (-0.002, "NS", 0.001, "0.002°S"),
        (0, "NS", 1, "0°"),
        (180, "EW", 30, "180°"),
    ],
)
def test_degrees_are_written_with_their_hemisphere(
    value: float, letters: str, step: float, said: str
) -> None:
    assert label(value, letters, step) == said


def finding(
    level: Level, closest: tuple[tuple[float, float], tuple[float, float]] | None, why: str
) -> Finding:
    sealed = closest is None
    return Finding(
        notice="n",
        other=None if sealed else "SITE-7",
        other_kind=OtherKind.SEALED if sealed else OtherKind.SITE,
        level=level,
        horizontal_m=None if sealed else 410.4,
        vertical_m=None if sealed else 0.0,
        time_s=None if sealed else 0.0,
        closest=closest,
        why=why,
        sealed_cell="K" if sealed else None,
    )


def test_the_picture_of_a_notice_shows_nearest_points_and_of_a_sealed_layer_only_its_sentence() -> None:
    found = (
        finding(Level.CALL_CELL, None, "Call cell K"),
        finding(Level.WITHIN_SEPARATION, ((33.2, 38.1), (33.2037, 38.1)), "SITE-7 lies 410 m north"),
    )
    made = scene_of_notice("EASTERN-12", volume(BOX, band(0, 300)), found, ("T", "2 found"), exercise=True)
    assert made.caution == PRIVATE
    said = words(svg(made))
    assert {"EXERCISE", PRIVATE, "Call cell K", "1: 410 m", "SITE-7", "EASTERN-12"} <= set(said)
    assert any(each.startswith("EASTERN-12: 0 to 300 m over mean sea level; 2026-") for each in said)


def test_a_long_summary_is_never_cut() -> None:
    long = (
        "Nothing found in 2 loaded positions; layers missing: "
        + ", ".join(f"LAYER-{k}" for k in range(40))
        + "."
    )
    made = scene_of_notice("EASTERN-12", volume(BOX), (), ("T", long), exercise=True)
    assert long in " ".join(words(svg(made)))


def test_a_notice_near_nothing_is_drawn_without_a_caution() -> None:
    made = scene_of_notice("EASTERN-12", volume(BOX), (), ("T", "Nothing found"), exercise=False)
    said = words(svg(made))
    assert PRIVATE not in said
    assert "Nothing was found within the separation, in what was compared." in said


def skip_without_fonts() -> None:
    try:
        png.png_of('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    except SystemFault as fault:
        if fault.name != "png-without-fonts":
            raise
        pytest.skip("this machine has no font, and makes no PNG")


def test_png_is_a_picture_with_its_words() -> None:
    skip_without_fonts()
    assert png.png_of(svg(scene(*USUAL))).startswith(b"\x89PNG\r\n\x1a\n")


def test_png_without_its_extra_or_without_fonts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "_render", lambda _svg, _zoom: b"same")
    with pytest.raises(SystemFault) as fault:
        png.png_of("<svg/>")
    assert fault.value.name == "png-without-fonts"
    monkeypatch.setattr(png, "find_spec", lambda _name: None)
    with pytest.raises(InputError) as error:
        png.png_of("<svg/>")
    assert error.value.name == "png-not-installed"


def run(monkeypatch: pytest.MonkeyPatch, *given_words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["parley", "check", *given_words])
    with pytest.raises(SystemExit) as end:
        main.run()
    assert isinstance(end.value.code, int)
    return end.value.code


def test_the_command_draws_svg_and_png_and_refuses_other_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = '{"type": "Feature", "id": "%s", "geometry": {"type": "Point", "coordinates": [38.1, %s]}}'
    notices, others = tmp_path / "n", tmp_path / "o"
    notices.write_text(point % ("N", "33.1"))
    others.write_text(point % ("O", "33.101"))
    words_ = (str(notices), "--against", str(others), "--separation-m", "1000", "--picture")
    assert run(monkeypatch, *words_, str(tmp_path / "p.svg"), "--exercise") == 1
    drawn = (tmp_path / "p.svg").read_text("utf-8")
    assert PRIVATE in drawn
    assert "EXERCISE" in drawn
    assert run(monkeypatch, *words_, str(tmp_path / "p.svg"), "--shareable") == 1
    assert PRIVATE not in (tmp_path / "p.svg").read_text("utf-8")
    assert run(monkeypatch, *words_, str(tmp_path / "p.jpg")) == 2
    assert run(monkeypatch, *words_, str(tmp_path / "none" / "p.svg")) == 3
    others.write_text(point % ("O", "40"))
    assert run(monkeypatch, *words_, str(tmp_path / "p.svg")) == 0
    skip_without_fonts()
    assert run(monkeypatch, *words_, str(tmp_path / "p.png")) == 0
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
