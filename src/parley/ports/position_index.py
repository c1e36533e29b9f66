"""The index of live volumes for streams: which of them hold each of many reported positions."""

from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from parley.geo.ellipsoid import Floats
from parley.geo.shape import Shape
from parley.words.volume import Band, Window


class Reports(Struct, frozen=True, eq=False, kw_only=True):
    """Many reported positions, a row each; all arrays have one length.

    Attributes:
        lat_deg: -90 to 90.
        lon_deg: -180 to 180.
        height_m: over the ellipsoid; NaN is unknown.
        at_ms: UTC milliseconds.
        error_m: the position may be this far off over the ground; 0 is taken as exact.
    """

    lat_deg: Floats
    lon_deg: Floats
    height_m: Floats
    at_ms: NDArray[np.int64]
    error_m: Floats


class LiveVolume(Protocol):
    """What is held under a key: `parley.check.volume5.Volume5`, or anything with these three."""

    @property
    def shape(self) -> Shape:
        """The area, made ready."""
        ...

    @property
    def band(self) -> Band:
        """The altitude band, over any datum."""
        ...

    @property
    def holds(self) -> Window | None:
        """When it counts; null is permanent."""
        ...


class PositionIndex(Protocol):
    """Holds volumes under keys, and says which of them hold each report.

    Guarantees: exact, as `parley.geo.distance.gap_within` with limit 0 is: none missed, none added. A
    report lies inside when its area of error comes to the area of the volume, its time within the window
    and its height within the band; boundaries count as inside. An unknown height lies within any band, and
    a band over another datum is as wide as it may be (`parley.geo.altitude`). One owner: calls must not
    overlap.
    """

    def put(self, key: int, volume: LiveVolume) -> None:
        """Hold a volume under a key from 0 to 2**63 - 1, or replace it."""
        ...

    def remove(self, key: int) -> None:
        """Forget a key; an unknown one is passed over."""
        ...

    def inside(self, reports: Reports) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Every pair of a report and a volume that holds it: row numbers and keys, of equal length.

        Rows ascend; the keys of one row are in no order.

        Raises:
            InputError: `report-out-of-range` names the first row with a position that is none, an error
                that is negative or not a number, or arrays of different lengths.
        """
        ...
