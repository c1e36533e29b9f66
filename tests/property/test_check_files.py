"""Files against files: no finding is missed and none is made up, against every pair by an independent truth."""

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.check.model import Level, Separation
from parley.formats.geojson import read_geojson
from parley.geo.validity import area_fault
from parley.wiring.file_check import check_files
from parley.words.volume import Polygon
from places import LatLon, degrees, star, true_distance, true_inside, true_outline_distance, walk

HOMES: list[LatLon] = [(33.5, 38.6), (0.0, 180.0), (80.0, 30.0), (-60.0, -179.9)]
LIMIT = Separation(horizontal_m=8_000, vertical_m=100, time_s=600)
DOUBT_M = 0.002
COUNT = 6


def stamp(minute: int) -> str:
    return f"2026-11-23T{minute // 60:02d}:{minute % 60:02d}:00Z"


class Drawn:
    """One feature: discs and polygons, heights and minutes, and what its file says."""

    def __init__(self, chance: random.Random, home: LatLon, name: str) -> None:
        self.name = name
        self.discs = [
            (walk(home, chance.uniform(0, 360), 40_000 * chance.random()), chance.choice([0.0, 900.0]))
        ]
        if chance.random() < 0.6:
            at, _ = self.discs[0]
            self.discs.append((walk(at, chance.uniform(0, 360), 6_000), self.discs[0][1]))
        self.low, self.start = chance.randint(0, 300), chance.randint(0, 100)
        self.polygon: Polygon | None = None
        if chance.random() < 0.4:
            at = walk(home, chance.uniform(0, 360), 40_000 * chance.random())
            area = star(at, [10, 100, 190, 290], [chance.uniform(1_000, 15_000) for _ in range(4)])
            self.polygon = area if area_fault(area) is None else None

    def feature(self) -> dict[str, Any]:
        points = [[lon, lat] for (lat, lon), _ in self.discs]
        geometry: dict[str, Any] = {"type": "MultiPoint", "coordinates": points}
        if self.polygon is not None:
            ring = [[lon, lat] for lat, lon in map(degrees, self.polygon.ring)]
            area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
            geometry = {"type": "GeometryCollection", "geometries": [geometry, area]}
        properties = {
            "radius_m": self.discs[0][1],
            "edges": "geodesic",
            "floor_m": self.low,
            "ceiling_m": self.low + 50,
            "start": stamp(self.start),
            "end": stamp(self.start + 30),
        }
        return {"type": "Feature", "id": self.name, "properties": properties, "geometry": geometry}


def file_of(features: list[Drawn]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": [f.feature() for f in features]}).encode()


def true_gap(first: Drawn, second: Drawn) -> float:
    """Of the areas, metres; at most one of the two has a polygon."""
    gaps = [max(0.0, true_distance(a, b) - r - s) for a, r in first.discs for b, s in second.discs]
    for area, others in ((first.polygon, second.discs), (second.polygon, first.discs)):
        if area is None:
            continue
        for at, radius_m in others:
            inside = true_inside(at, area, samples=16)
            gaps.append(0.0 if inside else max(0.0, true_outline_distance(at, area) - radius_m))
    return min(gaps)


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_a_check_of_files_equals_every_pair_by_an_independent_truth(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's own dice
    home = chance.choice(HOMES)
    notices = [Drawn(chance, home, f"N{k}") for k in range(COUNT)]
    others = [Drawn(chance, home, f"O{k}") for k in range(COUNT)]
    for other in others:
        other.polygon = None
    own, theirs = read_geojson(file_of(notices), "n"), read_geojson(file_of(others), "o")
    answer = check_files(own, [theirs], LIMIT).answer
    found = {(finding.notice, finding.other): finding for finding in answer.findings}
    assert len(found) == len(answer.findings)
    for notice in notices:
        for other in others:
            vertical_m = max(0, notice.low - other.low - 50, other.low - notice.low - 50)
            time_s = 60 * max(0, notice.start - other.start - 30, other.start - notice.start - 30)
            finding = found.get((notice.name, other.name))
            if vertical_m > LIMIT.vertical_m or time_s > LIMIT.time_s:
                assert finding is None
                continue
            gap_m = true_gap(notice, other)
            if abs(gap_m - LIMIT.horizontal_m) < DOUBT_M:
                continue
            assert (finding is not None) is (gap_m < LIMIT.horizontal_m)
            if finding is None:
                continue
            assert abs(finding.horizontal_m - gap_m) < DOUBT_M
            assert (finding.vertical_m, finding.time_s) == (vertical_m, time_s)
            if gap_m == 0 or gap_m > DOUBT_M:
                assert (finding.level is Level.INSIDE) is (gap_m == vertical_m == time_s == 0)
            (near_lon, near_lat), (far_lon, far_lat) = finding.closest
            apart_m = true_distance((near_lat, near_lon), (far_lat, far_lon))
            assert abs(apart_m - finding.horizontal_m) < DOUBT_M
