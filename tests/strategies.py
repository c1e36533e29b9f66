"""Hypothesis strategies for the words: every value they make keeps every rule of the wire.

Structs are built from their own types, so that a new member is covered as soon as it exists; only
volumes, whose parts must fit together, are made by hand.
"""

import re
import string
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, get_args

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from parley.wire.keys import SigningKey
from parley.wire.message import BODY_OF_KIND, UNNUMBERED
from parley.words.bodies import Amend, Caveats, LineTerms, Notice, Relay, StatedReason
from parley.words.codes import Activity, Edges, Reason, RelayWay
from parley.words.header import AnyFrame, Header
from parley.words.party import Descriptor, Keys
from parley.words.units import HARMLESS, HARMLESS_LINES
from parley.words.volume import (
    Altitude,
    Area,
    Band,
    Circle,
    Corridor,
    Daily,
    MultiPolygon,
    Part,
    Polygon,
    Position,
    Volume,
    Window,
)

MAX_MS: Final = 253_402_300_799_999
MAX_TEXT: Final = 60
"""Characters of free text; short, so that a FLASH stays below its limit."""
MAX_ITEMS: Final = 4
_ALPHABETS: Final = {
    "[0-9]": string.digits,
    "[0-9a-f]": "0123456789abcdef",
    "[a-z]": string.ascii_lowercase,
    "[a-z_]": string.ascii_lowercase + "_",
    "[a-z0-9-]": string.ascii_lowercase + string.digits + "-",
    "[A-Z]": string.ascii_uppercase,
    "[A-Z0-9-]": string.ascii_uppercase + string.digits + "-",
}


_HARMLESS: Final = {HARMLESS, HARMLESS_LINES}
_HARMFUL: Final = "".join(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


def texts(*, min_size: int = 1, max_size: int = MAX_TEXT) -> st.SearchStrategy[str]:
    """Text in any script, in normalisation form C, also where it stands beside a JSON escape."""
    return (
        st.text(
            st.characters(codec="utf-8", exclude_characters=_HARMFUL), min_size=min_size, max_size=max_size
        )
        .map(lambda text: unicodedata.normalize("NFC", text))
        .filter(
            lambda text: (
                min_size <= len(text) <= max_size
                and unicodedata.is_normalized("NFC", msgspec.json.encode(text).decode())
            )
        )
    )


def hexes(size: int) -> st.SearchStrategy[str]:
    """`size` random bytes in lower-case hexadecimal."""
    return st.binary(min_size=size, max_size=size).map(bytes.hex)


def positions() -> st.SearchStrategy[Position]:
    """Positions away from the poles and the antimeridian, with or without what was entered."""
    return st.builds(
        Position,
        lat_ndeg=st.integers(-80_000_000_000, 80_000_000_000),
        lon_ndeg=st.integers(-170_000_000_000, 170_000_000_000),
        entered=_of(inspect.type_info(Position.__annotations__["entered"])),
    )


def circles() -> st.SearchStrategy[Circle]:
    """Circles from 10 m to 500 km."""
    return st.builds(Circle, centre=positions(), radius_mm=st.integers(10_000, 500_000_000))


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    """Three- and four-cornered areas round a position, up to a degree across, not self-crossing."""
    centre = draw(positions())
    north, east, south, west = (draw(st.integers(1_000_000, 500_000_000)) for _ in range(4))
    corners = [(north, 0), (0, east), (-south, 0), (0, -west)][: draw(st.integers(3, 4))]
    if draw(st.booleans()):
        corners.reverse()
    ring = _moved(centre, corners)
    shrink = draw(st.integers(5, 50))
    hole = tuple((up // shrink, right // shrink) for up, right in _HOLE[: draw(st.integers(3, 4))])
    holes = (_moved(_middle(corners, centre), hole),) if draw(st.booleans()) else ()
    return Polygon(ring=ring, holes=holes, edges=draw(st.sampled_from(Edges)))


_HOLE: Final = [(500_000, 0), (0, 500_000), (-500_000, 0), (0, -500_000)]


def _moved(centre: Position, corners: Sequence[tuple[int, int]]) -> tuple[Position, ...]:
    return tuple(
        Position(lat_ndeg=centre.lat_ndeg + up, lon_ndeg=centre.lon_ndeg + right) for up, right in corners
    )


def _middle(corners: Sequence[tuple[int, int]], centre: Position) -> Position:
    """A position well inside: the mean of the corners."""
    up, right = (sum(each) // len(corners) for each in zip(*corners, strict=True))
    return Position(lat_ndeg=centre.lat_ndeg + up, lon_ndeg=centre.lon_ndeg + right)


@st.composite
def multipolygons(draw: st.DrawFn) -> MultiPolygon:
    """Two or three polygons side by side, which do not overlap."""
    parts = []
    start = draw(positions())
    for k in range(draw(st.integers(2, 3))):
        one = draw(polygons())
        away = 2_000_000_000 * k
        shift = start.lat_ndeg - one.ring[0].lat_ndeg, start.lon_ndeg + away - one.ring[0].lon_ndeg
        parts.append(
            Part(
                ring=tuple(_shifted(vertex, shift) for vertex in one.ring),
                holes=tuple(tuple(_shifted(vertex, shift) for vertex in hole) for hole in one.holes),
            )
        )
    return MultiPolygon(parts=tuple(parts), edges=draw(st.sampled_from(Edges)))


def _shifted(vertex: Position, shift: tuple[int, int]) -> Position:
    return msgspec.structs.replace(
        vertex, lat_ndeg=vertex.lat_ndeg + shift[0], lon_ndeg=vertex.lon_ndeg + shift[1]
    )


@st.composite
def corridors(draw: st.DrawFn) -> Corridor:
    """Lines of two to five positions, each some way from the last, 1 m to 50 km to either side."""
    at = draw(positions())
    line = [at]
    for _ in range(draw(st.integers(1, 4))):
        up, right = (draw(st.integers(1_000_000, 500_000_000)) for _ in range(2))
        line.append(Position(lat_ndeg=line[-1].lat_ndeg + up, lon_ndeg=line[-1].lon_ndeg + right))
    half_mm = draw(st.integers(1_000, 50_000_000))
    return Corridor(line=tuple(line), half_width_mm=half_mm, edges=draw(st.sampled_from(Edges)))


def areas() -> st.SearchStrategy[Area]:
    """Areas of every shape."""
    return st.one_of(circles(), polygons(), multipolygons(), corridors())


@st.composite
def bands(draw: st.DrawFn) -> Band:
    """Altitude bands; a floor and a ceiling have the same datum and stand the right way up."""
    altitude = _struct(Altitude)
    floor = draw(st.none() | altitude)
    ceiling = draw(st.none() | altitude)
    if floor is not None and ceiling is not None:
        low, high = sorted((floor.value_mm, ceiling.value_mm))
        floor = msgspec.structs.replace(floor, value_mm=low)
        ceiling = msgspec.structs.replace(ceiling, value_mm=high, datum=floor.datum)
    return Band(floor=floor, ceiling=ceiling)


def windows() -> st.SearchStrategy[Window]:
    """Time windows of up to 30 days, some with daily hours; the end is after the start."""
    whole = st.builds(
        lambda start, length: Window(start_ms=start, end_ms=start + length),
        st.integers(0, MAX_MS - 2_592_000_000),
        st.integers(1, 2_592_000_000),
    )
    daily = st.builds(
        lambda start, days, hours: Window(
            start_ms=start, end_ms=start + days * 86_400_000, daily=Daily(start_ms=hours[0], end_ms=hours[1])
        ),
        st.integers(0, MAX_MS - 2_592_000_000),
        st.integers(1, 30),
        st.lists(st.integers(0, 86_399_999), min_size=2, max_size=2, unique=True),
    )
    return whole | daily


def volumes() -> st.SearchStrategy[Volume]:
    """Valid volumes."""
    return st.builds(Volume, area=areas(), band=bands(), window=windows())


@st.composite
def descriptors(draw: st.DrawFn) -> tuple[Descriptor, SigningKey, SigningKey]:
    """A descriptor with the root key and the message key that it names."""
    seeds = draw(st.lists(st.binary(min_size=32, max_size=32), min_size=4, max_size=4, unique=True))
    root, message, head, cosign = map(SigningKey.from_seed, seeds)
    serial = draw(st.integers(0, 3))
    descriptor = msgspec.structs.replace(
        draw(_struct(Descriptor)),
        root=root.public_hex,
        keys=Keys(message=message.public_hex, head=head.public_hex, cosign=cosign.public_hex),
        serial=serial,
        prev=draw(hexes(32)) if serial else None,
    )
    return descriptor, root, message


def terms() -> st.SearchStrategy[LineTerms]:
    """Terms of a line, with or without an area."""
    return _struct(LineTerms)


def bodies_of(kind: str) -> st.SearchStrategy[Any]:
    """Valid bodies of one kind."""
    return _struct(BODY_OF_KIND[kind])


def any_bodies() -> st.SearchStrategy[Any]:
    """Valid bodies of every kind."""
    return st.sampled_from(sorted(BODY_OF_KIND)).flatmap(bodies_of)


@st.composite
def headers(draw: st.DrawFn, kind: str = "notice") -> Header:
    """Valid headers for a kind, numbered as that kind must be."""
    header: Header = draw(_struct(Header))
    seq = None if kind == UNNUMBERED else draw(st.integers(0, 2**53 - 1))
    prev = draw(hexes(32)) if seq else None
    return msgspec.structs.replace(header, kind=kind, seq=seq, prev=prev)


@st.composite
def headed_bodies(draw: st.DrawFn, kind: str | None = None) -> tuple[Header, Any]:
    """A header and a body that go together."""
    chosen = kind or draw(st.sampled_from(sorted(BODY_OF_KIND)))
    return draw(headers(chosen)), draw(bodies_of(chosen))


def frames() -> st.SearchStrategy[AnyFrame]:
    """Frames of every kind."""
    return st.one_of([_struct(frame) for frame in get_args(AnyFrame)])


_BY_HAND: Final = {
    Circle: circles,
    Polygon: polygons,
    MultiPolygon: multipolygons,
    Corridor: corridors,
    Volume: volumes,
    Position: positions,
    Band: bands,
    Window: windows,
}


@cache
def _struct(cls: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.StructType)
    made = st.builds(cls, **{member.name: _of(member.type) for member in info.fields})
    return made.map(_as_the_rules_want)


def _as_the_rules_want(body: msgspec.Struct) -> msgspec.Struct:
    """Return a body with what no type can state put right."""
    match body:
        case Notice(activity=Activity.WITHHELD) | Amend(activity=Activity.WITHHELD):
            return msgspec.structs.replace(
                body, actor=None, reason=StatedReason(code=Reason.WITHHELD, text=None)
            )
        case Relay(caveats=Caveats(onward=False) as caveats):
            allowed = msgspec.structs.replace(caveats, onward=True)
            return _as_the_rules_want(msgspec.structs.replace(body, caveats=allowed))
        case Relay(way=RelayWay.HEARD_FROM, chain=()):
            return msgspec.structs.replace(body, way=RelayWay.PASS_ON)
        case Relay(way=RelayWay.HEARD_FROM, chain=chain):
            return msgspec.structs.replace(body, party=chain[0].who)
        case _:
            return body


def _of(info: inspect.Type) -> st.SearchStrategy[Any]:
    """Return a strategy for a type as msgspec describes it."""
    made: st.SearchStrategy[Any]
    match info:
        case inspect.StructType(cls=cls):
            made = _BY_HAND[cls]() if cls in _BY_HAND else _struct(cls)
        case inspect.UnionType(types=types):
            made = st.one_of([_of(one) for one in types])
        case inspect.NoneType():
            made = st.none()
        case inspect.BoolType():
            made = st.booleans()
        case inspect.EnumType(cls=cls):
            made = st.sampled_from(cls)
        case inspect.IntType(ge=low, le=high):
            made = st.integers(low, high)
        case inspect.StrType():
            made = _text(info)
        case inspect.VarTupleType(item_type=item, min_length=low, max_length=high):
            most = max(low or 0, min(MAX_ITEMS, high or MAX_ITEMS))
            made = st.lists(_of(item), min_size=low or 0, max_size=most).map(tuple)
        case inspect.DictType(key_type=key, value_type=value):
            made = st.dictionaries(_of(key), _of(value), max_size=MAX_ITEMS)
        case _:
            raise NotImplementedError(info)
    return made


def _text(info: inspect.StrType) -> st.SearchStrategy[str]:
    if info.pattern is not None and info.pattern not in _HARMLESS:
        return _patterned(info.pattern)
    made = texts(min_size=info.min_length or 0, max_size=min(MAX_TEXT, info.max_length or MAX_TEXT))
    return made.filter(re.compile(info.pattern).search) if info.pattern else made


def _patterned(pattern: str) -> st.SearchStrategy[str]:
    """Return a strategy for the simple patterns of the words: classes, each repeated."""
    inner = pattern.removeprefix("^").removesuffix("$(?!\n)")
    parts = []
    while inner:
        end = inner.index("]") + 1
        alphabet, inner = _ALPHABETS[inner[:end]], inner[end:]
        low, high = 1, 1
        if inner.startswith("{"):
            bounds, inner = inner[1:].split("}", 1)
            least, _, most = bounds.partition(",")
            low, high = int(least), int(most or least)
        parts.append(st.text(alphabet, min_size=low, max_size=high))
    return st.tuples(*parts).map("".join)
