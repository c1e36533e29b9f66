"""A volume made ready: its shape, band and window, and the five-dimensional box that an index holds."""

from typing import Final

from msgspec import Struct

from parley.check.model import Separation
from parley.geo.altitude import band_range_mm
from parley.geo.box import Box5
from parley.geo.distance import tolerance_m
from parley.geo.shape import Disc, Shape
from parley.words.units import TimeMs
from parley.words.volume import Band, Window

_ORIGIN_MS: Final = 1_767_225_600_000
"""2026-01-01T00:00Z. Times in the index count from here, so that 32-bit floats stay fine-grained."""
_ALWAYS_S: Final = 1e12
"""Far beyond year 9999: the ends of a permanent window."""
_ROUNDING: Final = 0.001
"""Metres or seconds: far more than doubles lose on the way from millimetres and milliseconds."""
_FOREVER_MS: Final = 2**53


class Volume5(Struct, frozen=True, eq=False, kw_only=True):
    """A volume ready to be compared.

    Attributes:
        shape: its area.
        band: its altitude band; unlimited when it is unknown, so that nothing is missed.
        window: its time window; null is permanent.
        open_ended: the window has a start and no end: presumed active until told otherwise (rule 8).
    """

    shape: Shape
    band: Band
    window: Window | None
    open_ended: bool = False

    @property
    def times_ms(self) -> tuple[TimeMs, TimeMs] | None:
        """Start and end; null is permanent."""
        if self.window is None:
            return None
        end_ms = _FOREVER_MS if self.open_ended else self.window.end_ms
        return self.window.start_ms, end_ms


def box_of(volume: Volume5) -> Box5:
    """The box that surely contains a volume."""
    return _box(volume, 0.0, 0.0, 0.0)


def search_box(volume: Volume5, separation: Separation) -> Box5:
    """The box that meets the box of every volume within the separation.

    The straight line between two points is never longer than the geodesic, so growing by the
    horizontal separation misses nothing.
    """
    shape = volume.shape
    reach_m = separation.horizontal_m + (shape.radius_m if isinstance(shape, Disc) else 0.0)
    grow_m = separation.horizontal_m + 2 * tolerance_m(reach_m)
    return _box(volume, grow_m, separation.vertical_m + _ROUNDING, separation.time_s + _ROUNDING)


def _box(volume: Volume5, grow_m: float, grow_h_m: float, grow_t_s: float) -> Box5:
    x_low, x_high, y_low, y_high, z_low, z_high = volume.shape.box
    times_ms = volume.times_ms
    if times_ms is None:
        start_s, end_s = -_ALWAYS_S, _ALWAYS_S
    else:
        start_s, end_s = (times_ms[0] - _ORIGIN_MS) / 1e3, (times_ms[1] - _ORIGIN_MS) / 1e3
    low_mm, high_mm = band_range_mm(volume.band)
    return Box5(
        x_low - grow_m,
        x_high + grow_m,
        y_low - grow_m,
        y_high + grow_m,
        z_low - grow_m,
        z_high + grow_m,
        start_s - grow_t_s,
        end_s + grow_t_s,
        low_mm / 1e3 - grow_h_m,
        high_mm / 1e3 + grow_h_m,
    )


def time_gap_ms(first: Volume5, second: Volume5) -> int:
    """The gap between two time windows, milliseconds; 0 if they overlap or touch."""
    a, b = first.times_ms, second.times_ms
    if a is None or b is None:
        return 0
    return max(0, b[0] - a[1], a[0] - b[1])
