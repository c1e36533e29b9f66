"""Lines of latitude and longitude for a view, each with its label where it leaves the view."""

from math import ceil, floor
from typing import Final

import numpy as np
from msgspec import Struct

from parley.drawing.projection import View
from parley.geo.ellipsoid import Floats

STEPS_DEG: Final = (30.0, 15.0, 10.0, 5.0, 2.0, 1.0, *(k * 10.0**-n for n in range(1, 8) for k in (5, 2, 1)))
LINES: Final = 4
"""As many lines as fit at the least."""
SAMPLES: Final = 25
ALONG: Final = 361
_POLE_DEG: Final = 90.0
_HALF_TURN_DEG: Final = 180.0
_FULL_TURN_DEG: Final = 360.0
_ALL_ROUND_DEG: Final = 300.0


class Line(Struct, frozen=True, eq=False, kw_only=True):
    """One line.

    Attributes:
        x: pixels, like y.
        label: "33°N".
        at: where the label stands, pixels; null where it does not show.
        meridian: whether it runs north and south.
    """

    x: Floats
    y: Floats
    label: str
    at: tuple[float, float] | None
    meridian: bool


def graticule(view: View) -> list[Line]:
    """Return the lines that cross a view."""
    lat_deg, lon_deg = view.sampled(SAMPLES)
    low, high = float(lat_deg.min()), float(lat_deg.max())
    pole = _pole_seen(view)
    if pole is not None:
        low, high = min(low, pole), max(high, pole)
    middle = float(lon_deg[len(lon_deg) // 2])
    ahead = (lon_deg - middle + _HALF_TURN_DEG) % _FULL_TURN_DEG - _HALF_TURN_DEG
    around = pole is not None or float(ahead.max() - ahead.min()) > _ALL_ROUND_DEG
    lat_step = _step(high - low)
    lon_step = 30.0 if around else max(lat_step, _step(float(ahead.max() - ahead.min())))
    lons = (-150.0, 180.0) if around else (middle + float(ahead.min()), middle + float(ahead.max()))
    wide = (-180.0, 180.0) if around else (lons[0] - lon_step, lons[1] + lon_step)
    ends = max(-_POLE_DEG, low - lat_step), min(_POLE_DEG, high + lat_step)
    return [
        *(_parallel(view, lat, wide, lat_step) for lat in _ticks(low, high, lat_step)),
        *(_meridian(view, lon, ends, lon_step) for lon in _ticks(*lons, lon_step)),
    ]


def _pole_seen(view: View) -> float | None:
    """The pole that lies in the view; null if none does."""
    for pole in (_POLE_DEG, -_POLE_DEG):
        x, y = view.pixel((pole, 0.0))
        if view.left <= x <= view.right and view.top <= y <= view.bottom:
            return pole
    return None


def _step(span_deg: float) -> float:
    """The longest step that gives enough lines."""
    return next((step for step in STEPS_DEG if span_deg / step >= LINES), STEPS_DEG[-1])


def _ticks(low: float, high: float, step: float) -> list[float]:
    return [k * step for k in range(ceil(low / step), floor(high / step) + 1)]


def _parallel(view: View, lat: float, lons: tuple[float, float], step: float) -> Line:
    x, y = view.pixels(np.full(ALONG, lat), np.linspace(*lons, ALONG))
    return Line(
        x=x, y=y, label=label(lat, "NS", step), at=_leaves(view, x, y, meridian=False), meridian=False
    )


def _meridian(view: View, lon: float, lats: tuple[float, float], step: float) -> Line:
    x, y = view.pixels(np.linspace(*lats, ALONG), np.full(ALONG, lon))
    turned = (lon + _HALF_TURN_DEG) % _FULL_TURN_DEG - _HALF_TURN_DEG
    return Line(
        x=x, y=y, label=label(turned, "EW", step), at=_leaves(view, x, y, meridian=True), meridian=True
    )


def label(value_deg: float, letters: str, step_deg: float) -> str:
    """Write a degree with its hemisphere: "33.5°N"; none at the equator, Greenwich and the antimeridian."""
    decimals = next(n for n in range(9) if abs(step_deg * 10**n - round(step_deg * 10**n)) < 1e-6)  # noqa: PLR2004
    text = f"{abs(value_deg):.{decimals}f}°"
    plain = float(text[:-1]) in ({0.0, 180.0} if letters == "EW" else {0.0})
    return text if plain else text + letters[value_deg < 0]


def _leaves(view: View, x: Floats, y: Floats, *, meridian: bool) -> tuple[float, float] | None:
    """Where a line leaves the view: low for a meridian, left for a parallel; else a point of it."""
    inside = view.holds(x, y)
    if not inside.any():
        return None
    order = np.argsort(-y if meridian else x, kind="stable")
    best = next(int(k) for k in order if inside[k])
    for out in (best - 1, best + 1):
        if 0 <= out < len(x) and not inside[out]:
            return _border(view, (float(x[best]), float(y[best])), (float(x[out]), float(y[out])))
    return float(x[best]), float(y[best])


def _border(view: View, inner: tuple[float, float], outer: tuple[float, float]) -> tuple[float, float]:
    """Where the way from a point inside to one outside crosses the border."""
    share = 1.0
    for start, end, low, high in (
        (inner[0], outer[0], view.left, view.right),
        (inner[1], outer[1], view.top, view.bottom),
    ):
        if end < low:
            share = min(share, (low - start) / (end - start))
        elif end > high:
            share = min(share, (high - start) / (end - start))
    return inner[0] + share * (outer[0] - inner[0]), inner[1] + share * (outer[1] - inner[1])
