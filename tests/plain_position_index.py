"""The port `PositionIndex`, one pair after the other: slow, plain, and what the tests compare with."""

import numpy as np
from numpy.typing import NDArray

from parley.geo.altitude import band_range_mm
from parley.geo.distance import gap_within
from parley.geo.shape import disc_of
from parley.geo.times import gap_ms
from parley.ports.position_index import LiveVolume, Reports
from parley.words.volume import Window


class PlainPositionIndex:
    """Asks every volume about every report."""

    def __init__(self) -> None:
        self._volumes: dict[int, LiveVolume] = {}

    def put(self, key: int, volume: LiveVolume) -> None:
        self._volumes[key] = volume

    def remove(self, key: int) -> None:
        self._volumes.pop(key, None)

    def inside(self, reports: Reports) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        pairs = [
            (row, key)
            for row in range(len(reports.lat_deg))
            for key, volume in self._volumes.items()
            if _holds(volume, reports, row)
        ]
        rows, keys = zip(*pairs, strict=True) if pairs else ((), ())
        return np.array(rows, np.intp), np.array(keys, np.int64)


def _holds(volume: LiveVolume, reports: Reports, row: int) -> bool:
    at_ms, height_mm = int(reports.at_ms[row]), float(reports.height_m[row]) * 1_000
    holds = volume.holds
    if holds is not None and gap_ms(holds, Window(start_ms=at_ms, end_ms=at_ms)) > 0:
        return False
    low_mm, high_mm = band_range_mm(volume.band)
    if height_mm < low_mm or height_mm > high_mm:
        return False
    disc = disc_of(float(reports.lat_deg[row]), float(reports.lon_deg[row]), float(reports.error_m[row]))
    return gap_within(disc, volume.shape, 0.0) is not None
