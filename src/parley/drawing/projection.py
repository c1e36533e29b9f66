"""A map round one point: azimuthal and equidistant, on the ellipsoid.

Every place lies at its geodesic distance and azimuth from the centre, so distances from the centre are
exact, poles and the antimeridian are places like any other, and only the far side of the Earth is stretched.
"""

from typing import Final

import numpy as np

from parley.geo.ellipsoid import Floats, LatLon, direct_many, inverse_many

FARTHEST_M: Final = 20_003_931.0
"""Half a meridian: no place is farther away."""


class Projection:
    """Places to metres east and north of a centre, and back.

    Args:
        centre: degrees.
    """

    def __init__(self, centre: LatLon) -> None:
        self.centre: Final = centre

    def plane(self, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
        """Metres east and north."""
        length_m, azimuth_deg = inverse_many(self.centre, lat_deg, lon_deg)
        azimuth_rad = np.radians(azimuth_deg)
        return length_m * np.sin(azimuth_rad), length_m * np.cos(azimuth_rad)

    def places(self, east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
        """Latitude and longitude, degrees; what lies beyond the far side is brought to it."""
        length_m = np.minimum(np.hypot(east_m, north_m), FARTHEST_M)
        return direct_many(self.centre, np.degrees(np.arctan2(east_m, north_m)), length_m)


class View:
    """A rectangle of a map, drawn in pixels; y grows downward.

    Args:
        projection: the map.
        middle_m: what stands in the middle of the rectangle, metres east and north.
        metres_a_pixel: the scale.
        left: of the rectangle, pixels, like the three that follow.
    """

    def __init__(
        self,
        projection: Projection,
        middle_m: tuple[float, float],
        metres_a_pixel: float,
        box: tuple[float, float, float, float],
    ) -> None:
        self.projection: Final = projection
        self.middle_m: Final = middle_m
        self.metres_a_pixel: Final = metres_a_pixel
        self.left, self.top, self.width, self.height = box

    @property
    def right(self) -> float:
        """The right side, pixels."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower side, pixels."""
        return self.top + self.height

    def pixels(self, lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
        """Where places stand."""
        east_m, north_m = self.projection.plane(lat_deg, lon_deg)
        x = self.left + self.width / 2 + (east_m - self.middle_m[0]) / self.metres_a_pixel
        y = self.top + self.height / 2 - (north_m - self.middle_m[1]) / self.metres_a_pixel
        return x, y

    def pixel(self, at: LatLon) -> tuple[float, float]:
        """Where one place stands."""
        x, y = self.pixels(np.array([at[0]]), np.array([at[1]]))
        return float(x[0]), float(y[0])

    def holds(self, x: Floats, y: Floats) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Whether pixels lie in the rectangle."""
        inside: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
            (self.left <= x) & (x <= self.right) & (self.top <= y) & (y <= self.bottom)
        )
        return inside

    def sampled(self, count: int) -> tuple[Floats, Floats]:
        """Places of a grid of `count` by `count` pixels over the rectangle."""
        across = np.linspace(-0.5, 0.5, count)
        x, y = np.meshgrid(across * self.width, across * self.height)
        east_m = self.middle_m[0] + x.ravel() * self.metres_a_pixel
        north_m = self.middle_m[1] + y.ravel() * self.metres_a_pixel
        return self.projection.places(east_m, north_m)
