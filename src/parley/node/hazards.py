"""Hazards: told by our people with one touch, and over when the party that told of it says so."""

from typing import Final

from msgspec.structs import replace

from parley.exchange import hazard as hazards
from parley.node.desk import Desk
from parley.node.hazard_rows import hazard_of
from parley.node.stopping import fit, plain_area
from parley.wire.message import Message
from parley.words import bodies
from parley.words.errors import InputError, PeerError
from parley.words.units import FreeText, MessageId, TimeMs
from parley.words.volume import Area, Band

UNLIMITED: Final = Band(floor=None, ceiling=None)


def tell(desk: Desk, area: Area | None, band: Band, since_ms: TimeMs | None, text: str | None) -> Message:
    """Tell of a hazard. It is recorded here before anything is sent.

    Nothing in it may hold it up: text is made fit and cut; a place that cannot be sent is left out, and then it
    counts wherever the line is about.

    Raises:
        InputError: line-not-open, role-reads-only.
    """
    since_ms = desk.now_ms if since_ms is None else min(since_ms, desk.now_ms)
    plain = None if area is None else plain_area(area)
    body = bodies.Hazard(salt=desk.salt(), area=plain, band=band, since_ms=since_ms, text=fit(text))
    for attempt in (body, replace(body, text=None), replace(body, area=None, band=UNLIMITED)):
        try:
            return desk.send(attempt)
        except PeerError:
            continue
    return desk.send(replace(body, area=None, band=UNLIMITED, text=None))


def say_over(desk: Desk, of: MessageId, text: FreeText | None) -> Message:
    """Say that a hazard that we told of is over: the only thing that ends it.

    Raises:
        InputError: hazard-unknown.
        OutOfOrder: it is theirs.
    """
    hazard = hazard_of(desk.tx, desk.line.id, of)
    if hazard is None:
        raise InputError(
            "hazard-unknown", "no such hazard on this line", where=of[:16], do="See `parley board`."
        )
    attested = desk.voice is not None
    hazards.end(hazard, desk.speaker, desk.now_ms, desk.by, attested=attested)
    return desk.send(bodies.HazardEnd(salt=desk.salt(), of=of, text=text))
