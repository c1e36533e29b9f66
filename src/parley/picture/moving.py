"""Own units that report where they are: their items move, and nothing is added."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import structs

from parley.picture.model import OwnItem
from parley.words.units import DistanceMm, LatNdeg, LonNdeg, TimeMs
from parley.words.volume import Circle, Position


class Reported(NamedTuple):
    """Where a unit was; a null radius is an unknown error, and then the item keeps its own."""

    unit: str
    lat_ndeg: LatNdeg
    lon_ndeg: LonNdeg
    radius_mm: DistanceMm | None
    as_of_ms: TimeMs


def moved_to(items: Sequence[OwnItem], reported: Iterable[Reported]) -> tuple[list[OwnItem], int, int]:
    """Move items to where their units were reported, unless they are known later than that.

    A unit is named by the item's id, or by its name where one item alone has it; letters count alike in
    either case. A window is lifted: it said when the unit would be where it no longer is.

    Returns:
        All items, in their order; how many moved; how many of those reported are none of these.
    """
    places = {item.id.upper(): n for n, item in enumerate(items)}
    for name, n in _names(items).items():
        places.setdefault(name, n)
    moved = list(items)
    changed, unknown = set[int](), 0
    for report in reported:
        n = places.get(report.unit.upper(), -1)
        if n < 0:
            unknown += 1
        elif moved[n].as_of_ms <= report.as_of_ms:
            moved[n] = _moved(moved[n], report)
            changed.add(n)
    return moved, len(changed), unknown


def _names(items: Sequence[OwnItem]) -> dict[str, int]:
    """The names that one item alone has, in capitals."""
    found: dict[str, int] = {}
    twice = set()
    for n, item in enumerate(items):
        name = item.name.upper()
        if name in found:
            twice.add(name)
        found[name] = n
    return {name: n for name, n in found.items() if name not in twice}


def _moved(item: OwnItem, report: Reported) -> OwnItem:
    held_mm = item.area.radius_mm if isinstance(item.area, Circle) else 0
    centre = Position(lat_ndeg=report.lat_ndeg, lon_ndeg=report.lon_ndeg)
    area = Circle(centre=centre, radius_mm=held_mm if report.radius_mm is None else report.radius_mm)
    return structs.replace(item, area=area, window=None, as_of_ms=report.as_of_ms)
