"""The node behind `parley track`: its zones and notices, its drafts, its picture."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from parley.check.volume5 import Volume5
from parley.cli.client import Node
from parley.geo.altitude import UNLIMITED
from parley.geo.shape import shape_of
from parley.intake.draft import IncidentDraft
from parley.intake.own_units import UnitPlace
from parley.intake.places import NoticeVolume, Zone
from parley.words.errors import InputError
from parley.words.volume import Area, Volume

BATCH: Final = 32
UNITS_BATCH: Final = 5_000


class _Zone(Struct):
    line: str
    name: str
    exercise: bool
    area: Area


class _Notice(Struct):
    id: str
    name: str
    volume: Volume
    actor: str | None


class _Places(Struct):
    zones: list[_Zone]
    notices: list[_Notice]
    without_area: list[str]


class _Kept(Struct):
    kept: int


class _Moved(Struct):
    version: int
    moved: int | None
    unknown: int | None


class NodePlaces:
    """Asks a node what tracks are compared with, and gives it what came of them.

    Args:
        node: the running node.
        layer: the layer of own units; null when the tracks are not ours.
    """

    def __init__(self, node: Node, layer: str | None = None) -> None:
        self._node, self._layer = node, layer
        self._known: dict[str, NoticeVolume] = {}
        self.moved = 0
        self.unknown = 0

    def places(self) -> tuple[list[Zone], list[NoticeVolume]]:
        """Return the areas of the lines, and the open notices of both sides.

        Raises:
            InputError: zones-missing, when no line has an area.
        """
        found = self._node.get(("incidents", "places"), _Places)
        if not found.zones:
            what = "no line of this node names an area, so there is no zone"
            raise InputError("zones-missing", what, do="Give --zones, or terms with an area.")
        zones = [
            Zone(
                name=each.name,
                line=each.line,
                exercise=each.exercise,
                volumes=(Volume5(shape=shape_of(each.area), band=UNLIMITED, window=None),),
                made_of=msgspec.json.encode(each.area).decode(),
            )
            for each in found.zones
        ]
        self._known = {each.id: self._known.get(each.id) or _notice(each) for each in found.notices}
        return zones, list(self._known.values())

    def open_drafts(self) -> list[IncidentDraft]:
        """Return the drafts that the node keeps as open or lost: they go on, and do not begin anew."""
        asked = {"open_only": True, "points": True, "count": 1_000}
        return self._node.get(("incidents", "drafts"), list[IncidentDraft], **asked)

    def keep(self, drafts: Sequence[IncidentDraft]) -> None:
        """Keep drafts at the node, line by line."""
        lines: dict[str, list[IncidentDraft]] = {}
        for draft in drafts:
            lines.setdefault(draft.line or "", []).append(draft)
        for line, of_line in lines.items():
            for start in range(0, len(of_line), BATCH):
                body = {"drafts": of_line[start : start + BATCH]}
                self._node.post(("incidents", "lines", line, "drafts"), body, _Kept)

    def move(self, places: Sequence[UnitPlace]) -> None:
        """Move own units in the picture. This is the only thing that is done with them."""
        for start in range(0, len(places), UNITS_BATCH):
            body = {"layer": self._layer, "positions": places[start : start + UNITS_BATCH]}
            found = self._node.post(("picture", "positions"), body, _Moved)
            self.moved += found.moved or 0
            self.unknown = found.unknown or 0


def _notice(each: _Notice) -> NoticeVolume:
    volume = Volume5(shape=shape_of(each.volume.area), band=each.volume.band, window=each.volume.window)
    signs = frozenset({each.actor.strip().upper()}) if each.actor else frozenset()
    return NoticeVolume(id=each.id, name=each.name, volumes=(volume,), callsigns=signs)
