"""A volume made ready: its shape, band and window, and the five-dimensional box that an index holds."""

from typing import Final

from msgspec import Struct

from parley.check.model import Separation
from parley.geo.altitude import band_range_mm
from parley.geo.box import Box3, Box5
from parley.geo.distance import tolerance_m
from parley.geo.shape import Shape
from parley.geo.times import gap_ms
from parley.words.volume import Band, Window

_ORIGIN_MS: Final = 1_767_225_600_000
"""2026-01-01T00:00Z. Times in the index count from here, so that 32-bit floats stay fine-grained."""
_ALWAYS_S: Final = 1e12
"""Far beyond year 9999: the ends of a permanent window."""
_ROUNDING: Final = 0.001
"""Metres or seconds: far more than doubles lose on the way from millimetres and milliseconds."""
FOREVER_MS: Final = 2**53
"""The end of a window that has none."""


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
    def holds(self) -> Window | None:
        """When it counts: the window, or all that follows its start; null is permanent."""
        return unended(self.window) if self.window is not None and self.open_ended else self.window


def box_of(volume: Volume5) -> Box5:
    """The box that surely contains a volume."""
    return box5(volume.shape.box, volume.band, volume.holds)


def search_box(volume: Volume5, separation: Separation) -> Box5:
    """The box that meets the box of every volume within the separation."""
    return grown(box_of(volume), separation, volume.shape.radius_m)


def unended(window: Window) -> Window:
    """All that follows the start of a window."""
    return Window(start_ms=window.start_ms, end_ms=FOREVER_MS)


def box5(box: Box3, band: Band, holds: Window | None) -> Box5:
    """The box of an area, with the heights and times between which a volume surely lies."""
    if holds is None:
        start_s, end_s = -_ALWAYS_S, _ALWAYS_S
    else:
        start_s, end_s = (holds.start_ms - _ORIGIN_MS) / 1e3, (holds.end_ms - _ORIGIN_MS) / 1e3
    low_mm, high_mm = band_range_mm(band)
    return Box5(*box, start_s, end_s, low_mm / 1e3, high_mm / 1e3)


def grown(box: Box5, separation: Separation, radius_m: float) -> Box5:
    """A box that meets the box of every volume within the separation of what lies in the one given.

    The straight line between two points is never longer than the geodesic, so growing by the
    horizontal separation misses nothing.

    Args:
        box: of the volume that is checked.
        separation: how far apart things must stay.
        radius_m: of its area, if it is a disc or a corridor, otherwise 0.
    """
    grow_m = separation.horizontal_m + 2 * tolerance_m(separation.horizontal_m + radius_m)
    grow_s, grow_h_m = separation.time_s + _ROUNDING, separation.vertical_m + _ROUNDING
    x_low, x_high, y_low, y_high, z_low, z_high, t_low, t_high, h_low, h_high = box
    return Box5(
        x_low - grow_m,
        x_high + grow_m,
        y_low - grow_m,
        y_high + grow_m,
        z_low - grow_m,
        z_high + grow_m,
        t_low - grow_s,
        t_high + grow_s,
        h_low - grow_h_m,
        h_high + grow_h_m,
    )


def time_gap_ms(first: Volume5, second: Volume5) -> int:
    """The gap between two time windows, milliseconds; 0 if they overlap or touch."""
    a, b = first.holds, second.holds
    return 0 if a is None or b is None else gap_ms(a, b)
