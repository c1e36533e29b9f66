"""The WGS 84 ellipsoid: constants, Earth-centred coordinates, and geodesics between two points.

Source of the constants: NGA.STND.0036, "World Geodetic System 1984", version 1.0.0, table 3.1.
Geodesics: C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87 (2013), as compiled in PROJ. The
tests compare with geographiclib, an independent build of the same theory (docs/decisions/0002).
"""

from math import asin, cos, degrees, hypot, radians, sin, sqrt
from math import atan2 as _atan2
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

Floats = NDArray[np.float64]
LatLon = tuple[float, float]
"""Latitude and longitude, degrees."""

A_M: Final = 6_378_137.0
"""Equatorial radius, metres."""
F: Final = 1 / 298.257223563
"""Flattening."""
B_M: Final = A_M * (1 - F)
"""Polar radius, metres."""
E2: Final = F * (2 - F)
"""Eccentricity squared."""
RADIUS_MIN_M: Final = B_M * B_M / A_M
"""Smallest radius of curvature of a normal section: along the meridian, at the equator."""
RADIUS_MAX_M: Final = A_M * A_M / B_M
"""Largest radius of curvature: at the poles."""
RADIUS_MEAN_M: Final = (2 * A_M + B_M) / 3

_WGS84: Final = Geod(a=A_M, f=F)


def ecef(lat_deg: Floats, lon_deg: Floats) -> Floats:
    """Earth-centred coordinates of points on the ellipsoid.

    Args:
        lat_deg: geodetic latitudes, degrees, shape (n,).
        lon_deg: longitudes, degrees, shape (n,).

    Returns:
        x, y, z in metres, shape (n, 3). Formula: NGA.STND.0036, equation 4-14, at height 0.
    """
    lat_rad = np.radians(lat_deg)
    lon_rad = np.radians(lon_deg)
    sin_lat = np.sin(lat_rad)
    normal_m = A_M / np.sqrt(1 - E2 * sin_lat * sin_lat)
    ring_m = normal_m * np.cos(lat_rad)
    out = np.empty((len(lat_rad), 3))
    out[:, 0] = ring_m * np.cos(lon_rad)
    out[:, 1] = ring_m * np.sin(lon_rad)
    out[:, 2] = normal_m * (1 - E2) * sin_lat
    return out


def ecef_point(lat_deg: float, lon_deg: float) -> tuple[float, float, float]:
    """As `ecef`, for one point and without arrays: x, y, z in metres."""
    lat_rad = radians(lat_deg)
    lon_rad = radians(lon_deg)
    sin_lat = sin(lat_rad)
    normal_m = A_M / sqrt(1 - E2 * sin_lat * sin_lat)
    ring_m = normal_m * cos(lat_rad)
    return ring_m * cos(lon_rad), ring_m * sin(lon_rad), normal_m * (1 - E2) * sin_lat


def lat_lon(x_m: float, y_m: float, z_m: float) -> LatLon:
    """Latitude and longitude, degrees, of an Earth-centred point that lies on the ellipsoid."""
    return degrees(_atan2(z_m, (1 - E2) * hypot(x_m, y_m))), degrees(_atan2(y_m, x_m))


def inverse(start: LatLon, end: LatLon) -> tuple[float, float]:
    """The shortest path over the ellipsoid.

    Returns:
        Its length in metres, and its azimuth at `start`, degrees clockwise from north.
    """
    azimuth_deg, _, length_m = _WGS84.inv(start[1], start[0], end[1], end[0])
    return float(length_m), float(azimuth_deg)


def direct(start: LatLon, azimuth_deg: float, length_m: float) -> LatLon:
    """Where one arrives after `length_m` metres from `start` along a geodesic."""
    lon_deg, lat_deg, _ = _WGS84.fwd(start[1], start[0], azimuth_deg, length_m)
    return float(lat_deg), float(lon_deg)


def inverse_many(start: LatLon, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
    """As `inverse`, from one start to many ends: lengths in metres, azimuths at the start in degrees."""
    starts = np.full(len(lat_deg), start[1]), np.full(len(lat_deg), start[0])
    azimuth_deg, _, length_m = _WGS84.inv(*starts, lon_deg, lat_deg)
    return np.asarray(length_m), np.asarray(azimuth_deg)


def direct_many(start: LatLon, azimuth_deg: Floats, length_m: Floats) -> tuple[Floats, Floats]:
    """As `direct`, from one start: latitudes and longitudes, degrees."""
    starts = np.full(len(length_m), start[1]), np.full(len(length_m), start[0])
    lon_deg, lat_deg, _ = _WGS84.fwd(*starts, azimuth_deg, length_m)
    return np.asarray(lat_deg), np.asarray(lon_deg)


def between(start: LatLon, end: LatLon, pieces: int) -> list[LatLon]:
    """The points that cut the geodesic from `start` to `end` into `pieces` equal parts, ends left out."""
    if pieces <= 1:
        return []
    cut = _WGS84.npts(start[1], start[0], end[1], end[0], pieces - 1)
    return [(float(lat_deg), float(lon_deg)) for lon_deg, lat_deg in cut]


def ring_area_m2(ring: list[LatLon]) -> tuple[float, float]:
    """The area, square metres and without sign, and the perimeter, metres, of a ring of geodesics."""
    lats_deg, lons_deg = zip(*ring, strict=True)
    area_m2, perimeter_m = _WGS84.polygon_area_perimeter(lons_deg, lats_deg)
    return abs(float(area_m2)), float(perimeter_m)


def arc_m(chord_m: float, radius_m: float) -> float:
    """The arc over a chord on a circle of the given radius, metres; half the circle if longer."""
    return 2 * radius_m * asin(min(1.0, chord_m / (2 * radius_m)))


def longest_arc_m(chord_m: float) -> float:
    """An upper bound of the geodesic between two points of the ellipsoid `chord_m` apart.

    A geodesic curves at least as little as 1/RADIUS_MAX_M and at most as 1/RADIUS_MIN_M, so its length
    lies between the arcs over the same chord on circles of those two radii (exact to well below a
    micrometre within 1,000 km; the nearly antipodal case is left to the caller).
    """
    return arc_m(chord_m, RADIUS_MIN_M)
