"""KML 2.2 (OGC 07-147r2) and KMZ: placemarks read into places. Styles and views are passed over.

Nothing that a file points to is fetched. What cannot be held is a refused row, never left out in silence:
network links, overlays, models and tracks. Edges are geodesic. Altitudes: `clampToGround` says nothing
of height, so the place counts as unlimited; `relativeToGround` is above ground, `absolute` above mean sea
level; the band goes from the lowest to the highest vertex, from the ground up when `extrude` is 1.
A LineString needs `half_width_m` in its extended data.
A TimeStamp is when the position was known; a TimeSpan is when the place is there.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from parley.formats.archive import Archive
from parley.formats.columns import by_heading, field_of, fields_of, headings_of, refuse_unknown_fields
from parley.formats.kml_shapes import KmlNode, geometry_of
from parley.formats.places import Place, Rules, read_shaped, split
from parley.formats.rows import Repair, Report, RowRefused, shown
from parley.formats.shapes import read_shapes
from parley.formats.table import MAX_ROWS, Wish, refusal, too_many
from parley.formats.xml_gate import Progress, parse_xml
from parley.words.codes import Edges
from parley.words.errors import InputError

_REFUSED: Final = {
    "NetworkLink": ("kml-network-link", "it points to another file, which is never fetched"),
    "NetworkLinkControl": ("kml-network-link", "it changes another file, which is never fetched"),
    "GroundOverlay": ("kml-overlay", "it is a picture laid over the ground"),
    "ScreenOverlay": ("kml-overlay", "it is a picture laid over the screen"),
    "PhotoOverlay": ("kml-overlay", "it is a photograph"),
    "Tour": ("kml-tour", "it is a flight over the map"),
}
MAX_ELEMENTS: Final = 100_000
"""Of one feature, which is kept whole while it is read; its vertices are text, and count as nothing."""
_ROOTS: Final = frozenset({"Placemark", *_REFUSED})
_TIMES: Final = {"begin": "start", "end": "end", "when": "as_of"}


def kml_of(archive: Archive) -> tuple[bytes, list[str]]:
    """Return the document of a KMZ, and what to say about the choice.

    Raises:
        InputError: kmz-uncertain, or as `Archive.read`.
    """
    found = [name for name in archive.names if name.lower().endswith(".kml")]
    main = [name for name in found if name.lower() == "doc.kml"] or found
    if len(main) != 1:
        what = f"the archive holds {len(main)} KML documents, and none is called doc.kml"
        raise InputError("kmz-uncertain", what, do="Give the KML file itself.")
    others = len(found) - 1
    said = [f"document {shown(main[0])}"] + ([f"{others} other documents, not read"] if others else [])
    return archive.read(main[0]), said


def read_kml(
    data: bytes, said: list[str], wish: Wish, progress: Progress | None = None
) -> tuple[Iterator[Place], Report]:
    """Read a document.

    Args:
        data: the document.
        said: what was found out about the file already.
        wish: what the importer says about it.
        progress: is told how many bytes of how many have been read.

    Raises:
        InputError: kml-unreadable, kml-feature-too-large, rows-too-many, column-no-such-field, or as `parse_xml`.
    """
    refuse_unknown_fields(wish.by_hand)
    reader = _Reader(wish, Report.of("KML", said))
    taker = _Taker(reader.read)
    parse_xml(data, "the KML document", start=taker.start, end=taker.end, text=taker.text, progress=progress)
    if not taker.is_kml:
        do = "Export it as KML 2.2."
        raise InputError("kml-unreadable", "the document's root is not <kml>", do=do)
    reader.report.headings = headings_of(reader.names, wish.by_hand)
    return iter(reader.places), reader.report


class _Taker:
    """Makes a small tree of each feature, and hands it on when it ends; what stands outside is passed over.

    Raises kml-feature-too-large where a tree would not be small.

    Args:
        give: takes a feature.
    """

    def __init__(self, give: Callable[[KmlNode], None]) -> None:
        self.is_kml = False
        self._give = give
        self._open: list[KmlNode] = []
        self._count = 0
        self._first = True

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        if self._open:
            self._count += 1
            if self._count > MAX_ELEMENTS:
                what = f"a feature holds more than {MAX_ELEMENTS:,} elements"
                raise InputError("kml-feature-too-large", what, do="Split it into several placemarks.")
            node = KmlNode(tag, attributes)
            self._open[-1].children.append(node)
            self._open.append(node)
        elif tag in _ROOTS:
            self._open.append(KmlNode(tag, attributes))
            self._count = 1
        elif self._first:
            self.is_kml = tag == "kml"
        self._first = False

    def end(self, _tag: str) -> None:
        """Take the end of an element."""
        if self._open:
            node = self._open.pop()
            if not self._open and self.is_kml:
                self._give(node)

    def text(self, piece: str) -> None:
        """Take characters."""
        if self._open:
            self._open[-1].pieces.append(piece)


class _Reader:
    """Reads one feature after the other, so that only what came of them is kept."""

    def __init__(self, wish: Wish, report: Report) -> None:
        self.places: list[Place] = []
        self.report = report
        self.names: dict[str, None] = {}
        self._wish = wish
        self._rules = Rules(layer=wish.layer, kind=wish.kind)
        self._hands = by_heading(wish.by_hand)

    def read(self, feature: KmlNode) -> None:
        """Read a feature, or say why it is refused.

        Raises:
            InputError: rows-too-many.
        """
        if self.report.rows >= MAX_ROWS:
            raise too_many()
        self.report.rows += 1
        fields: dict[str, str] = {}
        names: dict[str, str] = {}
        try:
            for name, text in _texts(feature).items():
                self.names[name] = None
                for field in fields_of(name, self._wish.by_hand, self._hands):
                    fields[field], names[field] = text, name
            self._take(feature, fields)
        except RowRefused as error:
            self.report.refused.append(refusal(self.report.rows, fields.get("id"), names, error))

    def _take(self, feature: KmlNode, fields: Mapping[str, str]) -> None:
        row = self.report.rows
        repairs: list[Repair] = []
        geometry, band = geometry_of(feature)
        shapes = read_shapes(geometry, fields, Edges.GEODESIC, row, repairs)
        places = read_shaped(row, fields, self._rules, shapes, band)
        self.places += places
        self.report.repaired += repairs
        if len(places) > 1:
            self.report.repaired.append(split(places))


def _texts(feature: KmlNode) -> dict[str, str]:
    """Return what a feature says of itself, by name; what stands in its extended data goes first.

    Raises:
        RowRefused: a feature that holds no place; kml-name-repeated.
    """
    refused = _REFUSED.get(feature.tag)
    own = {"id": feature.attributes["id"]} if "id" in feature.attributes else {}
    extended: dict[str, str] = {}
    for node in feature.children:
        if node.tag == "name":
            own["name"] = node.text
        elif node.tag in {"TimeSpan", "TimeStamp"}:
            own.update({_TIMES[each.tag]: each.text for each in node.children if each.tag in _TIMES})
        elif node.tag == "ExtendedData":
            for name, text in _data(node):
                if extended.get(name, text) != text:
                    do = "Keep one of them."
                    raise RowRefused(name, text, "kml-name-repeated", "it is said twice, and differs", do)
                extended[name] = text
    if refused is not None:
        do = "Export the places themselves, or import without it: --accept-partial."
        raise RowRefused("", own.get("name", feature.tag).strip(), *refused, do)
    covered = {field_of(name) for name in extended}
    return {**{name: text for name, text in own.items() if name not in covered}, **extended}


def _data(extended: KmlNode) -> Iterator[tuple[str, str]]:
    for node in extended.children:
        if node.tag == "Data":
            text = next((each.text for each in node.children if each.tag == "value"), "")
            yield node.attributes.get("name", ""), text
        elif node.tag == "SchemaData":
            for each in node.children:
                if each.tag == "SimpleData":
                    yield each.attributes.get("name", ""), each.text
