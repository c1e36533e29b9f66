"""A ring that is called convex crosses nothing and is not flat, for every ring."""

from math import cos, pi, sin

from hypothesis import given
from hypothesis import strategies as st

from parley.geo.crossing import ring_crosses_straight, ring_is_convex

RINGS = st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=3, max_size=9, unique=True)


@given(RINGS)
def test_a_convex_ring_has_width_and_crosses_nothing(ring: list[tuple[int, int]]) -> None:
    lat, lon = [list(axis) for axis in zip(*ring, strict=True)]
    if ring_is_convex(lat, lon):
        assert not ring_crosses_straight(lat, lon)
        first = ring[0]
        assert any(
            (ring[1][0] - first[0]) * (y - first[1]) != (ring[1][1] - first[1]) * (x - first[0])
            for x, y in ring
        )
        assert ring_is_convex(lat[::-1], lon[::-1])


@given(st.integers(3, 40), st.integers(2, 5), st.floats(0, 2 * pi))
def test_a_regular_ring_is_convex_and_a_star_is_not(count: int, step: int, turned: float) -> None:
    def ring(step: int) -> tuple[list[int], list[int]]:
        angles = [turned + 2 * pi * step * k / count for k in range(count)]
        return [round(1e9 * sin(a)) for a in angles], [round(1e9 * cos(a)) for a in angles]

    assert ring_is_convex(*ring(1))
    if step < count - 1:
        assert not ring_is_convex(*ring(step))
