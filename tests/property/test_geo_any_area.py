"""Any area that the wire can carry is judged, and any area judged good can be measured."""

from itertools import pairwise
from math import isfinite

from hypothesis import example, given, settings
from hypothesis import strategies as st

from parley.geo.distance import gap
from parley.geo.shape import disc_of, shape_of
from parley.geo.validity import area_fault
from parley.words.codes import Edges
from parley.words.volume import Area, Circle, Polygon, Position

NDEG = 10**9
LATS = st.one_of(
    st.integers(-90 * NDEG, 90 * NDEG),
    st.sampled_from([0, 90 * NDEG, -90 * NDEG, 90 * NDEG - 1, 33 * NDEG, 33 * NDEG + 1, 34 * NDEG]),
)
LONS = st.one_of(
    st.integers(-180 * NDEG, 180 * NDEG),
    st.sampled_from([0, 180 * NDEG, -180 * NDEG, 179 * NDEG, -179 * NDEG, 1, 38 * NDEG, 38 * NDEG + 1]),
)
POSITIONS = st.builds(lambda lat, lon: Position(lat_ndeg=lat, lon_ndeg=lon), LATS, LONS)
NEARBY = st.builds(
    lambda lat, lon: Position(lat_ndeg=33 * NDEG + lat, lon_ndeg=38 * NDEG + lon),
    st.integers(-NDEG, NDEG),
    st.integers(-NDEG, NDEG),
)
RINGS = st.one_of(st.lists(POSITIONS, min_size=3, max_size=8), st.lists(NEARBY, min_size=3, max_size=6))
AREAS: st.SearchStrategy[Area] = st.one_of(
    st.builds(lambda at, r: Circle(centre=at, radius_mm=r), POSITIONS, st.integers(0, 20_100_000_000)),
    st.builds(lambda ring, edges: Polygon(ring=tuple(ring), edges=edges), RINGS, st.sampled_from(Edges)),
)
FLAT = Polygon(
    ring=tuple(Position(lat_ndeg=0, lon_ndeg=lon * NDEG) for lon in (0, 1, 2, 1)), edges=Edges.GEODESIC
)


@given(AREAS)
@example(FLAT)
@settings(max_examples=300, deadline=None)
def test_every_area_is_judged_and_every_good_one_measured(area: Area) -> None:
    if area_fault(area) is not None:
        return
    shape = shape_of(area)
    assert all(low < high for low, high in list(pairwise(shape.box))[::2])
    for lat_deg, lon_deg in ((90.0, 0.0), (0.0, 180.0), (33.0, 38.0), (-89.9999, 12.0)):
        there, back = gap(shape, disc_of(lat_deg, lon_deg, 10)), gap(disc_of(lat_deg, lon_deg, 10), shape)
        assert isfinite(there.distance_m)
        assert abs(there.distance_m - back.distance_m) < 1e-6


@given(AREAS)
@settings(max_examples=200, deadline=None)
def test_the_direction_and_the_first_vertex_do_not_matter(area: Area) -> None:
    if not isinstance(area, Polygon):
        return
    fault = area_fault(area)
    for ring in (area.ring[::-1], area.ring[1:] + area.ring[:1]):
        other = area_fault(Polygon(ring=ring, edges=area.edges))
        assert (fault is None) == (other is None)
