"""Distances on the ellipsoid: published values, places where naive methods fail, and limits."""

import csv
from pathlib import Path

import pytest

from parley.geo.boundary import TURN_MAX_DEG, boundary_of
from parley.geo.distance import gap, gap_within, tolerance_m
from parley.geo.ellipsoid import ecef_point, inverse, lat_lon
from parley.geo.kernel import contains
from parley.geo.shape import disc_of, shape_of
from parley.words.codes import Edges
from places import circle, polygon, regular, true_distance, true_outline_distance, walk

KARNEY = Path(__file__).parents[3] / "shared" / "data" / "geo" / "geodesic_karney_20.csv"


@pytest.mark.skipif(not KARNEY.is_file(), reason="reference values are not on this machine")
def test_point_distances_equal_published_geodesics() -> None:
    with KARNEY.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    for row in rows:
        lat1, lon1, lat2, lon2 = (float(row[name]) for name in ("lat1", "lon1", "lat2", "lon2"))
        found = gap(disc_of(lat1, lon1, 0), disc_of(lat2, lon2, 0))
        assert found.distance_m == pytest.approx(float(row["s12"]), abs=1e-6)


# Computed with GeographicLib's GeodSolve, 1 nanometre: a meridian quadrant is 10,001,965.729 m.
def test_a_quarter_of_a_meridian() -> None:
    assert inverse((0, 0), (90, 0))[0] == pytest.approx(10_001_965.7293, abs=1e-3)


def test_earth_centred_there_and_back() -> None:
    for lat_deg, lon_deg in ((33.5, 38.6), (-89.999, -179.9), (0.0, 180.0), (45.0, -0.1)):
        assert lat_lon(*ecef_point(lat_deg, lon_deg)) == pytest.approx((lat_deg, lon_deg), abs=1e-12)


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ((10.0, 180.0), (10.0, 178.0)),
        ((10.0, -179.5), (10.0, -178.0)),
        ((10.5, 179.5), (12.0, 180.0)),
    ],
)
def test_a_polygon_over_the_antimeridian(inside: tuple[float, float], outside: tuple[float, float]) -> None:
    area = boundary_of(polygon((9, 179), (9, -179), (11, -179), (11, 179)))
    assert contains(area, *inside)
    assert not contains(area, *outside)
    assert not contains(area, 10.0, 0.0)


def test_a_polygon_beside_the_pole() -> None:
    area = boundary_of(polygon((89.9, 20), (89.9, 70), (89.99, 70), (89.99, 20)))
    assert contains(area, 89.95, 45.0)
    assert not contains(area, 90.0, 0.0)
    assert not contains(area, 89.95, -45.0)
    assert not contains(area, -89.95, 45.0)


def test_a_point_far_away_on_the_meridian_of_a_vertex_is_outside() -> None:
    area = boundary_of(polygon((33, 38), (33, 39), (34, 38), edges=Edges.GEODESIC))
    for lat_deg in (-60.0, 0.0, 32.0, 35.0, 89.0):
        assert not contains(area, lat_deg, 38.0)
        assert not contains(area, lat_deg, 38.5)


def test_a_circle_over_a_pole_holds_the_pole_and_what_lies_beyond() -> None:
    over = shape_of(circle(89.5, 0, 100_000))
    assert gap(over, disc_of(90, 0, 0)).distance_m == 0
    assert gap(over, disc_of(89.8, 180, 0)).distance_m == 0
    beyond = gap(over, disc_of(89.0, 180, 0))
    assert beyond.distance_m == pytest.approx(true_distance((89.5, 0), (89.0, 180)) - 100_000, abs=1e-6)


def test_two_circles_are_apart_by_the_centres_less_the_radii_and_say_where() -> None:
    found = gap(disc_of(33, 38, 2_000), disc_of(33, 39, 3_000))
    assert found.distance_m == pytest.approx(true_distance((33, 38), (33, 39)) - 5_000, abs=1e-6)
    assert true_distance(found.first, found.second) == pytest.approx(found.distance_m, abs=1e-6)
    assert true_distance((33, 38), found.first) == pytest.approx(2_000, abs=1e-6)
    assert found.azimuth_deg == pytest.approx(90, abs=1)


def test_overlapping_circles_share_the_point_they_name() -> None:
    found = gap(disc_of(33, 38, 6_000), disc_of(33, 38.1, 5_000))
    assert found.distance_m == 0
    assert found.first == found.second
    assert true_distance((33, 38), found.first) <= 6_000.001
    assert true_distance((33, 38.1), found.first) <= 5_000.001


def test_circle_and_polygon_both_ways_round() -> None:
    square = shape_of(polygon((33, 38), (33, 39), (34, 39), (34, 38)))
    disc = shape_of(circle(33.5, 39.5, 1_000))
    there, back = gap(square, disc), gap(disc, square)
    assert there.distance_m == pytest.approx(back.distance_m, abs=1e-9)
    assert (there.first, there.second) == (back.second, back.first)
    assert there.azimuth_deg == pytest.approx(90, abs=1)
    assert back.azimuth_deg == pytest.approx(-90, abs=1)


@pytest.mark.parametrize("edges", list(Edges))
def test_polygons_that_cross_hold_or_stand_apart(edges: Edges) -> None:
    square = shape_of(polygon((33, 38), (33, 39), (34, 39), (34, 38), edges=edges))
    bar = shape_of(polygon((33.4, 37), (33.4, 40), (33.6, 40), (33.6, 37), edges=edges))
    inner = shape_of(polygon((33.4, 38.4), (33.4, 38.6), (33.6, 38.6), edges=edges))
    away = shape_of(polygon((33.2, 39.01), (33.8, 39.01), (33.5, 39.5), edges=edges))
    assert gap(square, bar).distance_m == 0
    assert gap(square, inner).distance_m == gap(inner, square).distance_m == 0
    apart = gap(square, away)
    assert apart.distance_m == pytest.approx(true_distance((33.8, 39.0), (33.8, 39.01)), abs=0.02)


def test_many_pieces_give_what_few_pieces_give() -> None:
    """The way through blocks of pieces agrees with the way through all pairs."""
    first = regular((33.0, 38.0), 400, 30_000)
    second = regular((33.0, 39.0), 400, 40_000)
    blocks = gap(shape_of(first), shape_of(second))
    all_pairs = min(
        (gap(disc_of(p.lat_ndeg / 1e9, p.lon_ndeg / 1e9, 0), shape_of(second)) for p in first.ring),
        key=lambda found: found.distance_m,
    )
    assert blocks.distance_m <= all_pairs.distance_m + 1e-6
    assert blocks.distance_m == pytest.approx(all_pairs.distance_m, abs=0.5)


def test_straight_edges_run_where_geojson_says() -> None:
    """Halfway along, the two kinds of edge are 105 m apart over 55 km at 60 degrees."""
    corners = ((60.0, 10.0), (60.0, 11.0), (60.5, 10.5))
    middle = disc_of(60.0, 10.5, 0)
    assert gap(shape_of(polygon(*corners, edges=Edges.STRAIGHT)), middle).distance_m < 0.001
    geodesic = gap(shape_of(polygon(*corners)), middle).distance_m
    assert 100 < geodesic < 110


def test_straight_edges_take_no_more_pieces_than_geodesics() -> None:
    corners = ((60, 0), (60, 80), (70, 80), (70, 0))
    straight = boundary_of(polygon(*corners, edges=Edges.STRAIGHT))
    geodesic = boundary_of(polygon(*corners))
    assert len(straight) < 1.2 * len(geodesic)
    turned = boundary_of(polygon((89.99, 0), (89.99, 80), (89.999, 40), edges=Edges.STRAIGHT))
    assert float(abs(turned.turn_deg).max()) <= TURN_MAX_DEG


def test_the_box_of_a_wide_polygon_holds_its_dome() -> None:
    """The inside bulges beyond its outline: the point of the equator at longitude 0 has the largest x."""
    wide = shape_of(polygon((-20, -20), (-20, 20), (20, 20), (20, -20)))
    assert wide.box.x_high_m >= ecef_point(0, 0)[0]


def test_a_gap_that_equals_the_limit_is_returned_and_one_beyond_is_not() -> None:
    far = walk((33, 38), 40, 7_000)
    here, there = disc_of(33, 38, 1_000), disc_of(far[0], far[1], 1_000)
    assert gap_within(here, there, 5_000) is not None
    assert gap_within(here, there, 4_999.99) is None
    assert gap_within(here, disc_of(-33, -142, 0), 5_000) is None


def test_touching_circles_overlap() -> None:
    far = walk((33, 38), 40, 2_000)
    found = gap_within(disc_of(33, 38, 1_000), disc_of(far[0], far[1], 1_000), 0)
    assert found is not None
    assert found.distance_m == 0


def test_far_beyond_500_kilometres_a_distance_is_wrong_by_less_than_is_allowed_for() -> None:
    area = polygon((10, 20), (10, 28), (14, 28), (14, 20))
    for centre in ((-40.0, 24.0), (12.0, 95.0), (-11.0, -150.0)):
        reach_m = true_outline_distance(centre, area)
        found = gap(disc_of(*centre, 0), shape_of(area)).distance_m
        assert -0.001 <= found - reach_m <= tolerance_m(reach_m)
        touching = gap_within(disc_of(*centre, reach_m - 1), shape_of(area), 1.0)
        assert touching is not None
