"""How many checks a second: one volume against a picture of 1,000, 10,000 and 100,000 positions.

Positions are points spread evenly, at a density of 1,000 to a square of 800 km, so that a notice of
2 km radius meets none to two of them at a separation of 5 km. Run: python bench/check.py
"""

import json
import random
import sys
from math import cos, pi, radians, sin, sqrt
from time import perf_counter
from typing import Any

from parley.adapters.volume_index import MemoryVolumeIndex
from parley.check.engine import CheckEngine
from parley.check.model import Separation
from parley.geo.validity import volume_fault
from parley.picture.model import Layer, OwnItem, OwnKind, Picture
from parley.words.codes import Edges
from parley.words.volume import Area, Band, Circle, Polygon, Position, Volume, Window

NOON_MS = 1_795_003_200_000
SEPARATION = Separation(horizontal_m=5_000, vertical_m=300, time_s=900)
SIZES = (1_000, 10_000, 100_000)
CHECKS = 2_000


def measure(sizes: tuple[int, ...] = SIZES, checks: int = CHECKS) -> dict[str, Any]:
    """Run the benchmark.

    Args:
        sizes: how many positions, one row each.
        checks: how many checks are timed for each row and kind of area.

    Returns:
        {"rows": [...], "unit": ...}, fit for JSON; times are of this machine, one thread.
    """
    return {
        "name": "check",
        "separation_m": SEPARATION.horizontal_m,
        "rows": [_row(positions, kind, checks) for positions in sizes for kind in ("circle", "12-gon")],
        "validity_us": {kind: _validity_us(kind) for kind in ("circle", "12-gon")},
    }


def _row(positions: int, kind: str, checks: int) -> dict[str, Any]:
    chance = random.Random(1)  # noqa: S311 - the same dice each time
    half_deg = 3.6 * sqrt(positions / 1_000)
    if half_deg > 30:  # noqa: PLR2004 - the biggest picture stays clear of the poles
        half_deg = 30.0
    engine = CheckEngine(MemoryVolumeIndex())
    layer = Layer(name="posts", compartment=None, loaded_ms=NOON_MS)
    items = tuple(_item(k, chance, half_deg) for k in range(positions))
    began = perf_counter()
    engine.set_picture(Picture(layers=(layer,), items=items, version=1))
    load_s = perf_counter() - began
    volumes = [_volume(kind, chance, half_deg) for _ in range(checks)]
    times_s, findings = [], 0
    for volume in volumes:
        began = perf_counter()
        findings += len(engine.check(volume, SEPARATION).findings)
        times_s.append(perf_counter() - began)
    times_s.sort()
    return {
        "positions": positions,
        "area": kind,
        "checks_per_s": round(checks / sum(times_s)),
        "p50_us": round(times_s[checks // 2] * 1e6, 1),
        "p99_us": round(times_s[checks * 99 // 100] * 1e6, 1),
        "findings_per_check": round(findings / checks, 2),
        "load_s": round(load_s, 3),
    }


def _validity_us(kind: str, rounds: int = 300) -> float:
    volume = _volume(kind, random.Random(2), 3.0)  # noqa: S311 - the same dice each time
    began = perf_counter()
    for _ in range(rounds):
        volume_fault(volume)
    return round((perf_counter() - began) / rounds * 1e6, 2)


def _place(chance: random.Random, half_deg: float) -> tuple[float, float]:
    return 34 + chance.uniform(-half_deg, half_deg), 39 + chance.uniform(-half_deg, half_deg)


def _position(lat_deg: float, lon_deg: float) -> Position:
    return Position(lat_ndeg=round(lat_deg * 1e9), lon_ndeg=round(lon_deg * 1e9))


def _item(number: int, chance: random.Random, half_deg: float) -> OwnItem:
    return OwnItem(
        id=str(number),
        name=f"POST-{number}",
        kind=OwnKind.POSITION,
        layer="posts",
        area=Circle(centre=_position(*_place(chance, half_deg)), radius_mm=0),
        as_of_ms=NOON_MS,
    )


def _volume(kind: str, chance: random.Random, half_deg: float) -> Volume:
    lat_deg, lon_deg = _place(chance, half_deg)
    area: Area = Circle(centre=_position(lat_deg, lon_deg), radius_mm=2_000_000)
    if kind != "circle":
        turns = [2 * pi * k / 12 for k in range(12)]
        wide = 0.02 / cos(radians(lat_deg))
        ring = tuple(_position(lat_deg + 0.02 * cos(turn), lon_deg + wide * sin(turn)) for turn in turns)
        area = Polygon(ring=ring, edges=Edges.GEODESIC)
    window = Window(start_ms=NOON_MS, end_ms=NOON_MS + 3_600_000)
    return Volume(area=area, band=Band(floor=None, ceiling=None), window=window)


def table(measured: dict[str, Any]) -> str:
    """The figures as text, one row a line."""
    rows = [
        f"{'positions':>10} {'area':>7} {'checks/s':>9} {'p50 us':>8} {'p99 us':>8} {'found':>6} {'load s':>7}"
    ]
    rows += [
        f"{r['positions']:>10,} {r['area']:>7} {r['checks_per_s']:>9,} {r['p50_us']:>8} {r['p99_us']:>8} "
        f"{r['findings_per_check']:>6} {r['load_s']:>7}"
        for r in measured["rows"]
    ]
    rows += [f"validity of a {kind}: {us} us" for kind, us in measured["validity_us"].items()]
    return "\n".join(rows)


if __name__ == "__main__":
    result = measure()
    print(table(result), file=sys.stderr)
    print(json.dumps(result))
