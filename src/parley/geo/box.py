"""The five-dimensional box that a volume index holds: Earth-centred x, y, z, time, altitude."""

from typing import NamedTuple


class Box5(NamedTuple):
    """An axis-parallel box that surely contains a volume: metres, seconds, metres."""

    x_low_m: float
    x_high_m: float
    y_low_m: float
    y_high_m: float
    z_low_m: float
    z_high_m: float
    t_low_s: float
    t_high_s: float
    h_low_m: float
    h_high_m: float


class Box3(NamedTuple):
    """The part of a box in Earth-centred space, metres."""

    x_low_m: float
    x_high_m: float
    y_low_m: float
    y_high_m: float
    z_low_m: float
    z_high_m: float
