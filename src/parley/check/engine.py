"""The engine: own items and notices ready in an index, and one volume compared with them at a time.

Two steps: the index proposes every volume whose box comes within the separation (it may propose too
many, never too few), then the exact distances decide. Whatever is unknown counts as the worst: an item
without a band is unlimited in altitude, an item without a window is always there, and altitudes over
different datums may be as near as their datums allow.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Final

from msgspec import Struct

from parley.check.explain import explain
from parley.check.model import (
    Against,
    CheckResult,
    Finding,
    Level,
    OtherKind,
    Separation,
    wider,
)
from parley.check.pairs import Meeting, Side
from parley.check.summary import Compared, summary
from parley.check.volume5 import Volume5, box_of, search_box, time_gap_ms
from parley.geo.altitude import UNLIMITED, band_gap_mm, same_datum
from parley.geo.box import Box5
from parley.geo.distance import Gap, gap_within
from parley.geo.entry_warnings import OwnPoint, OwnPoints
from parley.geo.quick import Quick, decide, quick_of
from parley.geo.shape import Disc, shape_of
from parley.geo.validity import Fault, volume_fault
from parley.picture.model import OwnItem, Picture
from parley.picture.validity import item_fault
from parley.ports.volume_index import Held, VolumeIndex
from parley.words.errors import InputError, SystemFault
from parley.words.volume import Area, Volume

_LEVELS: Final = {level: rank for rank, level in enumerate(Level)}
_NOTHING: Final[frozenset[str]] = frozenset()
_Id = str | tuple[str, str]


class _Entry(Struct, frozen=True, eq=False, kw_only=True):
    """What the engine holds under one key of the index.

    Attributes:
        id: by which callers replace and leave out: a notice's id, or an item's with its layer.
        name: what a finding calls it.
        cell: the cell to call, if its layer is sealed.
        separation: how far others must stay from a notice; null for an item, which says nothing of it.
        box: what the index holds: of a notice, widened by its separation.
        given: the item or the notice's volume as it was given.
    """

    id: _Id
    name: str
    kind: OtherKind
    cell: str | None = None
    volume: Volume5
    separation: Separation | None = None
    box: Box5
    given: OwnItem | Volume


class Touched(Struct, frozen=True, kw_only=True):
    """The notices near which the picture changed: their checks no longer hold.

    Attributes:
        open: near what changed in open layers.
        sealed: near what changed in sealed layers alone; that a check was made again must not show, unless
            it found something else.
    """

    open: frozenset[str]
    sealed: frozenset[str]


class CheckEngine:
    """Holds what volumes are compared with. One owner: calls must not overlap.

    Args:
        index: empty, and used by this engine alone.
    """

    def __init__(self, index: VolumeIndex) -> None:
        self._index = index
        self._entries: dict[int, _Entry] = {}
        self._items: dict[_Id, int] = {}
        self._notices: dict[_Id, int] = {}
        self._next_key = 0
        self._quick: dict[int, Quick] = {}
        self._compared: Compared | None = None
        self._points: OwnPoints | None = None
        self._broken = False

    def set_picture(self, picture: Picture) -> Touched:
        """Compare with this picture from now on; only what changed is made ready anew.

        Returns:
            The notices that what changed may concern: all of them with the first own positions or without
            the last, for what their checks say of NOT CHECKED is no longer so.

        Raises:
            InputError: an item has a faulty area, band or window, no known layer, or an id that its layer
                has twice.
            SystemFault: the index failed; the engine then refuses every check.
        """
        cells = _cells(picture)
        made = (self._item_entry(item, cells) for item in picture.items)
        entries: dict[_Id, _Entry] = {entry.id: entry for entry in made}
        if len(entries) < len(picture.items):
            raise InputError(
                "picture-item-repeated", "Two items of a layer have the same id", do="Rename one."
            )
        held = [self._entries[key] for key in self._items.values()]
        gone = [self._items[entry.id] for entry in held if entries.get(entry.id) is not entry]
        fresh = [entry for id_, entry in entries.items() if id_ not in self._items or self._changed(entry)]
        before = self._near(gone)
        after = self._near(self._replace(gone, fresh, self._items))
        was, self._compared = self._compared, Compared.of(picture)
        self._points = None
        open_, sealed = before.open | after.open, before.sealed | after.sealed
        if was is not None and was.is_empty != self._compared.is_empty:
            every = frozenset(one for one in self._notices if isinstance(one, str))
            if was.positions or self._compared.positions:
                open_ = every
            sealed |= every
        return Touched(open=open_, sealed=sealed - open_)

    def own_points(self) -> OwnPoints:
        """The own positions of open layers that are circles, for entry warnings at our own desk."""
        if self._points is None:
            entries = (self._entries[key] for key in self._items.values())
            self._points = OwnPoints(
                OwnPoint(entry.name, entry.volume.shape.centre, entry.volume.shape.radius_m)
                for entry in entries
                if entry.cell is None and isinstance(entry.volume.shape, Disc)
            )
        return self._points

    def put_notice(
        self,
        notice: str,
        volume: Volume,
        *,
        name: str | None = None,
        presumed_active: bool = False,
        separation: Separation | None = None,
        look_near: bool = True,
    ) -> frozenset[str]:
        """Compare with a notice too, or replace it.

        Args:
            notice: its id; each version that still counts has its own.
            volume: where and when.
            name: what findings call it; the id by default.
            presumed_active: its window has passed without end, cancel or clearance (rule 8): it counts
                until it is dropped.
            separation: how far its activity must be kept from others, whichever of two is checked; null
                leaves it to the other.
            look_near: whether to say which others it concerns as it is now; without, only those that it
                concerned before. Not needed where `check_met` is called for it at once, which tells.

        Returns:
            The ids of the other notices that this may concern; none if nothing changed.

        Raises:
            InputError: named after the rule that the volume breaks.
        """
        if self.holds(notice, volume, name or notice, separation, presumed_active=presumed_active):
            return _NOTHING
        _refuse(volume_fault(volume), notice)
        ready = Volume5(
            shape=shape_of(volume.area), band=volume.band, window=volume.window, open_ended=presumed_active
        )
        entry = _Entry(
            id=notice,
            name=name or notice,
            kind=OtherKind.NOTICE,
            volume=ready,
            separation=separation,
            box=box_of(ready) if separation is None else search_box(ready, separation),
            given=volume,
        )
        gone = [self._notices[notice]] if notice in self._notices else []
        before = self._near_notices(gone)
        fresh = self._replace(gone, [entry], self._notices)
        after = self._near_notices(fresh) if look_near else _NOTHING
        return (before | after) - {notice}

    def holds(
        self,
        notice: str,
        volume: Volume,
        name: str,
        separation: Separation | None,
        *,
        presumed_active: bool,
    ) -> bool:
        """Tell whether a notice is compared with, just so: to put it again would change nothing."""
        key = self._notices.get(notice)
        if key is None:
            return False
        held = self._entries[key]
        given = (volume, name, presumed_active, separation)
        return (held.given, held.name, held.volume.open_ended, held.separation) == given

    def drop_notice(self, notice: str) -> frozenset[str]:
        """Compare with a notice no longer; an unknown one is passed over.

        Returns:
            The ids of the other notices that this may concern.
        """
        if notice not in self._notices:
            return _NOTHING
        gone = [self._notices[notice]]
        near = self._near_notices(gone) - {notice}
        self._replace(gone, [], self._notices)
        return near

    def check(
        self,
        volume: Volume,
        separation: Separation,
        *,
        notice: str = "",
        against: Against = Against.EVERYTHING,
        leave_out: frozenset[str] = _NOTHING,
        now_ms: int | None = None,
    ) -> CheckResult:
        """Compare one volume with everything held.

        Args:
            volume: what is checked.
            separation: how far apart things must stay; a gap equal to it is a finding. From a notice that
                was put with another separation, the wider of the two holds.
            notice: the id of what is checked; it is not compared with itself.
            against: the picture, other notices, or both.
            leave_out: ids of notices that are not compared, such as the version this one replaces.
            now_ms: UTC milliseconds; if given, the summary also says how old the oldest position is.

        Raises:
            InputError: the volume is faulty; named after the rule.
            SystemFault: the check could not be completed. There is no partial answer.
        """
        return self.check_met(
            volume, separation, notice=notice, against=against, leave_out=leave_out, now_ms=now_ms
        )[0]

    def check_met(
        self,
        volume: Volume,
        separation: Separation,
        *,
        notice: str = "",
        against: Against = Against.EVERYTHING,
        leave_out: frozenset[str] = _NOTHING,
        now_ms: int | None = None,
    ) -> tuple[CheckResult, frozenset[str]]:
        """As `check`; with it, the ids of the other notices that findings name."""
        _refuse(volume_fault(volume), notice)
        compared = self._ready(against)
        checked = Volume5(shape=shape_of(volume.area), band=volume.band, window=volume.window)
        quick = quick_of(checked.shape)
        skip = leave_out | {notice}
        findings: list[Finding] = []
        cells: set[str] = set()
        met: set[str] = set()
        for key in self._index.candidates(search_box(checked, separation)):
            entry = self._entries.get(key)
            if entry is None:
                raise _incomplete("The index and the engine hold different volumes")
            if not _concerns(entry, against, skip):
                continue
            if entry.cell is not None and entry.cell in cells:
                continue
            finding = _compare(notice, checked, volume.area, entry, separation, self._apart(quick, key))
            if finding is None:
                continue
            if finding.sealed_cell is not None:
                cells.add(finding.sealed_cell)
            if entry.kind is OtherKind.NOTICE and isinstance(entry.id, str):
                met.add(entry.id)
            findings.append(finding)
        findings.sort(key=_worst_first)
        count = 0 if against is Against.PICTURE else len(self._notices) - len(skip & self._notices.keys())
        return _result(tuple(findings), compared, count, against, now_ms), frozenset(met)

    def _apart(self, quick: Quick, key: int) -> Callable[[float], bool]:
        """Says quickly of a distance whether a volume and a held one are surely farther apart."""

        def apart(limit_m: float) -> bool:
            other = self._quick.get(key)
            if other is None:
                other = self._quick[key] = quick_of(self._entries[key].volume.shape)
            return decide(quick, other, limit_m) is False

        return apart

    def _ready(self, against: Against) -> Compared:
        if self._broken:
            raise _incomplete("An earlier change of the index failed")
        if self._compared is not None:
            return self._compared
        if against is Against.NOTICES:
            return Compared.of(Picture(layers=(), items=(), version=0))
        raise _incomplete("No picture has been loaded, not even an empty one")

    def _item_entry(self, item: OwnItem, cells: dict[str, str | None]) -> _Entry:
        """The entry of an item: the one held if nothing about it changed."""
        if item.layer not in cells:
            what = f"The item {item.id} names a layer that the picture does not have"
            raise InputError("picture-layer-unknown", what, where=item.layer, do="Add the layer.")
        key = self._items.get((item.layer, item.id))
        if key is not None:
            held = self._entries[key]
            if held.given == item and held.cell == cells[item.layer]:
                return held
        _refuse(item_fault(item), item.id)
        ready = Volume5(shape=shape_of(item.area), band=item.band or UNLIMITED, window=item.window)
        return _Entry(
            id=(item.layer, item.id),
            name=item.name,
            kind=OtherKind(item.kind.value),
            cell=cells[item.layer],
            volume=ready,
            box=box_of(ready),
            given=item,
        )

    def _changed(self, entry: _Entry) -> bool:
        return self._entries[self._items[entry.id]] is not entry

    def _near(self, keys: Sequence[int]) -> Touched:
        """The notices whose boxes meet those of some entries; the fewer of both are looked up."""
        open_ = self._near_boxes([key for key in keys if self._entries[key].cell is None])
        sealed = self._near_boxes([key for key in keys if self._entries[key].cell is not None])
        return Touched(open=open_, sealed=sealed - open_)

    def _near_notices(self, keys: Sequence[int]) -> frozenset[str]:
        """The notices within the separation of some other, exactly: only their checks say anything of it."""
        near = set[str]()
        for key in keys:
            entry = self._entries[key]
            quick = quick_of(entry.volume.shape)
            for other_key in self._index.candidates(entry.box):
                other = self._entries[other_key]
                if other.kind is not OtherKind.NOTICE or not isinstance(other.id, str):
                    continue
                if _within(entry, other, self._apart(quick, other_key)):
                    near.add(other.id)
        return frozenset(near)

    def _near_boxes(self, keys: Sequence[int]) -> frozenset[str]:
        if len(keys) <= len(self._notices):
            met = {other for key in keys for other in self._index.candidates(self._entries[key].box)}
            near = (self._entries[key] for key in met)
            return frozenset(
                one.id for one in near if one.kind is OtherKind.NOTICE and isinstance(one.id, str)
            )
        changed = set(keys)
        return frozenset(
            id_
            for id_, key in self._notices.items()
            if isinstance(id_, str) and not changed.isdisjoint(self._index.candidates(self._entries[key].box))
        )

    def _replace(self, gone: Iterable[int], fresh: Iterable[_Entry], names: dict[_Id, int]) -> list[int]:
        """Change the index and what belongs to it; a failure on the way breaks the engine for good.

        Returns:
            The keys of what is fresh.
        """
        self._broken, was = True, self._broken
        for key in gone:
            self._index.remove(key)
            self._quick.pop(key, None)
            del names[self._entries.pop(key).id]
        held = []
        for entry in fresh:
            key, self._next_key = self._next_key, self._next_key + 1
            self._entries[key] = entry
            names[entry.id] = key
            held.append(Held(key, entry.box))
        self._index.add_all(held)
        self._broken = was
        return [one.key for one in held]


def _cells(picture: Picture) -> dict[str, str | None]:
    cells = {layer.name: layer.compartment for layer in picture.layers}
    if len(cells) < len(picture.layers):
        raise InputError(
            "picture-layer-repeated", "Two layers of the picture have the same name", do="Rename one."
        )
    return cells


def _refuse(fault: Fault | None, where: str) -> None:
    if fault is not None:
        what = fault.detail[:1].upper() + fault.detail[1:]
        raise InputError(fault.rule, what, where=where, do="Correct the volume.")


def _incomplete(what: str) -> SystemFault:
    return SystemFault(
        "check-incomplete", what, do="Nothing was compared. Load the picture again, or restart."
    )


def _concerns(entry: _Entry, against: Against, skip: frozenset[str]) -> bool:
    if entry.kind is OtherKind.NOTICE:
        return against is not Against.PICTURE and entry.id not in skip
    return against is not Against.NOTICES


def _compare(
    notice: str,
    checked: Volume5,
    area: Area,
    entry: _Entry,
    separation: Separation,
    apart_by: Callable[[float], bool],
) -> Finding | None:
    """The exact step. `apart_by` may say that areas are surely farther apart than a distance."""
    other = entry.volume
    if entry.separation is not None:
        separation = wider(separation, entry.separation)
    gaps = _gaps(checked, other, separation, apart_by)
    if gaps is None:
        return None
    gap, vertical_m, time_s = gaps
    if entry.cell is not None:
        return _sealed(notice, entry.cell)
    inside = gap.distance_m == 0 and vertical_m == 0 and time_s == 0
    met = Meeting(
        notice=Side(id=notice, areas=(area,), parts=(checked,)),
        other=Side(id=entry.name, areas=(entry.given.area,), parts=(other,)),
        level=Level.INSIDE if inside else Level.WITHIN_SEPARATION,
        gap=gap,
        vertical_m=vertical_m,
        vertical_exact=same_datum(checked.band, other.band),
        time_s=time_s,
        parts=(0, 0),
    )
    return Finding(
        notice=notice,
        other=entry.name,
        other_kind=entry.kind,
        level=met.level,
        horizontal_m=gap.distance_m,
        vertical_m=vertical_m,
        time_s=time_s,
        closest=(gap.first, gap.second),
        why=explain(met, separation),
        sealed_cell=None,
    )


def _gaps(
    first: Volume5, second: Volume5, separation: Separation, apart_by: Callable[[float], bool]
) -> tuple[Gap, float, float] | None:
    """The gaps over the ground, in height and in time, if none is more than the separation; cheapest first."""
    time_s = time_gap_ms(first, second) / 1e3
    vertical_m = band_gap_mm(first.band, second.band) / 1e3
    if time_s > separation.time_s or vertical_m > separation.vertical_m:
        return None
    limit_m = separation.horizontal_m
    gap = None if apart_by(limit_m) else gap_within(first.shape, second.shape, limit_m)
    return None if gap is None else (gap, vertical_m, time_s)


def _within(first: _Entry, second: _Entry, apart_by: Callable[[float], bool]) -> bool:
    """Whether the check of one of two notices has a finding of the other; always where neither names a separation."""
    separations = [one.separation for one in (first, second) if one.separation is not None]
    if not separations:
        return True
    return _gaps(first.volume, second.volume, reduce(wider, separations), apart_by) is not None


def _sealed(notice: str, cell: str) -> Finding:
    """What a sealed layer says: whom to call, nothing else, and once however much it holds."""
    return Finding(
        notice=notice,
        other=None,
        other_kind=OtherKind.SEALED,
        level=Level.CALL_CELL,
        horizontal_m=None,
        vertical_m=None,
        time_s=None,
        closest=None,
        why=f"Call cell {cell}",
        sealed_cell=cell,
    )


def _worst_first(finding: Finding) -> tuple[int, float, float, float, str]:
    return (
        _LEVELS[finding.level],
        finding.horizontal_m or 0.0,
        finding.vertical_m or 0.0,
        finding.time_s or 0.0,
        finding.other or finding.sealed_cell or "",
    )


def _result(
    findings: tuple[Finding, ...], compared: Compared, notices: int, against: Against, now_ms: int | None
) -> CheckResult:
    if against is Against.NOTICES:
        compared = compared.without_picture()
    return CheckResult(
        findings=findings,
        positions_loaded=compared.positions,
        oldest_as_of_ms=compared.oldest_as_of_ms,
        layers_missing=compared.layers_missing,
        cells_compared=compared.cells,
        notices_compared=notices,
        picture_version=compared.version,
        summary=summary(findings, compared, notices, against, now_ms),
    )
