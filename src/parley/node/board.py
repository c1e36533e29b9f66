"""Board: what a desk shows of lines, notices and STOPs, as this side sees it.

Plain values made from committed state; nothing here decides or changes anything. Flags stand beside
the step: overdue, stopped, presumed active, begun over what stood.
"""

from msgspec import Struct

from parley.exchange import thread as threads
from parley.exchange.due import Overdue, due
from parley.exchange.hazard import StandingHazard
from parley.exchange.ladder import Exchange
from parley.exchange.stop import StandingStop
from parley.exchange.thread import Answer, Clearance, Thread
from parley.node.checking import Checked, UnitMark, check_of, units_of
from parley.node.desk import SAY, ToSay, to_say
from parley.node.framing import Gap, gap
from parley.node.hazard_rows import standing_hazards
from parley.node.lines import Phone, phone_of, safety_number_of
from parley.node.naming import handle
from parley.node.own import Own
from parley.node.probed import blankets_of, probing_of
from parley.node.relay_rows import KeptRelay, kept_relays
from parley.node.watching import climbs
from parley.ports.store import Line, Reads
from parley.watch.climbing import Climb
from parley.watch.probing import Probing
from parley.words.bodies import LineTerms, NoticeBody, ReceiptItem
from parley.words.codes import LineKind, Override, ReplyCode, replies_offered
from parley.words.errors import InputError
from parley.words.header import By
from parley.words.units import LineId, MessageId, PartyId, TimeMs

LEGAL: str = (
    "A notification is neither permission nor negotiation, admits nothing, "
    "and the lack of one removes no legal protection."
)
SHORTEST_PREFIX = 8
RELAYS_SHOWN_MS = 24 * 3_600_000
"""How long the board shows what was relayed."""


class LineView(Struct, frozen=True, kw_only=True):
    """A line.

    Attributes:
        safety_number: what both people compare; null while only proposed.
        verified: a person of each side confirmed the safety number, as both nodes know, or it is a phone
            line, which has none; else the line shows UNVERIFIED.
        waiting: our messages that the peer has not receipted yet.
        phone: whom to ring, on a phone line; private.
        to_say: on a phone line, our messages that nobody has said to them yet.
        gap: whether numbers of the peer are awaited or missing.
        blankets: how many notices they sent that are larger and longer than any one activity needs.
    """

    id: LineId
    name: str
    own_name: str
    peer_name: str | None
    exercise: bool
    joined: bool
    verified: bool
    confirmed_by: By | None
    peer_confirmed_by: By | None
    safety_number: str | None
    terms: LineTerms
    entries: int
    root: str
    waiting: int
    gap: Gap
    kind: LineKind = LineKind.JOINED
    phone: Phone | None = None
    to_say: tuple[ToSay, ...] = ()
    blankets: int = 0


class VersionView(Struct, frozen=True, kw_only=True):
    """One version of a notice on the ladder, with what its check found here."""

    id: MessageId
    number: int
    body: NoticeBody
    step: str
    released_ms: TimeMs | None
    delivered_ms: TimeMs | None
    read_back_ms: TimeMs | None
    answered_ms: TimeMs | None
    receipt: ReceiptItem | None
    mismatches: int
    unreadable: str | None
    superseded_ms: TimeMs | None
    hot: bool
    counts: bool
    check: Checked | None
    probing: Probing | None = None


class NoticeView(Struct, frozen=True, kw_only=True):
    """A notice with everything that stands beside it.

    Attributes:
        handle: what people say: "EASTERN-12".
        held_version: the newest version that was read back; null for none.
        stands_against_begin: what a begin now would go ahead over.
        replies_offered: what a person is offered to answer with, in this order.
        units: own units and what they do; private.
    """

    id: MessageId
    handle: str
    line: LineId
    author: PartyId
    ours: bool
    exercise: bool
    phase: str
    presumed_active: bool
    stopped: bool
    versions: tuple[VersionView, ...]
    held_version: int | None
    standing: tuple[Answer, ...]
    answers: tuple[Answer, ...]
    stops: tuple[MessageId, ...]
    begun_over: tuple[Override, ...]
    unsaid: tuple[Override, ...]
    stands_against_begin: tuple[Override, ...]
    replies_offered: tuple[ReplyCode, ...]
    cleared: Clearance | None
    overdue: tuple[Overdue, ...]
    units: tuple[UnitMark, ...]
    legal: str = LEGAL


class StopView(Struct, frozen=True, kw_only=True):
    """A STOP.

    Attributes:
        phone: it stands on a phone line.
        delivered: their node has receipted it, or we said it to them, or it is theirs; else it waits here.
        overdue: a person's answer is.
    """

    stop: StandingStop
    line: LineId
    ours: bool
    exercise: bool
    delivered: bool
    overdue: bool
    phone: bool = False


class HazardView(Struct, frozen=True, kw_only=True):
    """A hazard that stands: it counts until its author says that it is over.

    Attributes:
        delivered: their node has receipted it, or we said it to them, or it is theirs; else it waits here.
        check: what it meets here; private.
    """

    hazard: StandingHazard
    line: LineId
    ours: bool
    exercise: bool
    delivered: bool
    check: Checked | None
    phone: bool = False


class RelayView(Struct, frozen=True, kw_only=True):
    """Hearsay: what another party is said to have said, never the statement of who relays it."""

    relay: KeptRelay
    line: LineId
    ours: bool
    exercise: bool
    delivered: bool
    phone: bool = False


class AlarmView(Struct, frozen=True, kw_only=True):
    """Something owed that climbs the ladder of our own contacts until a person takes it. Private."""

    line: LineId
    climb: Climb


class Board(Struct, frozen=True, kw_only=True):
    """Everything open on all lines at `at_ms`."""

    at_ms: TimeMs
    own_name: str
    lines: tuple[LineView, ...]
    notices: tuple[NoticeView, ...]
    stops: tuple[StopView, ...]
    alarms: tuple[AlarmView, ...] = ()
    hazards: tuple[HazardView, ...] = ()
    relays: tuple[RelayView, ...] = ()
    legal: str = LEGAL


def board(reads: Reads, own: Own, now_ms: TimeMs) -> Board:
    """Return the board over all lines."""
    lines = reads.lines()
    return Board(
        at_ms=now_ms,
        own_name=own.descriptor.name,
        lines=tuple(line_view(reads, own, line) for line in lines),
        notices=tuple(
            view for line in lines for view in notice_views(reads, own, line, now_ms, open_only=True)
        ),
        stops=tuple(
            view for line in lines for view in stop_views(reads, own, line, now_ms, standing_only=True)
        ),
        relays=tuple(
            view for line in lines for view in relay_views(reads, own, line, now_ms - RELAYS_SHOWN_MS)
        ),
        hazards=tuple(view for line in lines for view in hazard_views(reads, own, line)),
        alarms=tuple(
            AlarmView(line=line.id, climb=climb)
            for line in lines
            for climb in climbs(reads, line.id).values()
        ),
    )


def line_view(reads: Reads, own: Own, line: Line) -> LineView:
    """Return what a desk shows of a line."""
    chain = reads.chain(line.id)
    return LineView(
        id=line.id,
        name=line.name,
        kind=line.kind,
        own_name=own.descriptor.name,
        peer_name=line.peer.name if line.peer else (line.name if line.kind is LineKind.PHONE else None),
        exercise=line.terms.exercise,
        joined=line.joined,
        verified=line.kind is LineKind.PHONE or None not in (line.confirmed, line.peer_confirmed),
        peer_confirmed_by=line.peer_confirmed,
        confirmed_by=line.confirmed,
        safety_number=safety_number_of(own, line) if line.peer else None,
        terms=line.terms,
        entries=chain.tree.size,
        root=chain.tree.root().hex(),
        waiting=reads.queue_length(line.id),
        gap=gap(chain),
        phone=phone_of(reads, line),
        to_say=to_say(reads, line.id),
        blankets=blankets_of(reads, line.id),
    )


def _unsent(reads: Reads, line: Line, message: MessageId) -> bool:
    """Tell whether a message of ours has not reached them: not receipted, or on a phone line not said."""
    if line.kind is LineKind.PHONE:
        return reads.private(line.id, SAY + message) is not None
    return reads.waits(line.id, message)


def notice_views(reads: Reads, own: Own, line: Line, now_ms: TimeMs, *, open_only: bool) -> list[NoticeView]:
    """Return the notices of a line, oldest first."""
    return [
        notice_view(reads, own, line, thread, now_ms)
        for thread in reads.threads(line.id, open_only=open_only)
    ]


def notice_view(reads: Reads, own: Own, line: Line, thread: Thread, now_ms: TimeMs) -> NoticeView:
    """Return one notice as this side sees it at `now_ms`."""
    held = threads.held_by_peer(thread)
    return NoticeView(
        id=thread.id,
        handle=handle(own, line, thread),
        line=line.id,
        author=thread.author,
        ours=thread.author == own.party,
        exercise=line.terms.exercise,
        phase=thread.phase.value,
        presumed_active=threads.presumed_active(thread, now_ms),
        stopped=bool(thread.stops),
        versions=tuple(_version(reads, own, line, thread, version, now_ms) for version in thread.versions),
        held_version=held.number if held else None,
        standing=threads.standing(thread),
        answers=thread.answers,
        stops=thread.stops,
        begun_over=thread.begun_over,
        unsaid=thread.unsaid,
        stands_against_begin=threads.stands_against_begin(thread),
        replies_offered=replies_offered(threads.latest(thread).body.activity),
        cleared=thread.cleared,
        overdue=tuple(due([thread], [], line.terms, now_ms)),
        units=units_of(reads, line.id, thread.id),
    )


def _version(
    reads: Reads, own: Own, line: Line, thread: Thread, version: Exchange, now_ms: TimeMs
) -> VersionView:
    return VersionView(
        id=version.id,
        number=version.number,
        body=version.body,
        step=version.step.value,
        released_ms=version.released_ms,
        delivered_ms=version.delivered_ms,
        read_back_ms=version.read_back_ms,
        answered_ms=version.answered_ms,
        receipt=version.receipt,
        mismatches=version.mismatches,
        unreadable=version.unreadable,
        superseded_ms=version.superseded_ms,
        hot=threads.hot(thread, version, now_ms),
        counts=threads.counts(thread, version),
        check=check_of(reads, line.id, version.id),
        probing=probing_of(reads, line.id, version, ours=thread.author == own.party),
    )


def stop_views(reads: Reads, own: Own, line: Line, now_ms: TimeMs, *, standing_only: bool) -> list[StopView]:
    """Return the STOPs of a line, oldest first."""
    return [
        StopView(
            stop=stop,
            line=line.id,
            ours=stop.caller == own.party,
            exercise=line.terms.exercise,
            phone=line.kind is LineKind.PHONE,
            delivered=stop.caller != own.party or not _unsent(reads, line, stop.id),
            overdue=bool(due([], [stop], line.terms, now_ms)),
        )
        for stop in reads.stops(line.id, standing_only=standing_only)
    ]


def hazard_views(reads: Reads, own: Own, line: Line) -> list[HazardView]:
    """Return the hazards of a line that stand, oldest first."""
    return [
        HazardView(
            hazard=hazard,
            line=line.id,
            ours=hazard.author == own.party,
            exercise=line.terms.exercise,
            phone=line.kind is LineKind.PHONE,
            delivered=hazard.author != own.party or not _unsent(reads, line, hazard.id),
            check=check_of(reads, line.id, hazard.id),
        )
        for hazard in standing_hazards(reads, line.id)
    ]


def relay_views(reads: Reads, own: Own, line: Line, since_ms: TimeMs = 0) -> list[RelayView]:
    """Return what was relayed on a line since then, oldest first."""
    return [
        RelayView(
            relay=kept,
            line=line.id,
            ours=kept.author == own.party,
            exercise=line.terms.exercise,
            phone=line.kind is LineKind.PHONE,
            delivered=kept.author != own.party or not _unsent(reads, line, kept.id),
        )
        for kept in kept_relays(reads, line.id)
        if kept.at_ms >= since_ms
    ]


def find_notice(reads: Reads, own: Own, line: Line, text: str) -> Thread:
    """Find a notice by its handle, its id, or at least eight leading characters of its id.

    Raises:
        InputError: notice-unknown, or notice-ambiguous.
    """
    named = _numbered(reads, own, line, text.upper()) or text.lower()
    thread_id = reads.thread_of(line.id, named)
    thread = reads.thread(line.id, thread_id) if thread_id else None
    if thread is not None:
        return thread
    hits = [
        candidate
        for candidate in reads.threads(line.id, open_only=False)
        if len(text) >= SHORTEST_PREFIX and candidate.id.startswith(text.lower())
    ]
    if not hits:
        raise InputError(
            "notice-unknown", "no such notice on this line", where=text[:80], do="See `parley board`."
        )
    if len(hits) > 1:
        raise InputError(
            "notice-ambiguous", "several notices begin so", where=text[:80], do="Give more of the id."
        )
    return hits[0]


def _numbered(reads: Reads, own: Own, line: Line, text: str) -> MessageId | None:
    """Return the message that a handle such as "EASTERN-12" means."""
    name, _, digits = text.rpartition("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 15):  # noqa: PLR2004 - below 2**53
        return None
    if name == own.descriptor.name:
        return reads.numbered(line.id, own.party, int(digits))
    if line.kind is LineKind.PHONE and name == line.name:
        return reads.numbered(line.id, own.party, int(digits))  # what we heard bears our own numbers
    if line.peer and line.peer_party and name == line.peer.name:
        return reads.numbered(line.id, line.peer_party, int(digits))
    return None


def find_line(reads: Reads, text: str) -> Line:
    """Find a line by its name, its id, or at least eight leading characters of its id.

    Raises:
        InputError: line-unknown, or line-ambiguous.
    """
    lines = reads.lines()
    hits = [line for line in lines if line.name.upper() == text.upper() or line.id == text] or [
        line for line in lines if len(text) >= SHORTEST_PREFIX and line.id.startswith(text.lower())
    ]
    if not hits:
        raise InputError("line-unknown", "no such line", where=text[:80], do="See `parley line status`.")
    if len(hits) > 1:
        raise InputError(
            "line-ambiguous", "several lines are meant", where=text[:80], do="Give the line's id."
        )
    return hits[0]
