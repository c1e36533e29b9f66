"""Stopping: a STOP called, answered, reaffirmed and released by our people. Anyone on duty may."""

import unicodedata
from typing import Final

from msgspec.structs import replace

from parley.exchange import stop as stops
from parley.exchange import thread as threads
from parley.exchange.stop import StandingStop
from parley.node.desk import Desk
from parley.node.joining import MOST_OF_OURS, is_full, joined_stop
from parley.wire.message import Message
from parley.words import bodies
from parley.words.bodies import StopScope
from parley.words.codes import CoordinateFormat, StopAnswer
from parley.words.errors import InputError, PeerError
from parley.words.units import FreeText, MessageId
from parley.words.volume import Area, Circle, Corridor, MultiPolygon, Part, Polygon, Position, Volume

MOST_TEXT: Final = 500
FROZEN_FORMATS: Final = frozenset(
    {CoordinateFormat.DECIMAL, CoordinateFormat.DM, CoordinateFormat.DMS, CoordinateFormat.PLOTTED}
)
"""The formats of coordinates that the first protocol knew, and so every node that can get a STOP."""


def call(desk: Desk, scope: StopScope, text: str | None) -> Message:
    """Call a STOP. It is recorded here before anything is sent.

    Nothing in it may hold it up: text is made fit, and cut; a notice whose volume is too large for a
    FLASH is named without it; a place or volume that cannot be sent becomes the whole line. So does one
    scope more than stand at most: both sides then hold the same.

    Raises:
        InputError: line-not-open.
    """
    scope = _frozen(scope)
    if is_full(desk.tx, desk.line, desk.speaker, scope, most=MOST_OF_OURS):
        scope = bodies.StopLine()
    body = bodies.Stop(salt=desk.salt(), scope=scope, text=fit(text))
    narrower = replace(scope, volume=None) if isinstance(scope, bodies.StopActivity) else bodies.StopLine()
    for attempt in (body, replace(body, scope=narrower)):
        try:
            return desk.send(attempt)
        except PeerError:
            continue
    return desk.send(bodies.Stop(salt=desk.salt(), scope=bodies.StopLine(), text=None))


def _frozen(scope: StopScope) -> StopScope:
    """Return a scope that every node can read: its form is frozen, later formats of coordinates are not."""
    match scope:
        case bodies.StopPlace(area=area):
            return replace(scope, area=plain_area(area))
        case bodies.StopVolume(volume=volume) | bodies.StopActivity(volume=Volume() as volume):
            return replace(scope, volume=replace(volume, area=plain_area(volume.area)))
        case _:
            return scope


def plain_area(area: Area) -> Area:
    """Return an area without what only later protocols can read of its coordinates."""
    match area:
        case Circle():
            return replace(area, centre=_plain_position(area.centre))
        case Corridor():
            return replace(area, line=_plain_ring(area.line))
        case Polygon():
            return replace(area, ring=_plain_ring(area.ring), holes=tuple(map(_plain_ring, area.holes)))
        case MultiPolygon():
            parts = tuple(
                Part(ring=_plain_ring(part.ring), holes=tuple(map(_plain_ring, part.holes)))
                for part in area.parts
            )
            return replace(area, parts=parts)


def _plain_ring(ring: tuple[Position, ...]) -> tuple[Position, ...]:
    return tuple(map(_plain_position, ring))


def _plain_position(position: Position) -> Position:
    if position.entered is None or position.entered.format in FROZEN_FORMATS:
        return position
    return replace(position, entered=None)


def fit(text: str | None) -> FreeText | None:
    """Return text that the wire takes: in normalisation form C, without harmful characters, short."""
    if text is None:
        return None
    plain = "".join(character if character.isprintable() else " " for character in text[:MOST_TEXT])
    return unicodedata.normalize("NFC", plain).strip() or None


def scope_of_notice(desk: Desk, of: MessageId) -> StopScope:
    """Return the scope "this activity", with the newest version's volume by value.

    Raises:
        InputError: notice-unknown.
    """
    newest = threads.latest(desk.thread(of))
    return bodies.StopActivity(of=newest.id, volume=newest.body.volume)


def _standing(desk: Desk, stop: MessageId) -> StandingStop:
    found = joined_stop(desk.tx, desk.line.id, stop)
    if found is None:
        raise InputError(
            "stop-unknown", "no such STOP on this line", where=stop[:16], do="See `parley board`."
        )
    return found


def answer(desk: Desk, stop: MessageId, code: StopAnswer, ground: FreeText | None) -> Message:
    """Answer a STOP of theirs.

    Raises:
        InputError: stop-unknown.
        OutOfOrder: it is our own.
    """
    event = stops.StopAnswered(at_ms=desk.now_ms, party=desk.speaker, answer=code)
    stops.move(_standing(desk, stop), event)
    body = bodies.StopReply(salt=desk.salt(), of=stop, answer=code, ground=ground)
    return desk.send(body)


def reaffirm(desk: Desk, stop: MessageId) -> Message:
    """Say that our STOP still stands.

    Raises:
        InputError: stop-unknown.
        OutOfOrder: it is theirs, or released.
    """
    stops.move(_standing(desk, stop), stops.StopReaffirmed(at_ms=desk.now_ms, party=desk.speaker))
    return desk.send(bodies.StopReaffirm(salt=desk.salt(), of=stop))


def release(desk: Desk, stop: MessageId, text: FreeText | None) -> Message:
    """Release our STOP: the only thing that ends it.

    Raises:
        InputError: stop-unknown.
        OutOfOrder: it is theirs.
    """
    stops.move(_standing(desk, stop), stops.StopReleased(at_ms=desk.now_ms, party=desk.speaker))
    return desk.send(bodies.StopRelease(salt=desk.salt(), of=stop, text=text))
