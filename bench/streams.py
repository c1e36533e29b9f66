"""How many reported positions a second go through the index of live volumes, on one core.

10,000 live volumes and all reports in one country (`simulated`, "syria"), heights from 0 to 12 km, a tenth
unknown, errors of 30 m. Counted by processor time, so that other work on the machine changes little. With
decoding: lines of JSON, one report each, as they come off a wire.
"""

from time import perf_counter, process_time
from typing import Any, Final

import msgspec
import numpy as np
import psutil
from bench.simulated import DAY_MS, START_MS, places, volumes

from parley.adapters.position_index import GridPositionIndex
from parley.check.volume5 import Volume5
from parley.geo.shape import shape_of
from parley.ports.position_index import Reports

LIVE: Final = 10_000
REPORTS: Final = 200_000
BATCH: Final = 50_000
NOW_MS: Final = START_MS + 10 * DAY_MS


class Said(msgspec.Struct, gc=False):
    """One report on the wire."""

    lat: float
    lon: float
    height: float | None
    at: int
    error: float


def measure(live: int = LIVE, count: int = REPORTS, rounds: int = 3) -> dict[str, Any]:
    """Put volumes, stream reports, and count.

    Returns:
        Reports a second of processor time with and without decoding (the best of `rounds`), hits a report,
        microseconds to put a volume, and the memory that the index takes (10^6 bytes).
    """
    process = psutil.Process()
    held = [
        Volume5(shape=shape_of(each.area), band=each.band, window=each.window)
        for each in volumes(live, 3, home="syria", live_ms=NOW_MS)
    ]
    before_bytes = process.memory_info().rss
    index = GridPositionIndex()
    began = perf_counter()
    for key, each in enumerate(held):
        index.put(key, each)
    put_us = (perf_counter() - began) / live * 1e6
    lines = _lines(count)
    batches = [_reports(lines[first : first + BATCH]) for first in range(0, count, BATCH)]
    began = perf_counter()
    index.inside(batches[0])
    first_s = perf_counter() - began
    plain_s, decoded_s, hits = [], [], 0
    for _ in range(rounds):
        began = process_time()
        hits = sum(len(index.inside(batch)[0]) for batch in batches)
        plain_s.append(process_time() - began)
        began = process_time()
        for first in range(0, count, BATCH):
            index.inside(_reports(lines[first : first + BATCH]))
        decoded_s.append(process_time() - began)
    return {
        "live": live,
        "reports_per_s": round(count / min(plain_s)),
        "decoded_reports_per_s": round(count / min(decoded_s)),
        "hits_per_report": round(hits / count, 2),
        "put_us": round(put_us, 1),
        "first_use_s": round(first_s, 2),
        "memory_mb": round((process.memory_info().rss - before_bytes) / 1e6),
    }


def _lines(count: int) -> list[bytes]:
    dice = np.random.default_rng(5)
    lat, lon = places(dice, count, "syria")
    height = dice.uniform(0, 12_000, count)
    unknown = dice.random(count) < 0.1  # noqa: PLR2004 - a tenth
    at = NOW_MS + dice.integers(-1_000, 1_000, count)
    return [
        msgspec.json.encode(
            Said(
                lat=round(float(lat[k]), 6),
                lon=round(float(lon[k]), 6),
                height=None if unknown[k] else round(float(height[k]), 1),
                at=int(at[k]),
                error=30.0,
            )
        )
        for k in range(count)
    ]


def _reports(lines: list[bytes]) -> Reports:
    said = msgspec.json.Decoder(list[Said]).decode(b"[" + b",".join(lines) + b"]")
    count = len(said)
    nan = float("nan")
    heights = (nan if each.height is None else each.height for each in said)
    return Reports(
        lat_deg=np.fromiter((each.lat for each in said), np.float64, count),
        lon_deg=np.fromiter((each.lon for each in said), np.float64, count),
        height_m=np.fromiter(heights, np.float64, count),
        at_ms=np.fromiter((each.at for each in said), np.int64, count),
        error_m=np.fromiter((each.error for each in said), np.float64, count),
    )
