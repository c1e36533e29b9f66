"""A call: what was said on the telephone, in any order, each fragment with what it was read as.

Nothing said is lost. A fragment that cannot be read is kept as it was said; one that contradicts an
earlier one supersedes it, and both are shown; of those that agree the finest counts. So fragments of the
same content end in the same readings, in whatever order they came.
"""

from enum import StrEnum
from typing import Annotated, Final, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from parley.geo.ellipsoid import inverse
from parley.words.codes import Activity, Reason
from parley.words.units import HARMLESS, DistanceMm, Language, LineId, ShortText, TimeMs
from parley.words.volume import Band, Position

MOST_TEXT: Final = 500
MOST_FRAGMENTS: Final = 400
"""A call that says more is cut: what comes then is refused by whoever keeps it, with a word to the officer."""
SAME_START_MS: Final = 60_000
CallId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$(?!\n)")]
"""128 random bits, lower-case hexadecimal."""
SaidText = Annotated[str, Meta(min_length=1, max_length=MOST_TEXT, pattern=HARMLESS)]


class Direction(StrEnum):
    """Who rang."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class CallState(StrEnum):
    """Where a call stands. A broken one is kept, and can be taken up again."""

    OPEN = "open"
    BROKEN = "broken"
    CLOSED = "closed"


class Field(StrEnum):
    """What a fragment is about."""

    FREE = "free"
    WHAT = "what"
    WHERE = "where"
    EXTENT = "extent"
    START = "start"
    END = "end"
    HEIGHT = "height"
    REASON = "reason"
    WHO = "who"
    PERSON = "person"
    """They ask for somebody. It never holds anything up: whom to fetch afterwards."""
    STOP = "stop"


class Assumption(Struct, frozen=True, kw_only=True):
    """Something that nobody said and that a reading takes for granted: a code of the phrase books.

    Attributes:
        distance_m: the distance behind it, metres, if there is one.
        name: the name behind it, if there is one.
    """

    code: str
    distance_m: float | None = None
    name: str | None = None


class Place(Struct, frozen=True, kw_only=True, tag="place"):
    """Somewhere within `radius_mm` of a position."""

    position: Position
    radius_mm: DistanceMm
    assumed: tuple[Assumption, ...] = ()


class Start(Struct, frozen=True, kw_only=True, tag="start"):
    """Sometime from `earliest_ms` to `latest_ms`.

    Attributes:
        stated: an hour was named, so that there is something to count down to; else it is presumed.
    """

    earliest_ms: TimeMs
    latest_ms: TimeMs
    stated: bool
    assumed: tuple[Assumption, ...] = ()


class End(Struct, frozen=True, kw_only=True, tag="end"):
    """Until then."""

    end_ms: TimeMs
    assumed: tuple[Assumption, ...] = ()


class What(Struct, frozen=True, kw_only=True, tag="what"):
    """An activity."""

    activity: Activity


class Extent(Struct, frozen=True, kw_only=True, tag="extent"):
    """How far round its centre."""

    radius_mm: DistanceMm


class Height(Struct, frozen=True, kw_only=True, tag="height"):
    """Between these altitudes."""

    band: Band


class Why(Struct, frozen=True, kw_only=True, tag="reason"):
    """A reason as they state it."""

    code: Reason


class Name(Struct, frozen=True, kw_only=True, tag="name"):
    """What somebody is called."""

    name: ShortText


class Stopping(Struct, frozen=True, kw_only=True, tag="stop"):
    """STOP.

    Attributes:
        place: where, if they said so; else everything.
        notice: the notice that was named, as typed.
    """

    place: Place | None = None
    notice: ShortText | None = None


Reading = Place | Start | End | What | Extent | Height | Why | Name | Stopping
R = TypeVar("R", Place, Start, End, What, Extent, Height, Why, Name, Stopping)


class Fragment(Struct, frozen=True, kw_only=True):
    """One thing that was said.

    Attributes:
        n: its number in the call, from 0.
        text: as it was typed.
        read: what it was read as; null is "as said", and nothing was guessed.
        problem: why it could not be read, for the officer; empty where there was nothing to read.
        part_of: the fragment of free text that it was found in.
        superseded_by: the later fragment that contradicts it.
    """

    n: int
    at_ms: TimeMs
    field: Field
    text: SaidText
    read: Reading | None = None
    problem: str = ""
    part_of: int | None = None
    superseded_by: int | None = None


class Call(Struct, frozen=True, kw_only=True):
    """One call.

    Attributes:
        line: null for a caller whom no line knows; such a call still gets through.
        who: what the person at the other end calls themselves.
        language: what is spoken.
        interpreter: the duty designation of who interprets.
    """

    id: CallId
    line: LineId | None
    direction: Direction
    language: Language
    started_ms: TimeMs
    who: ShortText | None = None
    interpreter: ShortText | None = None
    fragments: tuple[Fragment, ...] = ()
    state: CallState = CallState.OPEN


def take(call: Call, fragments: tuple[Fragment, ...], now_ms: TimeMs) -> Call:
    """Take what was just said, numbered on; what it contradicts is superseded.

    Args:
        call: so far.
        fragments: as `fragments.read` gives them for one line of typing: the first, then its parts.
        now_ms: when it was said, UTC milliseconds.
    """
    first = len(call.fragments)
    for one in fragments:
        part_of = None if one.part_of is None else first + one.part_of
        call = _take_one(call, replace(one, n=len(call.fragments), at_ms=now_ms, part_of=part_of))
    return call


def _take_one(call: Call, fragment: Fragment) -> Call:
    if fragment.read is None:
        return replace(call, fragments=(*call.fragments, fragment))
    kept = tuple(
        replace(one, superseded_by=fragment.n) if _stands(one) and _contradicts(one, fragment) else one
        for one in call.fragments
    )
    return replace(call, fragments=(*kept, fragment))


def _stands(fragment: Fragment) -> bool:
    return fragment.read is not None and fragment.superseded_by is None


def _contradicts(earlier: Fragment, later: Fragment) -> bool:
    """Tell whether two fragments cannot both be true."""
    if earlier.field is not later.field or earlier.field in {Field.STOP, Field.PERSON}:
        return False
    match earlier.read, later.read:
        case Place() as first, Place() as second:
            return _apart_m(first, second) * 1e3 > first.radius_mm + second.radius_mm
        case Start() as first, Start() as second:
            apart_ms = max(first.earliest_ms - second.latest_ms, second.earliest_ms - first.latest_ms)
            return apart_ms > SAME_START_MS
        case first, second:
            return first != second


def _apart_m(first: Place, second: Place) -> float:
    one, other = first.position, second.position
    return inverse((one.lat_ndeg / 1e9, one.lon_ndeg / 1e9), (other.lat_ndeg / 1e9, other.lon_ndeg / 1e9))[0]


def counting(call: Call, field: Field) -> Fragment | None:
    """Return the fragment that counts for a field: the finest that nothing contradicts; null for none."""
    standing = [one for one in call.fragments if one.field is field and _stands(one)]
    return min(standing, key=_coarseness, default=None)


def _coarseness(fragment: Fragment) -> tuple[float, ...]:
    match fragment.read:
        case Place(position=position, radius_mm=radius_mm):
            return radius_mm, position.lat_ndeg, position.lon_ndeg
        case Start(earliest_ms=earliest_ms, latest_ms=latest_ms):
            return latest_ms - earliest_ms, earliest_ms
        case _:
            return (fragment.n,)


def reading(call: Call, field: Field, kind: type[R]) -> R | None:
    """Return what counts for a field, if it is of a kind."""
    fragment = counting(call, field)
    return fragment.read if fragment is not None and isinstance(fragment.read, kind) else None


def stops_of(call: Call) -> tuple[Fragment, ...]:
    """Return the STOPs that were heard, in order."""
    return tuple(one for one in call.fragments if isinstance(one.read, Stopping))


def wanted_person(call: Call) -> str | None:
    """Return whom they asked for last; null when they did not."""
    asked = [one for one in call.fragments if one.field is Field.PERSON]
    return asked[-1].text if asked else None
