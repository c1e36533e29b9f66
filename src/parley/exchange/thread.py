"""A thread: one notice on one line, with all its versions and what stands beside them.

Rule 2: replies of objection, query, warning and hold stand until withdrawn, over every version.
Rule 4: a new version starts at the bottom; until it is read back, both volumes count.
Rule 8: from the window's start a volume is hot until end, cancel or a person's attributed clearance.
A version that was superseded while cold never becomes hot; one that was hot stays so. A clearance
speaks of what is hot when it is given, never of a window that starts later.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.exchange import ladder
from parley.exchange.ladder import Exchange, Step
from parley.exchange.phase import CLOSED, Amended, Begun, Cancelled, Ended, Phase, advance
from parley.words.bodies import Amend, Begin, NoticeBody, ReceiptItem
from parley.words.codes import HUMANITARIAN, STANDING_REPLIES, Override, ReplyCode
from parley.words.errors import InputError
from parley.words.header import By
from parley.words.units import MessageId, PartyId, Seq, TimeMs
from parley.words.volume import Area, positions_of

MOST_VERSIONS: Final = 1_000
MOST_VERTICES: Final = 50_000
"""Of all versions of a notice together: each is looked at whenever something is said about the notice."""


class Answer(Struct, frozen=True, kw_only=True):
    """A reply given and not withdrawn."""

    id: MessageId
    of: MessageId
    code: ReplyCode
    at_ms: TimeMs
    by: By | None = None
    who: str | None = None
    text: str | None = None


class Clearance(Struct, frozen=True, kw_only=True):
    """A person's attributed word that the volume is cold."""

    by: By
    at_ms: TimeMs
    ground: str


class Thread(Struct, frozen=True, kw_only=True):
    """A notice and everything about it.

    Attributes:
        id: the message that carries version 1.
        seq: its number; with the author's name it makes the handle, "EASTERN-12".
        version_seq: the number of the newest version.
        phase_seq: the number of the newest begin, end or cancel; an older one that arrives late
            changes no phase.
        begun_over: what the newest begin said it goes ahead over; `unsaid` what stood beside that.
        stops: the STOPs that stand and touch this notice.
    """

    id: MessageId
    author: PartyId
    seq: Seq
    versions: tuple[Exchange, ...]
    version_seq: Seq = 0
    phase: Phase = Phase.PLANNED
    phase_seq: int = -1
    phase_ms: TimeMs | None = None
    answers: tuple[Answer, ...] = ()
    stops: tuple[MessageId, ...] = ()
    begun_over: tuple[Override, ...] = ()
    unsaid: tuple[Override, ...] = ()
    cleared: Clearance | None = None


def open_thread(exchange: Exchange, author: PartyId, seq: Seq) -> Thread:
    """Start a thread with version 1."""
    return Thread(id=exchange.id, author=author, seq=seq, versions=(exchange,), version_seq=seq)


def released(message_id: MessageId, body: NoticeBody, at_ms: TimeMs) -> Exchange:
    """Return a version just released."""
    number = body.version if isinstance(body, Amend) else 1
    draft = Exchange(id=message_id, number=number, body=body)
    return ladder.step(draft, ladder.Released(at_ms=at_ms))


def latest(thread: Thread) -> Exchange:
    """Return the newest version."""
    return thread.versions[-1]


def held_by_peer(thread: Thread) -> Exchange | None:
    """Return the newest version that has been read back: what they are known to hold."""
    known = [version for version in thread.versions if ladder.reached(version, Step.READ_BACK)]
    return known[-1] if known else None


def version_of(thread: Thread, message_id: MessageId) -> Exchange:
    """Return the version that a message carries.

    Raises:
        InputError: no version of this thread has that id.
    """
    for version in thread.versions:
        if version.id == message_id:
            return version
    raise InputError("version-unknown", "no such version of this notice", where=message_id)


def is_full(thread: Thread, area: Area) -> bool:
    """Tell whether a further version, of this area, would be more than a notice holds."""
    held = sum(len(positions_of(version.body.volume.area)) for version in thread.versions)
    return len(thread.versions) >= MOST_VERSIONS or held + len(positions_of(area)) > MOST_VERTICES


def add_version(thread: Thread, exchange: Exchange, seq: Seq | None = None) -> Thread:
    """Add a version; it starts at the bottom (rule 4), and an earlier clearance no longer covers it.

    Args:
        thread: the notice.
        exchange: the version, released.
        seq: the number of the message that carries it. One after an end or a cancel is planned again;
            one before them is closed by them. Null when unknown, and then it counts as the newest.
    """
    versions = sorted((*thread.versions, exchange), key=lambda version: version.number)
    newest = max(thread.version_seq, thread.phase_seq + 1 if seq is None else seq)
    phase = thread.phase
    if newest > thread.phase_seq:
        phase = advance(phase, Amended(at_ms=exchange.released_ms or 0))
    return replace(thread, versions=tuple(versions), version_seq=newest, phase=phase, cleared=None)


def move(thread: Thread, of: MessageId, event: ladder.Event) -> Thread:
    """Move one version by one event.

    A read-back or reply proves that the message was delivered, even while its receipt is on the way;
    a reply given before the read-back counts as the answer once the read-back matches.

    Raises:
        InputError: the version is unknown.
        OutOfOrder: the ladder has no landing for the event.
    """
    version = version_of(thread, of)
    proves_delivery = not isinstance(event, ladder.Released | ladder.TimePassed)
    if proves_delivery and version.step is Step.RELEASED and not isinstance(event, ladder.Delivered):
        version = ladder.step(version, ladder.Delivered(at_ms=event.at_ms))
    version = ladder.step(version, event)
    answered = any(answer.of == of for answer in thread.answers)
    if isinstance(event, ladder.ReadBackMatched) and version.step is Step.READ_BACK and answered:
        version = ladder.step(version, ladder.Replied(at_ms=event.at_ms))
    return _with_version(thread, version, event.at_ms)


def _with_version(thread: Thread, changed: Exchange, at_ms: TimeMs) -> Thread:
    """Put a version back; once it is read back, the older ones are superseded."""
    read_back = ladder.reached(changed, Step.READ_BACK)

    def settled(version: Exchange) -> Exchange:
        if version.id == changed.id:
            return changed
        if read_back and version.number < changed.number and version.superseded_ms is None:
            return replace(version, superseded_ms=at_ms, stays_hot=hot(thread, version, at_ms))
        return version

    return replace(thread, versions=tuple(settled(version) for version in thread.versions))


def deliver(thread: Thread, of: MessageId, at_ms: TimeMs, receipt: ReceiptItem | None) -> Thread:
    """Note that the recipient's node recorded a version."""
    return move(thread, of, ladder.Delivered(at_ms=at_ms, receipt=receipt))


def answer(thread: Thread, given: Answer) -> Thread:
    """Note a reply; a standing one stands until it is withdrawn."""
    moved = move(thread, given.of, ladder.Replied(at_ms=given.at_ms))
    return replace(moved, answers=(*moved.answers, given))


def withdraw(thread: Thread, reply_id: MessageId, at_ms: TimeMs) -> Thread:
    """Take a reply back.

    Raises:
        InputError: no such reply stands.
    """
    taken = next((given for given in thread.answers if given.id == reply_id), None)
    if taken is None:
        raise InputError(
            "reply-unknown", "no such reply stands", where=reply_id, do="See `parley notice show`."
        )
    rest = tuple(given for given in thread.answers if given.id != reply_id)
    thread = replace(thread, answers=rest)
    if any(given.of == taken.of for given in rest):
        return thread
    return move(thread, taken.of, ladder.AnswerWithdrawn(at_ms=at_ms))


def standing(thread: Thread) -> tuple[Answer, ...]:
    """Return the replies that stand beside the notice, oldest first."""
    return tuple(given for given in thread.answers if given.code in STANDING_REPLIES)


_OVERRIDE_OF = {
    ReplyCode.OBJECTION: Override.OBJECTION_STANDING,
    ReplyCode.QUERY: Override.QUERY_STANDING,
    ReplyCode.WARNING: Override.WARNING_STANDING,
    ReplyCode.HOLD_REQUESTED: Override.HOLD_STANDING,
    ReplyCode.HAZARD_ON_ROUTE: Override.HAZARD_ON_ROUTE_STANDING,
    ReplyCode.CANNOT_PASS_ON: Override.NOT_PASSED_ON,
    ReplyCode.CONTACT_US: Override.CONTACT_ASKED,
}


def stands_against_begin(thread: Thread) -> tuple[Override, ...]:
    """Return what a begin now would go ahead over, in the order of `Override` (rule 3)."""
    found = {_OVERRIDE_OF[given.code] for given in standing(thread)}
    if not ladder.reached(latest(thread), Step.READ_BACK):
        found.add(Override.READ_BACK_MISSING)
    if thread.stops:
        found.add(Override.STOP_STANDING)
    return tuple(override for override in Override if override in found)


def needs_reason(thread: Thread) -> bool:
    """Tell whether a begin now needs a releaser's stated reason; a humanitarian one never does."""
    return bool(stands_against_begin(thread)) and latest(thread).body.activity not in HUMANITARIAN


def begin(thread: Thread, body: Begin, seq: Seq, at_ms: TimeMs) -> Thread:
    """Note that the activity begins, over what, and what stood but was not said.

    A begin of a superseded version makes that one hot too: it is what its author says.
    """
    if seq <= thread.phase_seq:
        return thread
    unsaid = tuple(override for override in stands_against_begin(thread) if override not in body.over)
    moved = _phase(thread, Begun(at_ms=at_ms), seq, at_ms)
    versions = tuple(
        replace(version, stays_hot=True) if version.id == body.of else version for version in moved.versions
    )
    return replace(moved, versions=versions, begun_over=body.over, unsaid=unsaid, cleared=None)


def end(thread: Thread, seq: Seq, at_ms: TimeMs) -> Thread:
    """Note that the activity has ended."""
    return _phase(thread, Ended(at_ms=at_ms), seq, at_ms)


def cancel(thread: Thread, seq: Seq, at_ms: TimeMs) -> Thread:
    """Note that the activity will not take place."""
    return _phase(thread, Cancelled(at_ms=at_ms), seq, at_ms)


def _phase(thread: Thread, event: ladder.Event, seq: Seq, at_ms: TimeMs) -> Thread:
    if seq <= thread.phase_seq:
        return thread
    phase = advance(thread.phase, event)
    versions = thread.versions
    if phase in CLOSED:
        versions = tuple(replace(version, stays_hot=False) for version in versions)
        if seq < thread.version_seq:
            phase = advance(phase, Amended(at_ms=at_ms))
    return replace(thread, phase=phase, phase_seq=seq, phase_ms=at_ms, versions=versions)


def clear(thread: Thread, clearance: Clearance) -> Thread:
    """Note a person's attributed clearance: our own, private; it moves no step and no phase.

    Raises:
        InputError: clearance-early, when no volume of this notice can be hot yet.
    """
    started = any(clearance.at_ms >= _start_ms(version) for version in thread.versions)
    if not started and thread.phase is not Phase.ACTIVE:
        raise InputError(
            "clearance-early",
            "a clearance says that a hot volume is cold, and this one has not started",
            where=thread.id[:16],
            do="Clear it once its window has started, on what a person sees then.",
        )
    return replace(thread, cleared=clearance)


def counts(thread: Thread, version: Exchange) -> bool:
    """Tell whether a version's volume must be reckoned with, now or later."""
    if thread.phase in CLOSED or _cleared(thread, version):
        return False
    return version.superseded_ms is None or version.stays_hot


def _cleared(thread: Thread, version: Exchange) -> bool:
    """Tell whether the clearance covers a version: it was hot when the clearance was given."""
    if thread.cleared is None:
        return False
    return thread.phase is Phase.ACTIVE or thread.cleared.at_ms >= _start_ms(version)


def _start_ms(version: Exchange) -> TimeMs:
    return version.body.volume.window.start_ms


def hot(thread: Thread, version: Exchange, now_ms: TimeMs) -> bool:
    """Tell whether a version's volume is hot: active, or presumed active (rule 8)."""
    started = now_ms >= _start_ms(version)
    return counts(thread, version) and (started or thread.phase is Phase.ACTIVE)


def presumed_active(thread: Thread, now_ms: TimeMs) -> bool:
    """Tell whether a volume is hot without its author having said begin."""
    return thread.phase is Phase.PLANNED and any(hot(thread, version, now_ms) for version in thread.versions)
