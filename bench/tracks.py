"""How many reported positions a second pass `parley track`: JSON decoded, judged, and held against live volumes.

One core. 10,000 live volumes in one country of 800 km (60 % circles, 40 % polygons, 0.5 to 20 km): 9,900
notices and 100 zones. 20,000 aircraft say where they are every five seconds as readsb says it (aircraft.json, some
330 bytes each). Two mixes: `quiet`, in which whoever is in a zone is within a notice, and `busy`, in
which zones lie anywhere and every aircraft inside one without a notice has a draft that grows.

Processor time of one thread counts, so that what else runs does not.

Run: make bench-tracks, or python bench/tracks.py [--json].
"""

import json
import random
import sys
from collections.abc import Iterator
from math import cos, pi, radians, sin
from time import process_time
from typing import Any

import numpy as np

from parley.adapters.position_index import GridPositionIndex
from parley.check.volume5 import Volume5
from parley.formats.positions import Refusals
from parley.formats.readsb import read_aircraft
from parley.geo.altitude import UNLIMITED
from parley.geo.shape import shape_of
from parley.geo.validity import area_fault
from parley.intake.places import NoticeVolume, Zone
from parley.intake.tracking import Tracking
from parley.words.codes import Edges
from parley.words.volume import Area, Circle, Polygon, Position, Window

NOON_MS = 1_795_003_200_000
HOUR_MS = 3_600_000
LAT, LON = (31.0, 38.0), (36.0, 44.5)
NOTICES, ZONES = 9_900, 100
AIRCRAFT = 20_000
ROUNDS = 20
PERIOD_S = 5


def measure(rounds: int = ROUNDS, aircraft: int = AIRCRAFT, notices: int = NOTICES) -> dict[str, Any]:
    """Run the benchmark.

    Args:
        rounds: how often every aircraft says where it is.
        aircraft: how many there are.
        notices: how many live volumes beside the zones.

    Returns:
        A row for each mix, fit for JSON.
    """
    return {
        "name": "tracks",
        "live_volumes": notices + ZONES,
        "rows": [_row(mix, rounds, aircraft, notices) for mix in ("quiet", "busy")],
    }


def _row(mix: str, rounds: int, aircraft: int, notices: int) -> dict[str, Any]:
    chance = random.Random(1)  # noqa: S311 - the same dice each time
    tracking = Tracking(GridPositionIndex())
    window = Window(start_ms=NOON_MS - HOUR_MS, end_ms=NOON_MS + HOUR_MS)
    held = [_area(chance) for _ in range(notices)]
    zones = [_area(chance) for _ in range(ZONES)] if mix == "busy" else held[:ZONES]
    tracking.set_zones(
        Zone(name=f"Z{n}", volumes=(Volume5(shape=shape_of(area), band=UNLIMITED, window=None),))
        for n, area in enumerate(zones)
    )
    began = process_time()
    tracking.set_notices(
        [
            NoticeVolume(
                id=f"N{n}",
                name=f"N{n}",
                volumes=(Volume5(shape=shape_of(area), band=UNLIMITED, window=window),),
            )
            for n, area in enumerate(held)
        ]
    )
    load_s = process_time() - began
    decode_s = track_s = 0.0
    reports = 0
    size = 0
    for n, document in enumerate(_documents(rounds + 1, aircraft)):
        began = process_time()
        positions = read_aircraft(document, NOON_MS, 1, Refusals())
        between = process_time()
        tracking.take(positions, NOON_MS + n * PERIOD_S * 1_000)
        tracking.changed()
        if n > 0:  # the first round fills the index and names the tracks
            decode_s += between - began
            track_s += process_time() - between
            reports += len(positions)
            size += len(document)
    return {
        "mix": mix,
        "reports": reports,
        "bytes_a_report": round(size / reports),
        "load_s": round(load_s, 2),
        "reports_a_second": round(reports / (decode_s + track_s)),
        "without_json": round(reports / track_s),
        "json_alone": round(reports / decode_s),
        "open_drafts": tracking.open_drafts,
    }


def _documents(rounds: int, aircraft: int) -> Iterator[bytes]:
    dice = np.random.default_rng(2)
    lat_deg, lon_deg = dice.uniform(*LAT, aircraft), dice.uniform(*LON, aircraft)
    course_deg, speed_kn = dice.uniform(0, 360, aircraft), dice.uniform(90, 480, aircraft)
    for n in range(rounds):
        now_s = NOON_MS / 1_000 + n * PERIOD_S
        rows = [
            {
                "hex": f"{4_000_000 + k:06x}",
                "type": "adsb_icao",
                "flight": f"TEST{k:04d}",
                "alt_baro": 10_000 + k % 30_000,
                "alt_geom": 10_225 + k % 30_000,
                "gs": round(float(speed_kn[k]), 1),
                "track": round(float(course_deg[k]), 2),
                "baro_rate": 64,
                "squawk": "1000",
                "category": "A3",
                "nav_qnh": 1013.6,
                "lat": round(float(lat_deg[k]), 6),
                "lon": round(float(lon_deg[k]), 6),
                "nic": 8,
                "rc": 186,
                "seen_pos": 0.5,
                "version": 2,
                "nac_p": 10,
                "nac_v": 2,
                "sil": 3,
                "messages": 12_345,
                "seen": 0.1,
                "rssi": -21.4,
            }
            for k in range(aircraft)
        ]
        yield json.dumps({"now": now_s, "aircraft": rows}, separators=(",", ":")).encode()
        metres = speed_kn * 0.514444 * PERIOD_S
        lat_deg = lat_deg + metres * np.cos(np.radians(course_deg)) / 111_195
        lon_deg = lon_deg + metres * np.sin(np.radians(course_deg)) / 111_195 / np.cos(np.radians(lat_deg))


def _area(chance: random.Random) -> Area:
    lat_deg, lon_deg = chance.uniform(*LAT), chance.uniform(*LON)
    radius_m = 500 * 40 ** chance.random()
    if chance.random() < 0.6:  # noqa: PLR2004 - the mix of areas
        return Circle(centre=_position(lat_deg, lon_deg), radius_mm=round(radius_m * 1_000))
    count = chance.randint(4, 12)
    ring = []
    for k in range(count):
        azimuth = 2 * pi * (k + 0.6 * chance.random()) / count
        reach_deg = radius_m * chance.uniform(0.6, 1.0) / 111_195
        ring.append(
            _position(
                lat_deg + reach_deg * cos(azimuth), lon_deg + reach_deg * sin(azimuth) / cos(radians(lat_deg))
            )
        )
    area = Polygon(ring=tuple(ring), edges=Edges.GEODESIC)
    return area if area_fault(area) is None else _area(chance)


def _position(lat_deg: float, lon_deg: float) -> Position:
    return Position(lat_ndeg=round(lat_deg * 1e9), lon_ndeg=round(lon_deg * 1e9))


def main() -> None:
    """Print the table, or JSON."""
    found = measure()
    if "--json" in sys.argv:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['live_volumes']:,} live volumes, one core")
    print(
        f"{'mix':6} {'reports':>9} {'with JSON/s':>12} {'without/s':>11} {'JSON alone/s':>13} {'drafts':>7}"
    )
    for row in found["rows"]:
        print(
            f"{row['mix']:6} {row['reports']:>9,} {row['reports_a_second']:>12,} {row['without_json']:>11,}"
            f" {row['json_alone']:>13,} {row['open_drafts']:>7,}"
        )


if __name__ == "__main__":
    main()
