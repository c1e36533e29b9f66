"""Messages: payload = {"body": …, "header": …} in JCS, sealed in an envelope.

`body_id` = SHA-256(JCS(body)): what people draft, approve and read back. `id` = SHA-256 of the
envelope's pre-authentication encoding: what chains, receipts and citations name.
"""

from hashlib import sha256
from typing import Final, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from parley.geo.validity import area_fault, band_fault, volume_fault
from parley.wire import dsse, jcs
from parley.wire.jcs import broken, printable
from parley.wire.keys import SigningKey
from parley.words import bodies
from parley.words.bodies import AnyBody
from parley.words.codes import RANK, Activity, Precedence, Reason, RelayWay
from parley.words.header import AnyFrame, Header
from parley.words.units import Count, LineId, PartyId
from parley.words.volume import Area, Band, Volume, Window

PAYLOAD_TYPE: Final = "application/vnd.parley.message.v1+json"
STOP_RANK: Final = RANK[Precedence.FLASH] + 1
MAX_FLASH_PAYLOAD_BYTES: Final = 8 * 1024
UNNUMBERED: Final = "receipt"
"""The one kind that has no number and no predecessor."""
BODY_OF_KIND: Final[dict[str, type[bodies.Body]]] = {
    str(body.__struct_config__.tag): body for body in get_args(AnyBody)
}
KINDS: Final = frozenset(BODY_OF_KIND)


class _Payload(Struct, frozen=True, forbid_unknown_fields=True):
    header: msgspec.Raw
    body: msgspec.Raw


class Fault(Struct, frozen=True):
    """Why a body was not understood: a rule of `rules.BODY`, and how it is broken."""

    rule: str
    detail: str


class Message(Struct, frozen=True):
    """A message whose envelope and header hold. `body` is null when it was not understood: see `fault`."""

    id: str
    body_id: str
    header: Header
    body: AnyBody | None
    fault: Fault | None
    envelope: bytes


class Place(Struct, frozen=True):
    """Where a message or frame of the peer must belong: what the receiving node knows of its line.

    Attributes:
        sender: the peer.
        recipient: this party.
        epochs: those of the sender that both sides know.
    """

    line: LineId
    epochs: frozenset[Count]
    sender: PartyId
    recipient: PartyId
    exercise: bool


_PAYLOAD: Final = msgspec.json.Decoder(_Payload)
_HEADER: Final = msgspec.json.Decoder(Header)
_BODY: Final[msgspec.json.Decoder[AnyBody]] = msgspec.json.Decoder(AnyBody)
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def kind_of(body: AnyBody) -> str:
    """Return the kind's code, as in header and body."""
    return str(type(body).__struct_config__.tag)


def precedence_of(body: AnyBody) -> Precedence:
    """Return the precedence at which a body travels.

    A STOP and all about it are FLASH, and so are a hazard and its end. What names another message travels
    at IMMEDIATE, so that an answer never waits behind routine notices; tests and terms are ROUTINE.
    """
    match body:
        case bodies.Notice() | bodies.Amend():
            return body.precedence
        case bodies.Stop() | bodies.StopReply() | bodies.StopReaffirm() | bodies.StopRelease():
            return Precedence.FLASH
        case bodies.Hazard() | bodies.HazardEnd():
            return Precedence.FLASH
        case bodies.Terms() | bodies.LineTest() | bodies.LineTestReply():
            return Precedence.ROUTINE
        case bodies.Heard(said=said):
            return precedence_of(said)
        case _:
            return Precedence.IMMEDIATE


def body_id(body: AnyBody) -> str:
    """Return SHA-256(JCS(body)), hex."""
    return sha256(jcs.encode(body)).hexdigest()


def sign_message(header: Header, body: AnyBody, key: SigningKey, *, read_back: bool = True) -> Message:
    """Make a message of our own. What the peer would refuse or not understand is not signed.

    The payload is read back by the peer's rules before it is signed, because a struct that was built
    here, and not decoded, has had no bound checked.

    Args:
        header: of the message.
        body: of the message.
        key: of the sender.
        read_back: false only for what is built from nothing but values that were read by those rules.

    Raises:
        PeerError: header or body breaks a rule; for our own messages this is a bug or bad input here.
    """
    raw_body = jcs.encode(body)
    payload = jcs.encode(_Payload(msgspec.Raw(jcs.encode(header)), msgspec.Raw(raw_body)))
    if len(payload) > dsse.MAX_PAYLOAD_BYTES:
        raise broken("envelope-too-large", f"payload of {len(payload)} bytes")
    parts = _read_payload(payload) if read_back else _Read(sha256(raw_body).hexdigest(), header, body, None)
    if parts.fault is not None:
        raise broken(parts.fault.rule, parts.fault.detail)
    envelope, message_id = dsse.seal(PAYLOAD_TYPE, payload, key)
    # What was read back is acted on, so that both sides act on the same.
    return Message(message_id, parts.body_id, parts.header, parts.body, None, envelope)


def read_message(envelope: bytes, public_hex: str) -> Message:
    """Open, verify and read a message.

    The checks, in order: (1) the envelope's form; (2) its signature by `public_hex`; (3) the payload's
    canonical form; (4) the header; (5) the body, which may fail and leaves a `fault`. Whether it
    belongs on this line is `check_place`'s to say.

    Raises:
        PeerError: a rule of `rules.FORM`; nothing of it can be trusted.
    """
    opened = dsse.open_unverified(envelope, PAYLOAD_TYPE)  # (1)
    dsse.verify(opened, public_hex)  # (2)
    return _as_message(opened, envelope)


def read_unverified(envelope: bytes) -> Message:
    """Read a message without checking who signed it: for our own stored bytes, verified on arrival.

    Raises:
        PeerError: a rule of `rules.FORM` is broken.
    """
    return _as_message(dsse.open_unverified(envelope, PAYLOAD_TYPE), envelope)


def check_place(of: Header | AnyFrame, place: Place) -> None:
    """Raise unless a verified header or frame belongs to the line on which it arrived.

    Raises:
        PeerError: line-mismatch, party-mismatch, epoch-unknown or exercise-mismatch.
    """
    if of.line != place.line:
        raise broken("line-mismatch", of.line)
    if (of.from_, of.to) != (place.sender, place.recipient):
        raise broken("party-mismatch", f"from {of.from_} to {of.to}")
    if of.epoch not in place.epochs:
        raise broken("epoch-unknown", str(of.epoch))
    if isinstance(of, Header) and of.exercise != place.exercise:
        raise broken("exercise-mismatch", f"message {of.exercise}, line {place.exercise}")


class _Read(Struct, frozen=True):
    body_id: str
    header: Header
    body: AnyBody | None
    fault: Fault | None


def _as_message(opened: dsse.Opened, envelope: bytes) -> Message:
    read = _read_payload(opened.payload)
    return Message(opened.id, read.body_id, read.header, read.body, read.fault, envelope)


def _read_payload(payload: bytes) -> _Read:
    parts = _split(payload)  # (3), and below wherever a struct does not fit
    header = _read_header(bytes(parts.header))  # (4)
    raw_body = bytes(parts.body)
    body, fault = _read_body(raw_body, header, len(payload))  # (5)
    return _Read(sha256(raw_body).hexdigest(), header, body, fault)


def _split(payload: bytes) -> _Payload:
    try:
        parts = _PAYLOAD.decode(payload)
    except _UNDECODABLE as error:
        jcs.check(payload)
        raise broken("payload-malformed", str(error)) from error
    if jcs.encode(parts) != payload:
        raise broken("payload-not-canonical")
    jcs.check_text(payload)
    return parts


def _read_header(raw: bytes) -> Header:
    try:
        header = _HEADER.decode(raw)
    except _UNDECODABLE as error:
        jcs.check(raw, depth=2)
        raise broken("header-invalid", str(error)) from error
    if jcs.encode(header) != raw:
        raise broken("payload-not-canonical", "in the header")
    _check_numbering(header)
    return header


def _check_numbering(header: Header) -> None:
    if header.kind == UNNUMBERED:
        if header.seq is not None or header.prev is not None:
            raise broken("number-unexpected")
        return
    if header.seq is None:
        raise broken("number-missing")
    if (header.seq == 0) != (header.prev is None):
        raise broken("prev-missing", "only the message numbered 0 has no predecessor")


def _read_body(raw: bytes, header: Header, payload_bytes: int) -> tuple[AnyBody | None, Fault | None]:
    if header.kind not in KINDS:
        jcs.check(raw, depth=2)
        return None, Fault("kind-unknown", header.kind)
    try:
        body = _BODY.decode(raw)
    except _UNDECODABLE as error:
        jcs.check(raw, depth=2)
        return None, Fault("body-invalid", printable(str(error)))
    if jcs.encode(body) != raw:
        jcs.check(raw, depth=2)
        return None, Fault("body-invalid", "a member is missing")
    if kind_of(body) != header.kind:
        return None, Fault("kind-mismatch", f"header {header.kind}, body {kind_of(body)}")
    fault = _meaning_fault(body, payload_bytes)
    return (None, fault) if fault else (body, None)


def _meaning_fault(body: AnyBody, payload_bytes: int) -> Fault | None:
    """Return what is wrong with a body whose form is right."""
    if payload_bytes > MAX_FLASH_PAYLOAD_BYTES and precedence_of(body) is Precedence.FLASH:
        return Fault("flash-too-large", f"{payload_bytes} bytes")
    relayed = _relay_fault(body.said if isinstance(body, bodies.Heard) else body)
    if relayed is not None:
        return relayed
    says_more = _avoidance_fault(body.said if isinstance(body, bodies.Heard) else body)
    if says_more is not None:
        return Fault("avoidance-says-more", says_more)
    faults = [volume_fault(volume) for volume in volumes_of(body)]
    said = body.said if isinstance(body, bodies.Heard) else body
    if isinstance(said, bodies.Hazard):
        faults.append(band_fault(said.band))
    if isinstance(body, bodies.Terms) and body.terms.area is not None:
        faults.append(area_fault(body.terms.area))
    for fault in filter(None, faults):
        return Fault("volume-invalid", printable(f"{fault.rule}: {fault.detail}"))
    return None


def _relay_fault(body: AnyBody) -> Fault | None:
    """Return what makes a relay more than hearsay, or share what may not be shared."""
    if not isinstance(body, bodies.Relay):
        return None
    if body.way is RelayWay.HEARD_FROM and (not body.chain or body.chain[0].who != body.party):
        return Fault("relay-unchained", "the first link of the chain is the party from whom it was heard")
    if body.caveats is not None and not body.caveats.onward:
        return Fault("relay-forbidden", "its caveats forbid onward sharing")
    return None


def _avoidance_fault(body: AnyBody) -> str | None:
    """Return what a notice states of an activity that it withholds."""
    if not isinstance(body, bodies.Notice | bodies.Amend) or body.activity is not Activity.WITHHELD:
        return None
    if body.actor is not None:
        return "an actor"
    return None if body.reason == bodies.StatedReason(code=Reason.WITHHELD, text=None) else "a reason"


def volumes_of(body: AnyBody) -> tuple[Volume, ...]:
    """Return the volumes that a body carries by value: what it is about to happen in, or to cease."""
    match body:
        case (
            bodies.Notice(volume=volume)
            | bodies.Amend(volume=volume)
            | bodies.Cancel(volume=volume)
            | bodies.Relay(volume=Volume() as volume)
        ):
            return (volume,)
        case bodies.Stop(
            scope=bodies.StopVolume(volume=volume) | bodies.StopActivity(volume=Volume() as volume)
        ):
            return (volume,)
        case bodies.Stop(scope=bodies.StopPlace(area=area)):
            return (always(area),)
        case bodies.Hazard(area=area, band=band) if area is not None:
            return (replace(always(area), band=band),)
        case bodies.Heard(said=said):
            return volumes_of(said)
        case _:
            return ()


def always(area: Area) -> Volume:
    """Return the volume over an area at every altitude and time."""
    return Volume(
        area=area, band=Band(floor=None, ceiling=None), window=Window(start_ms=0, end_ms=253_402_300_799_999)
    )


def rank_of(body: AnyBody) -> int:
    """Return the precedence as a number, FLASH highest; a STOP and all about it above every FLASH."""
    if isinstance(body, bodies.Stop | bodies.StopReply | bodies.StopReaffirm | bodies.StopRelease):
        return STOP_RANK
    return RANK[precedence_of(body)]
