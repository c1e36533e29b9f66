"""Outlines of many thousand edges: runs of edges are sifted by their boxes, and nothing is missed by that."""

import random
from itertools import pairwise
from math import cos, pi, sin

import numpy as np
import pytest

from parley.geo import crossing
from parley.geo.crossing import Intricate, ring_crosses_straight
from parley.geo.ring import ring_fault
from parley.words.codes import Edges
from parley.words.volume import Position
from places import position

COUNT = 6_000


def ring(moved: int | None) -> tuple[Position, ...]:
    """A ring whose radius jitters; one vertex may be moved beyond the other side, so that it crosses itself."""
    chance = random.Random(1)  # noqa: S311 - a test's own dice
    places = []
    for k in range(COUNT):
        angle, reach = 2 * pi * k / COUNT, 1 + 0.0005 * chance.random()
        if k == moved:
            reach = -1.1
        places.append(position(33 + reach * sin(angle), 38 + reach * cos(angle)))
    return tuple(places)


@pytest.mark.parametrize("edges", list(Edges))
def test_one_crossing_among_thousands_of_edges_is_found(edges: Edges) -> None:
    assert ring_fault(ring(None), edges) is None
    for moved in (0, 31, 32, 3_000, COUNT - 1):
        fault = ring_fault(ring(moved), edges)
        assert fault is not None
        assert fault.rule == "polygon-self-crossing"


def test_runs_hold_every_pair_whose_boxes_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(5)
    low = chance.uniform(0, 1, (2, 500))
    high = low + chance.uniform(0, 0.2, (2, 500))
    meets = ((low[:, :, None] <= high[:, None]) & (low[:, None] <= high[:, :, None])).all(axis=0)
    wanted = {(i, j) for i, j in np.argwhere(meets).tolist() if i < j}
    monkeypatch.setattr(crossing, "_ALL_PAIRS_MAX", 100)
    found = [
        pair for i, j in crossing.near_pairs(low, high) for pair in zip(i.tolist(), j.tolist(), strict=True)
    ]
    assert wanted <= set(found)
    assert len(found) == len(set(found))
    assert all(i < j for i, j in found)


def test_edges_that_all_lie_over_one_another_are_refused_and_not_looked_at_for_minutes() -> None:
    teeth = [(k * 10, 10**9 * (k % 2)) for k in range(40_000)]
    slanted = [(lat, lon + lat) for lon, lat in teeth]
    assert all(a != b for a, b in pairwise(slanted))
    lat = [*(lat for lat, _ in slanted), -(10**9), -(10**9)]
    lon = [*(lon for _, lon in slanted), slanted[-1][1] + 10**9, -(10**9)]
    with pytest.raises(Intricate):
        ring_crosses_straight(lat, lon)
