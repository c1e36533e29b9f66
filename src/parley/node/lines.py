"""Lines: opened by two papers that people carry, and confirmed by a number that they compare.

    propose -> proposal file -> accept -> acceptance file -> complete -> both terms are in both records

The first entry of both records is the accepter's terms, the second the proposer's: each cites both
descriptors. Until a person here has compared the safety number, the line shows UNVERIFIED.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from parley.geo.validity import area_fault
from parley.node.acting import Acted, act
from parley.node.own import Own
from parley.node.pinning import check_reachable
from parley.node.recording import place_of, record_receipts, record_received, record_sent
from parley.ports.store import Happening, Line, Reads, Tx
from parley.wire.document import (
    ACCEPTANCE_TYPE,
    PROPOSAL_TYPE,
    read_acceptance,
    read_proposal,
    safety_number,
    sign_acceptance,
    sign_proposal,
    terms_digest,
)
from parley.wire.message import Message, check_place, read_message
from parley.words.bodies import (
    Deadlines,
    LineTerms,
    ReceiptItem,
    SeparationDistances,
    Terms,
)
from parley.words.codes import Activity, EvidenceLevel, LineKind
from parley.words.errors import InputError
from parley.words.header import By
from parley.words.party import Acceptance, Descriptor, PartyName, Proposal, party_of, party_without_keys
from parley.words.units import LineId, ShortText, TimeMs
from parley.words.volume import Area

MINUTE_MS: Final = 60_000
PHONE: Final = "phone"
"""The private key under which a phone line's contacts are kept."""
FEWEST_CONTACTS: Final = 2
DEFAULT_READ_BACK = Deadlines(
    routine_ms=120 * MINUTE_MS,
    priority_ms=60 * MINUTE_MS,
    immediate_ms=10 * MINUTE_MS,
    flash_ms=2 * MINUTE_MS,
)
DEFAULT_ANSWER = Deadlines(
    routine_ms=360 * MINUTE_MS,
    priority_ms=180 * MINUTE_MS,
    immediate_ms=30 * MINUTE_MS,
    flash_ms=10 * MINUTE_MS,
)
"""Field goals for handling by precedence (docs/decisions); a STOP is answered within 60 s."""
DEFAULT_SEPARATION = SeparationDistances(horizontal_mm=5_000_000, vertical_mm=300_000, time_ms=15 * MINUTE_MS)


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to ring at the other side, in order: a duty or a name, and a number. Private to this node."""

    who: ShortText
    number: ShortText


class Phone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the other side of a phone line is reached. Private to this node; never in the record."""

    number: ShortText
    contacts: Annotated[tuple[Contact, ...], Meta(max_length=32)]


class Wish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person asks for in a new line.

    Attributes:
        area: where the line applies; a notice outside it is doubted, never refused.
    """

    purpose: str = "safety"
    area: Area | None = None
    exercise: bool = False
    languages: tuple[str, ...] = ("en",)
    read_back_within: Deadlines = DEFAULT_READ_BACK
    answer_within: Deadlines = DEFAULT_ANSWER
    stop_answer_ms: int = MINUTE_MS
    test_interval_ms: int = 720 * MINUTE_MS
    separation: SeparationDistances = DEFAULT_SEPARATION
    separation_by_activity: dict[Activity, SeparationDistances] = {}


def propose(tx: Tx, own: Own, wish: Wish, by: By, now_ms: TimeMs) -> tuple[Line, bytes]:
    """Propose a line; return it and the file for the other side.

    Raises:
        InputError: the rule that the area breaks.
    """
    fault = area_fault(wish.area) if wish.area is not None else None
    if fault is not None:
        raise InputError(fault.rule, fault.detail, where="area", do="Correct the area of the line.")
    terms = _terms_of(own, wish, EvidenceLevel.SIGNED)
    line = _new_line(own, terms, name=f"proposed-{terms.line[:8]}")
    tx.put_line(line)
    _journal(tx, "line-proposed", line, by, now_ms)
    proposal = Proposal(descriptor=own.papers, terms=terms, at=now_ms)
    return line, sign_proposal(proposal, own.message_key)


def _terms_of(own: Own, wish: Wish, evidence: EvidenceLevel) -> LineTerms:
    return LineTerms(
        protocol=1,
        line=own.ids.line(),
        purpose=wish.purpose,
        exercise=wish.exercise,
        area=wish.area,
        languages=wish.languages,
        evidence=evidence,
        read_back_within=wish.read_back_within,
        answer_within=wish.answer_within,
        stop_answer_ms=wish.stop_answer_ms,
        test_interval_ms=wish.test_interval_ms,
        separation=wish.separation,
        separation_by_activity=wish.separation_by_activity,
    )


def open_phone(tx: Tx, own: Own, name: PartyName, phone: Phone, wish: Wish, by: By, now_ms: TimeMs) -> Line:
    """Open a line to a side that has a telephone and no node. It can be used at once.

    Its first entry is our own declaration of the terms: the other side signs nothing. Every step on it is
    what we attest.

    Raises:
        InputError: area-missing, contacts-missing, line-name-taken.
        PeerError: the terms break a rule of the wire, such as an area that crosses itself.
    """
    if wish.area is None:
        raise InputError("area-missing", "a phone line needs the area it is about", do="Give --area.")
    if len(phone.contacts) < FEWEST_CONTACTS:
        what = f"a phone line needs {FEWEST_CONTACTS} contacts: one does not always answer"
        raise InputError("contacts-missing", what, do='Give --contact "DUTY OFFICER,+99 1" twice or more.')
    if any(other.name == name for other in tx.lines()):
        raise InputError("line-name-taken", "there is a line of that name", where=name, do="Add to the name.")
    terms = _terms_of(own, wish, EvidenceLevel.OWN_LOG)
    party = party_without_keys(terms.line, name)
    line = replace(_new_line(own, terms, name=name), kind=LineKind.PHONE, peer_party=party)
    tx.put_line(line)
    tx.put_private(line.id, PHONE, msgspec.json.encode(phone))
    _declare(tx, own, line, (own.digest, party), by, now_ms)
    _journal(tx, "line-opened-by-phone", line, by, now_ms)
    return line


def phone_of(reads: Reads, line: Line) -> Phone | None:
    """Return how the other side of a phone line is reached."""
    raw = reads.private(line.id, PHONE)
    return msgspec.json.decode(raw, type=Phone) if raw else None


def _new_line(own: Own, terms: LineTerms, *, name: str) -> Line:
    return Line(
        id=terms.line,
        name=name,
        epoch=0,
        origin=own.ids.origin(),
        terms=terms,
        terms_digest=terms_digest(terms),
        own_digest=own.digest,
    )


def _with_peer(tx: Tx, own: Own, line: Line, peer: Descriptor, digest: str) -> Line:
    party = party_of(peer)
    if party == own.party:
        raise InputError("line-with-self", "this file is our own", do="Give it to the other side.")
    check_reachable(peer)
    name = peer.name
    taken = {other.name for other in tx.lines() if other.id != line.id}
    digits = 4
    while name in taken:
        name = f"{peer.name}-{line.id[:digits].upper()}"
        digits += 4
    return replace(line, name=name, peer=peer, peer_party=party, peer_digest=digest)


def accept(tx: Tx, own: Own, paper: bytes, by: By, now_ms: TimeMs) -> tuple[Line, bytes]:
    """Accept a proposal; return the line and the file that goes back.

    Raises:
        PeerError: the file breaks a rule of the wire.
        InputError: line-exists, line-with-self.
    """
    proposal, peer, digest = read_proposal(paper)
    terms = proposal.terms
    if tx.line(terms.line) is not None:
        raise InputError("line-exists", "this line is known here already", where=terms.line[:8])
    line = _with_peer(tx, own, _new_line(own, terms, name=peer.name), peer, digest)
    tx.put_line(line)
    message = _declare(tx, own, line, (digest, own.digest), by, now_ms)
    _journal(tx, "line-accepted", line, by, now_ms)
    acceptance = Acceptance(descriptor=own.papers, terms=message.envelope.decode())
    return line, sign_acceptance(acceptance, own.message_key)


def _declare(tx: Tx, own: Own, line: Line, descriptors: tuple[str, str], by: By, now_ms: TimeMs) -> Message:
    body = Terms(salt=own.ids.salt(), terms=line.terms, descriptors=descriptors)
    message, entry = record_sent(tx, own, line, body, by, now_ms)
    act(tx, Acted(line=line, message=message, own=own.party, at_ms=min(entry.at, now_ms), index=entry.index))
    return message


def complete(tx: Tx, own: Own, paper: bytes, by: By, now_ms: TimeMs) -> Line:
    """Take what came back: record their terms, receipt them, and send ours.

    Raises:
        PeerError: the file breaks a rule of the wire.
        InputError: line-unknown, terms-differ, line-exists when it was completed before.
    """
    acceptance, peer, digest = read_acceptance(paper)
    message = read_message(acceptance.terms.encode(), peer.keys.message)
    line = tx.line(message.header.line)
    if line is None:
        raise InputError(
            "line-unknown",
            "this file answers a proposal that was not made here",
            do="Propose the line first.",
        )
    if line.peer is not None:
        raise InputError("line-exists", "this line was completed already", where=line.name)
    _check_terms(own, line, message, digest)
    line = _with_peer(tx, own, line, peer, digest)
    check_place(message.header, place_of(own, line))
    tx.put_line(line)
    entry = record_received(tx, line, message, now_ms)
    act(tx, Acted(line=line, message=message, own=own.party, at_ms=min(entry.at, now_ms), index=entry.index))
    item = ReceiptItem(id=message.id, index=entry.index, at_ms=entry.at)
    _declare(tx, own, line, (own.digest, digest), by, now_ms)
    record_receipts(tx, own, line, [item], now_ms)
    _journal(tx, "line-completed", line, by, now_ms)
    return tx.line(line.id) or line


def _check_terms(own: Own, line: Line, message: Message, digest: str) -> None:
    body = message.body
    fits = (
        isinstance(body, Terms)
        and body.terms == line.terms
        and body.descriptors == (own.digest, digest)
        and message.header.to == own.party
        and message.header.seq == 0
    )
    if not fits:
        raise InputError(
            "terms-differ",
            "the file does not accept what was proposed",
            where=line.name,
            do="Propose the line again and exchange fresh files.",
        )


def take_paper(tx: Tx, own: Own, paper: bytes, by: By, now_ms: TimeMs) -> tuple[Line, bytes | None]:
    """Take either paper of a line: a proposal is accepted, an acceptance completes.

    Returns:
        The line, and the file that goes back, if any.

    Raises:
        PeerError, InputError: as `accept` and `complete`; paper-unknown when it is neither.
    """
    if PROPOSAL_TYPE.encode() in paper:
        return accept(tx, own, paper, by, now_ms)
    if ACCEPTANCE_TYPE.encode() in paper:
        return complete(tx, own, paper, by, now_ms), None
    raise InputError(
        "paper-unknown",
        "this is neither a proposal nor an acceptance of a line",
        do="Ask for the file again.",
    )


def safety_number_of(own: Own, line: Line) -> str:
    """Return the 60 digits that both people compare, in twelve groups of five.

    Raises:
        InputError: line-not-open.
    """
    if line.peer is None:
        raise InputError("line-not-open", "the other side has not accepted yet", where=line.name)
    return safety_number(own.descriptor.root, line.peer.root, line.terms_digest, line.id)


def confirm(tx: Tx, own: Own, line_id: LineId, typed: str, by: By, now_ms: TimeMs) -> Line:
    """Note that a person here heard the safety number from the other side and that it is the same.

    Raises:
        InputError: line-unknown, line-not-open, safety-number-differs.
    """
    line = known_line(tx, line_id)
    digits = "".join(character for character in typed if character.isdigit())
    if digits != safety_number_of(own, line).replace(" ", ""):
        _journal(tx, "safety-number-differs", line, by, now_ms)
        raise InputError(
            "safety-number-differs",
            "the number that was typed is not this line's",
            where=line.name,
            do="Read it again over the other channel. If it still differs, somebody stands between: "
            "do not use the line.",
        )
    line = replace(line, confirmed=by, confirmed_ms=now_ms)
    tx.put_line(line)
    _journal(tx, "line-confirmed", line, by, now_ms)
    tx.publish(Happening(at_ms=now_ms, line=line.id, what="confirmed", detail=by.duty))
    return line


def known_line(reads: Reads, line_id: LineId) -> Line:
    """Return a line.

    Raises:
        InputError: line-unknown.
    """
    line = reads.line(line_id)
    if line is None:
        raise InputError("line-unknown", "no such line", where=line_id, do="See `parley line status`.")
    return line


def _journal(tx: Tx, what: str, line: Line, by: By, now_ms: TimeMs) -> None:
    tx.write_journal(now_ms, what, {"line": line.id, "name": line.name, "by": by.duty})
