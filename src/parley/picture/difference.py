"""What an import would change in a layer, item by item: so that a person sees it before it happens."""

from collections.abc import Iterable, Sequence
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.geo.ellipsoid import LatLon, inverse
from parley.picture.model import OwnItem
from parley.words.volume import Area, Circle, Corridor, MultiPolygon, Polygon, positions_of

FAR_M: Final = 1_000.0
"""A position that moves farther than this counts for `large`."""
LARGE_SHARE: Final = 0.2
"""So many of the held items, removed or moved far, make a change large."""
_FIELDS: Final = ("name", "kind", "band", "window", "interest")
_STILL_M: Final = 0.0005


class Named(Struct, frozen=True):
    """An item that is added or removed."""

    id: str
    name: str


class Moved(Struct, frozen=True):
    """An item whose position changes, by how many metres, and what else about it changes."""

    id: str
    name: str
    moved_m: float
    fields: tuple[str, ...]


class Changed(Struct, frozen=True):
    """An item that stays where it is, and what about it changes."""

    id: str
    name: str
    fields: tuple[str, ...]


class Difference(Struct, frozen=True, kw_only=True):
    """What changes between two states of a layer.

    Attributes:
        held: items before.
        loaded: items after.
        moved: the farthest first.
        unchanged: how many stay as they are.
        refreshed: how many change in nothing but when they were last known.
        large: so many are removed or moved far that a person should confirm it.
    """

    held: int
    loaded: int
    added: tuple[Named, ...]
    removed: tuple[Named, ...]
    moved: tuple[Moved, ...]
    changed: tuple[Changed, ...]
    unchanged: int
    refreshed: int
    large: bool


def difference(before: Sequence[OwnItem], after: Sequence[OwnItem]) -> Difference:
    """Compare two states of a layer, by id."""
    held = {item.id: item for item in before}
    loaded = {item.id: item for item in after}
    moved: list[Moved] = []
    changed: list[Changed] = []
    unchanged = refreshed = 0
    for id_, item in loaded.items():
        old = held.get(id_)
        if old is None:
            continue
        fields = [name for name in _FIELDS if getattr(old, name) != getattr(item, name)]
        moved_m, reshaped = _moved(old.area, item.area)
        fields += ["area"] if reshaped else []
        if moved_m > _STILL_M:
            moved.append(Moved(id_, item.name, round(moved_m, 3), tuple(fields)))
        elif fields:
            changed.append(Changed(id_, item.name, tuple(fields)))
        elif old.as_of_ms != item.as_of_ms:
            refreshed += 1
        else:
            unchanged += 1
    removed = _named(item for id_, item in held.items() if id_ not in loaded)
    far = len(removed) + sum(each.moved_m > FAR_M for each in moved)
    return Difference(
        held=len(held),
        loaded=len(loaded),
        added=_named(item for id_, item in loaded.items() if id_ not in held),
        removed=removed,
        moved=tuple(sorted(moved, key=lambda each: -each.moved_m)),
        changed=tuple(changed),
        unchanged=unchanged,
        refreshed=refreshed,
        large=far > LARGE_SHARE * len(held),
    )


def cut(whole: Difference, shown: int) -> Difference:
    """Return a difference with at most so many items of each sort; the counts are told apart from it."""
    return replace(
        whole,
        added=whole.added[:shown],
        removed=whole.removed[:shown],
        moved=whole.moved[:shown],
        changed=whole.changed[:shown],
    )


def _named(items: Iterable[OwnItem]) -> tuple[Named, ...]:
    return tuple(Named(item.id, item.name) for item in items)


def _moved(old: Area, new: Area) -> tuple[float, bool]:
    """By how many metres an area moved, and whether its shape changed too."""
    before, after = _places(old), _places(new)
    if before == after:
        return 0.0, _form(old) != _form(new)
    moved_m = inverse(_middle(before), _middle(after))[0]
    if isinstance(old, Circle) and isinstance(new, Circle):
        return moved_m, old.radius_mm != new.radius_mm
    return moved_m, moved_m <= _STILL_M or _form(old) != _form(new)


def _places(area: Area) -> list[LatLon]:
    return [(each.lat_ndeg / 1e9, each.lon_ndeg / 1e9) for each in positions_of(area)]


def _form(area: Area) -> tuple[object, ...]:
    """What of an area does not change when it only moves."""
    match area:
        case Circle(radius_mm=radius_mm):
            return "circle", radius_mm
        case Corridor(line=line, half_width_mm=half_width_mm, edges=edges):
            return "corridor", len(line), half_width_mm, edges
        case Polygon(ring=ring, holes=holes, edges=edges):
            return "polygon", len(ring), *(len(hole) for hole in holes), edges
        case MultiPolygon(parts=parts, edges=edges):
            return "parts", *(len(one) for part in parts for one in (part.ring, *part.holes)), edges


def _middle(points: Sequence[LatLon]) -> LatLon:
    """The middle of some points: the direction of the sum of theirs. One point is its own middle."""
    if len(points) == 1:
        return points[0]
    x = sum(cos(radians(lat)) * cos(radians(lon)) for lat, lon in points)
    y = sum(cos(radians(lat)) * sin(radians(lon)) for lat, lon in points)
    z = sum(sin(radians(lat)) for lat, _ in points)
    return degrees(atan2(z, hypot(x, y))), degrees(atan2(y, x))
