"""Simulated volumes: the same for everybody, from a fixed seed; nobody's positions.

60 % circles, 40 % polygons of 4 to 12 vertices, 0.5 to 50 km across (evenly by the logarithm), geodesic
edges. A quarter lies in Syria, 3 % round the poles and along the antimeridian, the rest evenly over the
Earth. Windows of 10 minutes to 24 hours begin within 30 days; bands of 300 m to 3 km stand on floors of
0 to 10 km over the ellipsoid.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from parley.geo.ellipsoid import A_M, F
from parley.words.codes import Datum, Edges, LengthUnit
from parley.words.volume import Altitude, Area, Band, Circle, Polygon, Position, Volume, Window

START_MS: Final = 1_796_083_200_000
"""2026-12-01T00:00Z."""
DAY_MS: Final = 86_400_000
DAYS: Final = 30
SYRIA: Final = (32.3, 37.3, 35.7, 42.4)
"""Latitudes and longitudes between which a country lies, degrees."""
VERTICES_MAX: Final = 12
CHUNK: Final = 20_000
_WGS84: Final = Geod(a=A_M, f=F)
Floats = NDArray[np.float64]


def volumes(count: int, seed: int, *, home: str = "mixed", live_ms: int | None = None) -> Iterator[Volume]:
    """Draw volumes one after the other.

    Args:
        count: how many.
        seed: the same seed gives the same volumes.
        home: "mixed" as described above, or "syria": all of them there.
        live_ms: if given, every window holds this time.
    """
    dice = np.random.default_rng(seed)
    for first in range(0, count, CHUNK):
        yield from _chunk(dice, min(CHUNK, count - first), home, live_ms)


def places(dice: np.random.Generator, count: int, home: str) -> tuple[Floats, Floats]:
    """Latitudes and longitudes, degrees."""
    lat = np.degrees(np.arcsin(dice.uniform(-1, 1, count)))
    lon = dice.uniform(-180, 180, count)
    where = np.zeros(count) if home == "syria" else dice.random(count)
    syria = where < 0.25  # noqa: PLR2004 - a quarter
    lat[syria] = dice.uniform(*SYRIA[:2], int(syria.sum()))
    lon[syria] = dice.uniform(*SYRIA[2:], int(syria.sum()))
    poles = (where >= 0.25) & (where < 0.265)  # noqa: PLR2004 - half of 3 %
    lat[poles] = np.sign(lat[poles]) * dice.uniform(89, 90, int(poles.sum()))
    seam = (where >= 0.265) & (where < 0.28)  # noqa: PLR2004 - the other half
    lon[seam] = np.sign(lon[seam]) * dice.uniform(179.8, 180, int(seam.sum()))
    return lat, lon


def _chunk(dice: np.random.Generator, count: int, home: str, live_ms: int | None) -> Iterator[Volume]:
    lat, lon = places(dice, count, home)
    radius_m = 250 * 100 ** dice.random(count)
    polygon = dice.random(count) < 0.4  # noqa: PLR2004 - 40 %
    polygon &= np.radians(90 - np.abs(lat)) * 6.3e6 > 1.1 * radius_m  # over a pole: a circle
    corners = dice.integers(4, VERTICES_MAX + 1, count)
    rings_lat, rings_lon = _rings(dice, lat, lon, radius_m, corners)
    long_ms = dice.integers(600_000, DAY_MS + 1, count)
    begin_ms = START_MS + dice.integers(0, DAYS * DAY_MS, count)
    if live_ms is not None:
        begin_ms = live_ms - (dice.random(count) * long_ms).astype(np.int64)
    floor_mm = dice.integers(0, 10_000_001, count)
    thick_mm = dice.integers(300_000, 3_000_001, count)
    for k in range(count):
        area: Area = Circle(centre=position(lat[k], lon[k]), radius_mm=round(radius_m[k] * 1e3))
        if polygon[k]:
            ring = zip(rings_lat[k, : corners[k]], rings_lon[k, : corners[k]], strict=True)
            area = Polygon(ring=tuple(position(*vertex) for vertex in ring), edges=Edges.GEODESIC)
        yield Volume(
            area=area,
            band=Band(floor=_altitude(floor_mm[k]), ceiling=_altitude(floor_mm[k] + thick_mm[k])),
            window=Window(start_ms=int(begin_ms[k]), end_ms=int(begin_ms[k] + long_ms[k])),
        )


def _rings(
    dice: np.random.Generator, lat: Floats, lon: Floats, radius_m: Floats, corners: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Stars: vertices seen in order from the middle, never half a turn apart, so no edges cross."""
    shape = (len(lat), VERTICES_MAX)
    turn_deg = 360 * (np.arange(VERTICES_MAX) + dice.uniform(0.1, 0.9, shape)) / corners[:, None]
    away_m = radius_m[:, None] * dice.uniform(0.4, 1.0, shape)
    from_lon, from_lat = (np.repeat(each, VERTICES_MAX) for each in (lon, lat))
    to_lon, to_lat, _ = _WGS84.fwd(from_lon, from_lat, turn_deg.ravel(), away_m.ravel())
    return to_lat.reshape(shape), to_lon.reshape(shape)


def position(lat_deg: float, lon_deg: float) -> Position:
    """A plotted position, to the nanodegree."""
    return Position(lat_ndeg=round(lat_deg * 1e9), lon_ndeg=round(lon_deg * 1e9))


def _altitude(value_mm: int) -> Altitude:
    return Altitude(value_mm=int(value_mm), unit=LengthUnit.METRE, datum=Datum.ELLIPSOID)
