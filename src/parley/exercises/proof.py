"""Proof: both records, read over the API, verified here again, and matched against each other.

The nodes' own word is asked for and not relied on: each entry, envelope, signature and head is checked
with the parties' public keys alone. What the picture holds is searched for in every byte that was sent.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain
from typing import Final

import msgspec
from msgspec import Struct

from parley.exchange.read_back import differences
from parley.exercises.desk import Desk
from parley.exercises.game import Game, words, zulu
from parley.exercises.scenario import LoadPicture, Own, Side
from parley.geo.coordinate import read_coordinate
from parley.node.auditing import RecordReport
from parley.record import entry as entries_
from parley.record.audit import Match, audit, match
from parley.record.entry import Entry
from parley.record.note import Verifier
from parley.wire.message import Message, read_message
from parley.words import bodies
from parley.words.bodies import NoticeBody, ReceiptItem
from parley.words.errors import ParleyError
from parley.words.party import party_of

PAGE: Final = 1_000
IN_WORDS: Final[dict[type, str]] = {
    bodies.End: "end",
    bodies.Stop: "STOP called",
    bodies.StopReaffirm: "STOP reaffirmed",
    bodies.StopRelease: "STOP released",
    bodies.LineTest: "line test",
    bodies.LineTestReply: "line test answered",
}


class EntryView(Struct, frozen=True):
    """One entry as the API gives it."""

    entry: str
    envelope: str


class Head(Struct, frozen=True):
    """The newest signed head."""

    note: str
    origin: str
    size: int
    root: str


class Record(Struct, frozen=True, kw_only=True):
    """One side's record as it was read, and whether it held. `by` are the authors' sides."""

    entries: list[Entry]
    messages: list[Message]
    by: list[Side]
    verified: bool
    root: str
    problem: str


class Shown(Struct, frozen=True, kw_only=True):
    """What is said of a record."""

    entries: int
    verified: bool
    root: str


class Outcome(Struct, frozen=True, kw_only=True):
    """What the records show.

    Attributes:
        match: both hold the same messages, and every receipt agrees with the entry it speaks of.
        proofs: for each side, what the other side's signature lets it prove, in order.
    """

    records: dict[Side, Shown]
    match: bool
    proofs: dict[Side, tuple[str, ...]]


async def prove(game: Game) -> Outcome:
    """Read both records and check them, by themselves, against each other, and for what must not be in them."""
    for desk in game.desks:
        await desk.until("an empty queue", lambda desk=desk: _settled(game, desk))  # type: ignore[misc]
    records = {desk.side: await _read(game, desk) for desk in game.desks}
    for side, record in records.items():
        game.check(
            f"{game.title(side)}'s record verifies: by its node, and again here from its entries",
            ok=record.verified,
            detail=record.problem or f"{len(record.entries)} entries, root {record.root[:16]}",
        )
    first, second = (records[side] for side in game.scenario.sides)
    found = _matched(game, first, second)
    agree = found is not None and not any(getattr(found, member) for member in found.__struct_fields__)
    game.check(
        "both records hold the same messages, and each receipt is what the other's entry says",
        ok=agree,
        detail="no difference" if agree else str(found),
    )
    _check_receipt(game, records)
    await _check_private(game, records)
    marked = [message.header.exercise for record in records.values() for message in record.messages]
    game.check("every message is marked EXERCISE", ok=all(marked), detail=f"{sum(marked)} of {len(marked)}")
    return Outcome(
        records={
            side: Shown(entries=len(record.entries), verified=record.verified, root=record.root)
            for side, record in records.items()
        },
        match=agree,
        proofs={side: tuple(_provable(game, record, side)) for side, record in records.items()},
    )


async def _settled(game: Game, desk: Desk) -> bool | None:
    lines = [(await one.status()).line for one in (desk, game.across(desk.side))]
    return (lines[0].waiting == 0 and lines[0].entries == lines[1].entries) or None


async def _read(game: Game, desk: Desk) -> Record:
    views: list[EntryView] = []
    while page := await desk.get(f"{desk.line}/record?start={len(views)}&count={PAGE}", list[EntryView]):
        views += page
    head = await desk.get(f"{desk.line}/record/head", Head)
    report = await desk.get(f"{desk.line}/record/verify", RecordReport)
    keys = {party_of(node.descriptor): (side, node) for side, node in game.stage.nodes.items()}
    entries = [entries_.decode(view.entry.encode()) for view in views]
    messages: list[Message] = []
    own = game.stage.nodes[desk.side].descriptor

    def check_envelope(entry: Entry) -> None:
        envelope = views[entry.index].envelope.encode()
        message = read_message(envelope, keys[entry.author][1].descriptor.keys.message)
        if (message.id, sha256(envelope).hexdigest()) != (entry.id, entry.env):
            raise ValueError(f"entry {entry.index} does not describe its envelope")
        messages.append(message)

    problem = report.problem
    try:
        audited = audit(
            [view.entry.encode() for view in views],
            [head.note.encode()],
            origin=head.origin,
            known=[Verifier(head.origin, bytes.fromhex(own.keys.head))],
            check_envelope=check_envelope,
        )
        if (audited.signed_size, audited.root.hex()) != (len(views), report.root):
            problem = "the signed head is not over all entries"
    except (ParleyError, ValueError) as error:
        problem = str(error)
    return Record(
        entries=entries,
        messages=messages,
        by=[keys[entry.author][0] for entry in entries],
        verified=report.verified and not problem,
        root=report.root,
        problem=problem,
    )


def _matched(game: Game, first: Record, second: Record) -> Match | None:
    left, right = game.scenario.sides
    try:
        return match(
            first.entries,
            second.entries,
            receipts_a=_receipts(first, left),
            receipts_b=_receipts(first, right),
        )
    except ParleyError:
        return None


def _receipts(record: Record, author: Side) -> Iterator[ReceiptItem]:
    for message, by in zip(record.messages, record.by, strict=True):
        if by == author and isinstance(message.body, bodies.Receipt):
            yield from message.body.items


def _check_receipt(game: Game, records: dict[Side, Record]) -> None:
    """The receipt of the notice names the recipient's own entry."""
    notice = game.versions[0]
    for side, record in records.items():
        entry = next((one for one in record.entries if one.id == notice), None)
        if entry is None or entry.direction is entries_.Direction.SENT:
            continue
        receipts = _receipts(records[game.scenario.other(side)], side)
        stated = [(item.index, item.at_ms) for item in receipts if item.id == notice]
        game.check(
            f"the receipt that {game.title(game.scenario.other(side))} holds names {game.title(side)}'s own entry",
            ok=stated == [(entry.index, entry.at)],
            detail=f"receipt {stated}; entry index {entry.index} at {entry.at}",
        )


async def _check_private(game: Game, records: dict[Side, Record]) -> None:
    """Nothing that was sent holds a name or a coordinate of the private picture (rule 7)."""
    needles = sorted(set(chain.from_iterable(_needles(own) for own in game.scenario.picture)))
    envelopes = [message.envelope for record in records.values() for message in record.messages]
    sent = b"\n".join(chain.from_iterable(map(_readable, envelopes)))
    found = [needle for needle in needles if needle.encode() in sent]
    loading = next(step for step in game.scenario.steps if isinstance(step, LoadPicture))
    journal = await game.desk(loading.side).get("/journal?count=1000", msgspec.Raw)
    control = [needle for needle in needles if needle.encode() in bytes(journal)]
    game.check(
        f"no byte that left {game.title(loading.side)} holds a name or coordinate of its own positions",
        ok=not found and bool(control),
        detail=f"{len(needles)} names and coordinates, in {len(envelopes)} envelopes: found {found or 'none'}; "
        f"control: the same search finds {len(control)} in its private journal",
    )


def _needles(own: Own) -> Iterator[str]:
    """The forms in which an own item could be written."""
    position = read_coordinate(own.place)
    yield from (own.id, own.name, own.name.split()[-1], own.place)
    for half, ndeg in zip(_halves(own.place), (position.lat_ndeg, position.lon_ndeg), strict=True):
        yield from (half, str(ndeg), f"{ndeg / 1e9:.5f}", f"{ndeg / 1e9:.4f}")


def _halves(place: str) -> tuple[str, str]:
    parts = place.split()
    middle = len(parts) // 2
    return " ".join(parts[:middle]), " ".join(parts[middle:])


def _readable(envelope: bytes) -> Iterable[bytes]:
    """An envelope's own bytes, and the payload inside."""
    return envelope, b64decode(msgspec.json.decode(envelope)["payload"])


def _provable(game: Game, record: Record, side: Side) -> Iterator[str]:
    """What the other side signed, in words."""
    other = game.scenario.other(side)
    versions = {
        message.id: message.body for message in record.messages if isinstance(message.body, NoticeBody)
    }
    receipted = sum(1 for _ in _receipts(record, other))
    for message, by in zip(record.messages, record.by, strict=True):
        said = _in_words(message, versions) if by == other else None
        if said:
            yield f"{zulu(message.header.at)} {said}"
    yield f"receipts for {receipted} messages, each with index and time"


def _in_words(message: Message, versions: dict[str, NoticeBody]) -> str | None:
    """Say what a message is; null for what needs no line of its own."""
    said: str | None = None
    match message.body:
        case bodies.Terms():
            said = "terms of the line"
        case bodies.Notice() as body:
            said = f"notice: {words(body.activity)}, reason as stated: {words(body.reason.code)}"
        case bodies.Amend() as body:
            said = f"version {body.version} of the notice"
        case bodies.ReadBack() as body:
            said = "read-back: MISMATCH" if differences(versions[body.of], body) else "read-back: match"
        case bodies.Reply() as body:
            said = f"reply: {words(body.code).upper()}"
        case bodies.Begin() as body:
            over = ", ".join(map(words, body.over)) or "nothing"
            said = f"begin over {over}"
            said += f"; reason {words(body.over_reason.code)}" if body.over_reason else ""
        case bodies.StopReply() as body:
            said = f"STOP answered: {words(body.answer).upper()}"
        case body:
            said = IN_WORDS.get(type(body))
    return said
