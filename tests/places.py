"""Builders of areas and volumes for tests of the geometry and the check, and an independent truth.

The truth uses geographiclib's geodesics alone: no Earth-centred kernel, no planes, no index.
"""

from collections.abc import Callable, Sequence
from math import cos, pi, radians, sin

from geographiclib.geodesic import Geodesic

from parley.words.codes import Datum, Edges, LengthUnit
from parley.words.volume import Altitude, Area, Band, Circle, Polygon, Position, Volume, Window

NOON_MS = 1_795_003_200_000
HOUR_MS = 3_600_000
LatLon = tuple[float, float]
_WGS84 = Geodesic.WGS84
_GOLDEN = 0.6180339887498949


def position(lat_deg: float, lon_deg: float) -> Position:
    lon_ndeg = round(lon_deg * 1e9)
    return Position(
        lat_ndeg=round(lat_deg * 1e9), lon_ndeg=(lon_ndeg + 180 * 10**9) % (360 * 10**9) - 180 * 10**9
    )


def circle(lat_deg: float, lon_deg: float, radius_m: float) -> Circle:
    return Circle(centre=position(lat_deg, lon_deg), radius_mm=round(radius_m * 1000))


def polygon(*vertices: LatLon, edges: Edges = Edges.GEODESIC) -> Polygon:
    return Polygon(ring=tuple(position(*vertex) for vertex in vertices), edges=edges)


def altitude(metres: float, datum: Datum = Datum.MEAN_SEA_LEVEL) -> Altitude:
    return Altitude(value_mm=round(metres * 1000), unit=LengthUnit.METRE, datum=datum)


def band(floor_m: float | None, ceiling_m: float | None, datum: Datum = Datum.MEAN_SEA_LEVEL) -> Band:
    return Band(
        floor=None if floor_m is None else altitude(floor_m, datum),
        ceiling=None if ceiling_m is None else altitude(ceiling_m, datum),
    )


def window(start_h: float, end_h: float) -> Window:
    return Window(start_ms=NOON_MS + round(start_h * HOUR_MS), end_ms=NOON_MS + round(end_h * HOUR_MS))


def volume(area: Area, heights: Band | None = None, times: Window | None = None) -> Volume:
    return Volume(area=area, band=heights or band(None, None), window=times or window(0, 1))


def degrees(at: Position) -> LatLon:
    return at.lat_ndeg / 1e9, at.lon_ndeg / 1e9


def walk(start: LatLon, azimuth_deg: float, length_m: float) -> LatLon:
    found = _WGS84.Direct(*start, azimuth_deg, length_m)
    return found["lat2"], found["lon2"]


def star(centre: LatLon, azimuths_deg: Sequence[float], lengths_m: Sequence[float]) -> Polygon:
    """A polygon whose vertices are seen from `centre` in the given order."""
    return polygon(*(walk(centre, a, s) for a, s in zip(azimuths_deg, lengths_m, strict=True)))


def true_distance(a: LatLon, b: LatLon) -> float:
    return float(_WGS84.Inverse(*a, *b)["s12"])


def edge_paths(area: Polygon) -> list[Callable[[float], LatLon]]:
    """Each edge as a function from 0..1 to a point, following what `edges` means."""
    ring = [degrees(p) for p in area.ring]
    paths: list[Callable[[float], LatLon]] = []
    for start, end in zip(ring, ring[1:] + ring[:1], strict=True):
        if area.edges is Edges.GEODESIC:
            line = _WGS84.InverseLine(*start, *end)

            def geodesic(t: float, line: object = line) -> LatLon:
                found = line.Position(line.s13 * t)  # type: ignore[attr-defined]
                return found["lat2"], found["lon2"]

            paths.append(geodesic)
        else:
            turn = (end[1] - start[1] + 180) % 360 - 180

            def straight(
                t: float, start: LatLon = start, climb: float = end[0] - start[0], turn: float = turn
            ) -> LatLon:
                return start[0] + climb * t, start[1] + turn * t

            paths.append(straight)
    return paths


def _least(function: Callable[[float], float], samples: int = 12) -> tuple[float, float]:
    """The least value on 0..1 and where: samples, then golden section."""
    values = [function(k / samples) for k in range(samples + 1)]
    best = min(range(samples + 1), key=values.__getitem__)
    low, high = max(0, best - 1) / samples, min(samples, best + 1) / samples
    while high - low > 1e-9:
        a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if function(a) < function(b):
            high = b
        else:
            low = a
    middle = (low + high) / 2
    return min((function(middle), middle), (values[best], best / samples))


def true_outline_distance(point: LatLon, area: Polygon) -> float:
    """From a point to the nearest edge, metres."""
    return min(_least(lambda t, path=path: true_distance(point, path(t)))[0] for path in edge_paths(area))  # type: ignore[misc]


def true_inside(point: LatLon, area: Polygon, samples: int = 200) -> bool:
    """Whether the outline winds round a point, by azimuths seen from it."""
    bearings = [
        _WGS84.Inverse(*point, *path(k / samples))["azi1"]
        for path in edge_paths(area)
        for k in range(samples)
    ]
    turned = sum(
        (after - before + 180) % 360 - 180
        for before, after in zip(bearings, bearings[1:] + bearings[:1], strict=True)
    )
    return bool(abs(turned) > 180)


def regular(centre: LatLon, count: int, radius_m: float, edges: Edges = Edges.GEODESIC) -> Polygon:
    """A small regular polygon, laid out in longitude and latitude."""
    lat, lon = centre
    reach = radius_m / 111_000
    return polygon(
        *(
            (lat + reach * cos(2 * pi * k / count), lon + reach * sin(2 * pi * k / count) / cos(radians(lat)))
            for k in range(count)
        ),
        edges=edges,
    )
