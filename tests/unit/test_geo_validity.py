"""What is wrong with a volume: each rule has a volume that breaks it and one that just does not."""

import pytest

from parley.geo.validity import area_fault, volume_fault
from parley.words.codes import Datum, Edges
from parley.words.volume import Band, Polygon
from places import altitude, band, circle, polygon, regular, volume, window

BOTH = pytest.mark.parametrize("edges", list(Edges))


def rule_of(area: Polygon) -> str | None:
    fault = area_fault(area)
    return fault.rule if fault else None


def test_a_good_circle_polygon_band_and_window() -> None:
    assert volume_fault(volume(circle(33, 38, 0.001))) is None
    assert volume_fault(volume(regular((33, 38), 12, 5_000), band(0, 100), window(0, 0))) is None


def test_a_circle_over_a_pole_is_valid() -> None:
    assert area_fault(circle(90, 0, 100_000)) is None
    assert area_fault(circle(-89.9, 12, 500_000)) is None


def test_a_circle_needs_a_radius_but_an_own_position_does_not() -> None:
    fault = area_fault(circle(33, 38, 0))
    assert fault is not None
    assert fault.rule == "circle-radius-zero"
    assert area_fault(circle(33, 38, 0), point=True) is None


def test_the_window_must_not_end_before_it_starts() -> None:
    fault = volume_fault(volume(circle(33, 38, 1), times=window(1, 0.5)))
    assert fault is not None
    assert fault.rule == "end-before-start"
    assert "1800000 ms" in fault.detail


def test_floor_and_ceiling_are_compared_over_the_same_datum_only() -> None:
    fault = volume_fault(volume(circle(33, 38, 1), band(200, 100)))
    assert fault is not None
    assert fault.rule == "floor-above-ceiling"
    mixed = Band(floor=altitude(200), ceiling=altitude(100, Datum.ABOVE_GROUND))
    assert volume_fault(volume(circle(33, 38, 1), mixed)) is None
    assert volume_fault(volume(circle(33, 38, 1), band(100, 100))) is None
    assert volume_fault(volume(circle(33, 38, 1), band(None, 100))) is None


@BOTH
@pytest.mark.parametrize(
    ("name", "ring"),
    [
        ("polygon-self-crossing", [(0, 0), (1, 1), (0, 1), (1, 0)]),
        ("polygon-self-crossing", [(33, 38), (33, 39), (34, 39), (32.9, 38.5), (34, 38)]),
        ("polygon-self-crossing", [(0, 179), (1, -179), (0, -179), (1, 179)]),
        ("polygon-self-crossing", [(0, 0), (2, 2), (2, 0), (1, 1), (0, 2), (-1, 1), (1, 1)]),
        ("polygon-zero-area", [(0, 0), (1, 0), (2, 0)]),
        ("polygon-zero-area", [(0, 10), (0, 20), (0, 15)]),
        ("polygon-too-few-distinct-vertices", [(0, 0), (0, 0), (1, 1)]),
        ("polygon-too-few-distinct-vertices", [(0, 0), (0, 1), (0, 0)]),
        ("polygon-too-few-distinct-vertices", [(5, 180), (5, -180), (1, 170)]),
        ("polygon-too-few-distinct-vertices", [(89.999999999, 0), (89.999999999, 0.000000001), (89, 0)]),
        ("polygon-over-pole", [(80, 0), (80, 120), (80, -120)]),
        ("polygon-over-pole", [(-80, 0), (-80, 120), (-80, -120)]),
        ("polygon-over-pole", [(90, 0), (89, 0), (89, 10)]),
        ("polygon-edge-too-long", [(80, 0), (80, 180), (70, 90)]),
        ("polygon-edge-too-long", [(0, 0), (0, 100), (10, 50)]),
    ],
)
def test_faulty_polygons(edges: Edges, name: str, ring: list[tuple[float, float]]) -> None:
    assert rule_of(polygon(*ring, edges=edges)) == name
    assert rule_of(polygon(*reversed(ring), edges=edges)) == name


@BOTH
@pytest.mark.parametrize(
    "ring",
    [
        [(0, 179), (0, -179), (1, 180)],
        [(89.9, 20), (89.9, 70), (89.99, 70), (89.99, 20)],
        [(33, 38), (33, 39), (34, 39), (33.5, 38.5), (34, 38)],
        [(0, -50), (0, 30), (1, 0)],
    ],
)
def test_good_polygons(edges: Edges, ring: list[tuple[float, float]]) -> None:
    assert rule_of(polygon(*ring, edges=edges)) is None


def test_points_of_one_slanting_geodesic_have_no_width() -> None:
    from parley.geo.ellipsoid import between  # noqa: PLC0415 - only here

    start, end = (33.0, 38.0), (33.7, 38.9)
    middle = between(start, end, 2)[0]
    assert rule_of(polygon(start, middle, end)) == "polygon-zero-area"


def test_a_thin_but_real_sliver_is_allowed() -> None:
    assert rule_of(polygon((33, 38), (33.4, 38), (33.2, 38.0000002))) is None


def test_a_straight_edge_touched_by_a_vertex_counts_exactly() -> None:
    touching: list[tuple[float, float]] = [(0, 0), (0, 4), (3, 2), (0, 2), (3, 1)]
    assert rule_of(polygon(*touching, edges=Edges.STRAIGHT)) == "polygon-self-crossing"
    touching[3] = (0.000000001, 2)
    assert rule_of(polygon(*touching, edges=Edges.STRAIGHT)) is None


def test_a_ring_twice_round_the_earth_is_refused() -> None:
    zigzag = [(60 if k % 2 else -20, k / 10) for k in range(24)] + [(-25, 1)]
    assert rule_of(polygon(*zigzag)) == "polygon-perimeter-too-long"


def test_two_thousand_vertices_are_judged_too() -> None:
    for edges in Edges:
        assert rule_of(regular((33, 38), 2_000, 50_000, edges)) is None
        ring = regular((33, 38), 2_000, 50_000, edges).ring
        swapped = Polygon(ring=(*ring[:900], ring[901], ring[900], *ring[902:]), edges=edges)
        assert rule_of(swapped) == "polygon-self-crossing"
