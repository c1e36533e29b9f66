"""Cursor on Target: XML events, version 2.0 of the base schema (MITRE, public release 11-3895).

`<event uid type how time start stale><point lat lon hae ce le/><detail>…</detail></event>`. `hae` is
metres over the ellipsoid, `ce` the radius of error; 9999999 is unknown. Of the detail only the callsign
and the track are read. No document type, entity or processing instruction is let in, so nothing can
expand or be fetched; an event is at most 64 KiB and 32 elements deep.
"""

from datetime import UTC, datetime
from typing import Final
from xml.parsers import expat

from parley.formats.positions import DATUM_CODE, UNKNOWN, Mover, Refusals, Row
from parley.words.codes import Datum

EVENT_MAX_BYTES: Final = 64 * 1024
DEEPEST: Final = 32
MOST_ATTRIBUTES: Final = 64
_NONE: Final = 9_999_999.0
_MOVERS: Final = {"A": Mover.AIR, "G": Mover.GROUND, "S": Mover.WATER, "U": Mover.WATER}


class _Refused(Exception):
    """Carries the name of the rule."""


class _Event:
    """What one event says, gathered by the parser's calls."""

    def __init__(self) -> None:
        self.event: dict[str, str] = {}
        self.point: dict[str, str] | None = None
        self.callsign = ""
        self.track: dict[str, str] = {}
        self._path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= DEEPEST or len(attributes) > MOST_ATTRIBUTES:
            raise _Refused("cot-too-deep")
        self._path.append(name)
        match self._path:
            case ["event"]:
                self.event = attributes
            case [other] if other != "event":
                raise _Refused("cot-no-event")
            case ["event", "point"]:
                self.point = attributes
            case ["event", "detail", "contact"]:
                self.callsign = attributes.get("callsign", "")
            case ["event", "detail", "track"]:
                self.track = attributes
            case _:
                pass

    def end(self, _name: str) -> None:
        self._path.pop()


def _forbid(*_anything: object) -> int:
    raise _Refused("cot-xml-forbidden")


def read_event(data: bytes, now_ms: int, line: int, refusals: Refusals) -> Row | None:
    """Read one event.

    Args:
        data: one whole XML document.
        now_ms: when it was received, UTC milliseconds.
        line: the number of the event.
        refusals: counts what is refused.

    Returns:
        Its row; null when it was refused and counted: `cot-too-large`, `cot-xml-forbidden` (a document
        type, entity or instruction), `cot-xml-broken`, `cot-too-deep`, `cot-no-event`,
        `cot-not-a-track` (no atom of the `a-` types), `cot-no-point`, `cot-value-unreadable`.
    """
    try:
        return _row(_parsed(data), now_ms, line)
    except _Refused as refused:
        refusals.note(str(refused), line)
    return None


def _parsed(data: bytes) -> _Event:
    if len(data) > EVENT_MAX_BYTES:
        raise _Refused("cot-too-large")
    event = _Event()
    parser = expat.ParserCreate()
    parser.StartElementHandler = event.start
    parser.EndElementHandler = event.end
    parser.StartDoctypeDeclHandler = _forbid
    parser.EntityDeclHandler = _forbid
    parser.UnparsedEntityDeclHandler = _forbid
    parser.ExternalEntityRefHandler = _forbid
    parser.ProcessingInstructionHandler = _forbid
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: an unknown encoding
        raise _Refused("cot-xml-broken") from error
    return event


def _row(event: _Event, now_ms: int, line: int) -> Row:
    kind = event.event.get("type", "")
    if not kind.startswith("a-"):
        raise _Refused("cot-not-a-track")
    if event.point is None:
        raise _Refused("cot-no-point")
    try:
        at_ms, stale_ms = _time_ms(event.event["time"]), _time_ms(event.event["stale"])
        point = {name: float(event.point[name]) for name in ("lat", "lon", "hae", "ce")}
        course_deg, speed_mps = (float(event.track.get(name, "nan")) for name in ("course", "speed"))
    except (KeyError, ValueError, OverflowError) as error:
        raise _Refused("cot-value-unreadable") from error
    return Row(
        id=event.event.get("uid", ""),
        name=event.callsign,
        at_ms=at_ms,
        lat_deg=point["lat"],
        lon_deg=point["lon"],
        height_m=UNKNOWN if point["hae"] >= _NONE else point["hae"],
        datum=DATUM_CODE[Datum.ELLIPSOID],
        speed_mps=speed_mps,
        course_deg=course_deg,
        error_m=UNKNOWN if point["ce"] >= _NONE else point["ce"],
        mover=_MOVERS.get(kind[4:5], Mover.UNKNOWN),
        stale=stale_ms < min(at_ms, now_ms),
        line=line,
    )


def _time_ms(text: str) -> int:
    """An instant of XML Schema, which must say its zone."""
    at = datetime.fromisoformat(text[:40].strip())
    if at.tzinfo is None:
        raise ValueError("no zone")
    return int(at.astimezone(UTC).timestamp() * 1_000)
