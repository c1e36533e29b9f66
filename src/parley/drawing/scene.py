"""What a picture shows."""

from msgspec import Struct

from parley.geo.ellipsoid import LatLon
from parley.words.volume import Area


class Thing(Struct, frozen=True, kw_only=True):
    """A notice, or something that it comes near.

    Attributes:
        name: what it is called.
        areas: its parts; none if only its nearest point is known.
        focus: the parts that the map must hold.
        at: where its name stands if it has no parts.
        notice: whether it is a notice.
        note: its heights and times, for the list below the map.
    """

    name: str
    areas: tuple[Area, ...]
    focus: tuple[Area, ...]
    notice: bool
    note: str
    at: LatLon | None = None


class Near(Struct, frozen=True, kw_only=True):
    """Two points that are nearest, or one common point twice.

    Attributes:
        label: the distance, as people read it: "412 m", "inside".
        first: on the notice, degrees.
        second: on the other.
        sentence: how the two meet, for the list below the map.
        names: of both things.
    """

    label: str
    first: LatLon
    second: LatLon
    sentence: str
    names: tuple[str, str]


class Scene(Struct, frozen=True, kw_only=True):
    """A whole picture.

    Attributes:
        title: what it shows, one line.
        summary: what was found, in how much, one line.
        things: notices and others.
        nears: worst first; they are numbered from 1.
        found: how many findings there are, drawn or not.
        said: sentences that stand below the map and have no place on it.
        exercise: whether it is marked EXERCISE.
        caution: who may see it; "" where nothing is private.
    """

    title: str
    summary: str
    things: tuple[Thing, ...]
    nears: tuple[Near, ...]
    found: int
    said: tuple[str, ...] = ()
    exercise: bool
    caution: str
