"""What is wrong between rings: each rule has an area that breaks it and one that just does not."""

import pytest

from parley.geo.validity import area_fault, volume_fault
from parley.words.codes import Edges
from parley.words.volume import Area, Corridor, Daily, MultiPolygon, Part, Polygon, Window
from places import HOUR_MS, NOON_MS, LatLon, circle, position, regular, volume

BOTH = pytest.mark.parametrize("edges", list(Edges))
Ring = list[LatLon]


def square(south: float, west: float, size: float) -> Ring:
    return [(south, west), (south, west + size), (south + size, west + size), (south + size, west)]


def with_holes(ring: Ring, *holes: Ring, edges: Edges) -> Polygon:
    outer, *inner = (tuple(position(*vertex) for vertex in one) for one in (ring, *holes))
    return Polygon(ring=outer, holes=tuple(inner), edges=edges)


def parts(*rings: Ring, edges: Edges) -> MultiPolygon:
    return MultiPolygon(
        parts=tuple(Part(ring=tuple(position(*vertex) for vertex in ring)) for ring in rings), edges=edges
    )


def line(*places: LatLon, half_width_mm: int = 1_000_000, edges: Edges = Edges.GEODESIC) -> Corridor:
    return Corridor(
        line=tuple(position(*place) for place in places), half_width_mm=half_width_mm, edges=edges
    )


def rule_of(area: Area) -> str | None:
    fault = area_fault(area)
    return fault.rule if fault else None


OUTER = square(33, 38, 1)


@BOTH
@pytest.mark.parametrize("west", [38, 179.5, -180, -0.5])
@pytest.mark.parametrize(
    ("rule", "holes"),
    [
        (None, [(0.1, 0.1, 0.3)]),
        (None, [(0.1, 0.1, 0.3), (0.5, 0.5, 0.3)]),
        ("polygon-hole-outside", [(2, 0.1, 0.3)]),
        ("polygon-hole-outside", [(0.1, 1.5, 0.3)]),
        ("polygon-hole-outside", [(-1, -1, 3)]),
        ("polygon-rings-meet", [(0.8, 0.1, 0.3)]),
        ("polygon-rings-meet", [(0.1, 0.1, 0.3), (0.2, 0.2, 0.3)]),
        ("polygon-rings-meet", [(0.1, 0.1, 0.3), (0.4, 0.4, 0.3)]),
        ("polygon-rings-meet", [(0.1, 0.1, 0.3), (0.1, 0.1, 0.3)]),
        ("polygon-rings-meet", [(0, 0, 0.3)]),
        ("polygon-hole-in-hole", [(0.1, 0.1, 0.6), (0.2, 0.2, 0.1)]),
        ("polygon-hole-in-hole", [(0.2, 0.2, 0.1), (0.1, 0.1, 0.6)]),
        ("polygon-zero-area", [(0.1, 0.1, 0)]),
    ],
)
def test_holes(edges: Edges, west: float, rule: str | None, holes: list[tuple[float, float, float]]) -> None:
    rings = [square(33 + up, west + right, size) for up, right, size in holes]
    if rule == "polygon-zero-area":
        rings = [[(33.1, west + 0.1), (33.2, west + 0.1), (33.3, west + 0.1)]]
    assert rule_of(with_holes(square(33, west, 1), *rings, edges=edges)) == rule


def test_a_hole_that_touches_a_straight_edge_from_inside_is_refused_to_the_last_digit() -> None:
    touching = [(33.0, 38.5), (33.2, 38.4), (33.2, 38.6)]
    assert rule_of(with_holes(OUTER, touching, edges=Edges.STRAIGHT)) == "polygon-rings-meet"
    just_not = [(33.000000001, 38.5), *touching[1:]]
    assert rule_of(with_holes(OUTER, just_not, edges=Edges.STRAIGHT)) is None


def test_the_detail_says_which_hole_and_which_part() -> None:
    crossed = [(33.1, 38.1), (33.3, 38.3), (33.1, 38.3), (33.3, 38.1)]
    fault = area_fault(with_holes(OUTER, square(33.5, 38.5, 0.2), crossed, edges=Edges.STRAIGHT))
    assert fault is not None
    assert (fault.rule, fault.detail.split(":")[0]) == ("polygon-self-crossing", "hole 2")
    bad = parts(OUTER, [(40, 38), (40.2, 38.2), (40, 38.2), (40.2, 38)], edges=Edges.STRAIGHT)
    fault = area_fault(bad)
    assert fault is not None
    assert fault.detail.startswith("part 2: ")


@BOTH
@pytest.mark.parametrize("west", [38, 179, -180, -1])
@pytest.mark.parametrize(
    ("rule", "second"),
    [
        (None, (2, 2, 1)),
        (None, (0, 1, 1)),
        (None, (1, 1, 1)),
        (None, (0.2, 1, 0.5)),
        ("multipolygon-parts-overlap", (0.5, 0.5, 1)),
        ("multipolygon-parts-overlap", (0.2, 0.2, 0.5)),
        ("multipolygon-parts-overlap", (-1, -1, 3)),
        ("multipolygon-parts-overlap", (0, 0, 1)),
        ("multipolygon-parts-overlap", (0, 0, 0.5)),
    ],
)
def test_parts(edges: Edges, west: float, rule: str | None, second: tuple[float, float, float]) -> None:
    up, right, size = second
    area = parts(square(33, west, 1), square(33 + up, west + right, size), edges=edges)
    assert rule_of(area) == rule


@BOTH
def test_a_part_may_lie_in_the_hole_of_another(edges: Edges) -> None:
    around = with_holes(OUTER, square(33.2, 38.2, 0.6), edges=edges)
    island = with_holes(square(33.4, 38.4, 0.2), edges=edges)
    both = (Part(ring=around.ring, holes=around.holes), Part(ring=island.ring))
    assert rule_of(MultiPolygon(parts=both, edges=edges)) is None


def test_the_vertices_of_all_rings_together_are_bounded() -> None:
    for count, rule in ((1_000, None), (1_001, "area-too-many-vertices")):
        rings = (regular((33, 38), 1_000, 5_000).ring, regular((34, 38), count, 5_000).ring)
        area = MultiPolygon(parts=tuple(Part(ring=ring) for ring in rings), edges=Edges.STRAIGHT)
        assert rule_of(area) == rule


@pytest.mark.parametrize(
    ("rule", "corridor"),
    [
        (None, line((33, 38), (34, 39))),
        (None, line((33, 38), (34, 39), (33, 38))),
        (None, line((33, 38), (34, 39), (33, 39), (34, 38))),
        (None, line((89, 0), (89, 180))),
        (None, line((89, 0), (90, 0), (89, 90))),
        (None, line((10, 179), (10, -179), edges=Edges.STRAIGHT)),
        ("corridor-half-width-zero", line((33, 38), (34, 39), half_width_mm=0)),
        ("corridor-position-repeated", line((33, 38), (33, 38))),
        ("corridor-position-repeated", line((33, 180), (33, -180))),
        ("corridor-position-repeated", line((90, 0), (90, 50), (89, 0))),
        ("corridor-edge-too-long", line((0, 0), (0, 100))),
        ("corridor-edge-too-long", line((80, 0), (80, 180), edges=Edges.STRAIGHT)),
        ("corridor-too-long", line(*((0.01 * k, 80 * (k % 2)) for k in range(13)))),
    ],
)
def test_corridors(rule: str | None, corridor: Corridor) -> None:
    assert rule_of(corridor) == rule


@pytest.mark.parametrize(
    ("rule", "hours", "start_h", "length_h"),
    [
        (None, (20, 4), 0, 72),
        (None, (11, 13), 0, 0),
        (None, (13, 11), 0, 1),
        ("daily-without-length", (5, 5), 0, 72),
        ("daily-never", (13, 14), 0, 0.5),
        ("daily-never", (20, 4), -4, 4),
        (None, (20, 8), -4, 4),
        (None, (20, 4), -4, 12),
    ],
)
def test_daily_hours(rule: str | None, hours: tuple[int, int], start_h: float, length_h: float) -> None:
    """The window starts `start_h` hours after a noon."""
    start_ms = NOON_MS + round(start_h * HOUR_MS)
    window = Window(
        start_ms=start_ms,
        end_ms=start_ms + round(length_h * HOUR_MS),
        daily=Daily(start_ms=hours[0] * HOUR_MS, end_ms=hours[1] * HOUR_MS),
    )
    fault = volume_fault(volume(circle(33, 38, 1), times=window))
    assert (fault.rule if fault else None) == rule


def zigzag(turns: int, edges: Edges) -> Corridor:
    """A line to and fro along parallels near the pole: short, and round it many times."""
    places = [(89.9 - 0.0001 * k, -75.0 if k % 2 else 75.0) for k in range(turns + 1)]
    return line(*places, edges=edges)


def test_straight_edges_wind_no_more_than_a_hundred_times_round() -> None:
    assert rule_of(zigzag(240, Edges.STRAIGHT)) is None
    assert rule_of(zigzag(241, Edges.STRAIGHT)) == "area-winds-too-far"
    assert rule_of(zigzag(241, Edges.GEODESIC)) is None


def test_all_rings_together_are_at_most_100_000_km() -> None:
    wide = [(0.0, 0.0), (0.0, 80.0), (0.5, 40.0)]
    rings = [[(lat + shift, lon) for lat, lon in wide] for shift in range(6)]
    assert rule_of(parts(*rings[:5], edges=Edges.STRAIGHT)) is None
    assert rule_of(parts(*rings, edges=Edges.STRAIGHT)) == "polygon-perimeter-too-long"
