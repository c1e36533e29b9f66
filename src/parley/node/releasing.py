"""Releasing: notices, amendments, cancellations, begins and ends of our own.

Stricter than what is accepted from a peer: here a rule that is broken is refused with what to do.
"""

from typing import Final

import msgspec
from msgspec import Struct

from parley.exchange import thread as threads
from parley.exchange.phase import CLOSED
from parley.exchange.thread import Thread
from parley.geo.validity import volume_fault
from parley.node.desk import Desk
from parley.ports.store import Reads
from parley.wire.message import Message
from parley.words import bodies
from parley.words.bodies import Caveats, StatedReason
from parley.words.codes import Activity, Precedence, Role
from parley.words.errors import InputError
from parley.words.header import By
from parley.words.units import FreeText, LineId, MessageId, ShortText, TimeMs
from parley.words.volume import Volume

DRAFT: Final = "draft/"
"""What the private key of a kept draft begins with."""
SHORT_NOTICE_MS: Final = 600_000
"""Under ten minutes to start one person may release; it is reviewed afterwards."""


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person composed: a notice without its salt."""

    precedence: Precedence
    activity: Activity
    volume: Volume
    reason: StatedReason
    actor: ShortText | None = None
    caveats: Caveats | None = None


class KeptDraft(Struct, frozen=True, kw_only=True):
    """A draft that waits for its releaser."""

    draft: Draft
    by: By
    at_ms: TimeMs
    amends: MessageId | None = None


def keep_draft(desk: Desk, kept: KeptDraft) -> str:
    """Keep a draft; return its id."""
    draft_id = desk.salt()
    desk.tx.put_private(desk.line.id, DRAFT + draft_id, msgspec.json.encode(kept))
    data = {"line": desk.line.id, "draft": draft_id, "by": kept.by.duty}
    desk.tx.write_journal(kept.at_ms, "drafted", data)
    return draft_id


def kept_drafts(reads: Reads, line: LineId) -> list[tuple[str, KeptDraft]]:
    """Return the drafts of a line that wait for a releaser, oldest first, each with its id."""
    rows = reads.privates(line, DRAFT)
    kept = [
        (key.removeprefix(DRAFT), msgspec.json.decode(raw, type=KeptDraft))
        for key, raw in rows.items()
        if raw
    ]
    return sorted(kept, key=lambda one: (one[1].at_ms, one[0]))


def release_draft(desk: Desk, draft_id: str) -> Message:
    """Release a kept draft; by a second person where own rules say so.

    Raises:
        InputError: draft-unknown, second-person-needed, or as `release_notice` and `amend`.
    """
    raw = desk.tx.private(desk.line.id, DRAFT + draft_id)
    if not raw:
        raise InputError("draft-unknown", "no such draft", where=draft_id, do="See `parley notice drafts`.")
    kept = msgspec.json.decode(raw, type=KeptDraft)
    desk.tx.put_private(desk.line.id, DRAFT + draft_id, b"")
    if kept.amends is not None:
        return amend(desk, kept.amends, kept.draft, drafted=kept.by)
    return release_notice(desk, kept.draft, drafted=kept.by)


def _check_second_person(desk: Desk, draft: Draft, drafted: By) -> None:
    """Raise unless this person may release what `drafted` drafted; note what one person released alone."""
    if desk.voice is not None or not desk.own.two_person or drafted.duty != desk.by.duty:
        return
    if 0 <= draft.volume.window.start_ms - desk.now_ms < SHORT_NOTICE_MS:
        desk.tx.write_journal(desk.now_ms, "review-due", {"line": desk.line.id, "by": desk.by.duty})
        return
    raise InputError(
        "second-person-needed",
        "the rules of this node ask for a second person to release what one drafted",
        where=desk.by.duty,
        do="Ask a releaser on another duty designation to release the draft.",
    )


def release_notice(desk: Desk, draft: Draft, *, drafted: By | None = None) -> Message:
    """Release version 1 of a notice.

    Raises:
        InputError: window-over when its window has ended; role-cannot-release.
        PeerError: the notice breaks a rule of the wire; it names the rule.
    """
    check_may_release(desk.by)
    _check_volume(desk, draft.volume)
    _check_second_person(desk, draft, drafted or desk.by)
    body = bodies.Notice(
        salt=desk.salt(),
        precedence=draft.precedence,
        activity=draft.activity,
        actor=draft.actor,
        volume=draft.volume,
        reason=draft.reason,
        caveats=draft.caveats,
    )
    return desk.send(body)


def amend(desk: Desk, of: MessageId, draft: Draft, *, drafted: By | None = None) -> Message:
    """Release the next version of a notice, whole. It starts at the bottom of the ladder (rule 4).

    Raises:
        InputError: as `release_notice`, and notice-unknown, notice-not-yours, notice-closed,
            too-many-versions.
    """
    check_may_release(desk.by)
    _check_volume(desk, draft.volume)
    _check_second_person(desk, draft, drafted or desk.by)
    thread = own_open_thread(desk, of)
    if threads.is_full(thread, draft.volume.area):
        raise InputError(
            "too-many-versions",
            "the notice holds as many versions and vertices as it can",
            do="Release a new notice; then cancel or end this one.",
        )
    newest = threads.latest(thread)
    body = bodies.Amend(
        salt=desk.salt(),
        of=newest.id,
        version=newest.number + 1,
        precedence=draft.precedence,
        activity=draft.activity,
        actor=draft.actor,
        volume=draft.volume,
        reason=draft.reason,
        caveats=draft.caveats,
    )
    return desk.send(body)


def cancel(desk: Desk, of: MessageId, reason: StatedReason) -> Message:
    """Say that an activity will not take place.

    Raises:
        InputError: notice-unknown, notice-not-yours, notice-closed, role-cannot-release.
    """
    check_may_release(desk.by)
    newest = threads.latest(own_open_thread(desk, of))
    body = bodies.Cancel(salt=desk.salt(), of=newest.id, volume=newest.body.volume, reason=reason)
    return desk.send(body)


def begin(desk: Desk, of: MessageId, reason: StatedReason | None) -> Message:
    """Say that an activity begins, citing the newest peer message held (rule 3).

    Over a missing read-back, a standing reply or a STOP it needs a releaser's stated reason, which may
    be "withheld"; a humanitarian activity never needs one.

    Raises:
        InputError: begin-needs-reason, begin-needs-releaser, and as `cancel`.
    """
    check_may_release(desk.by)
    thread = own_open_thread(desk, of)
    newest = threads.latest(thread)
    if desk.voice is not None:  # what they said, and no more; what stood beside it is shown as unsaid
        return desk.send(bodies.Begin(salt=desk.salt(), of=newest.id, cites=(), over=(), over_reason=None))
    over = threads.stands_against_begin(thread)
    if threads.needs_reason(thread):
        _check_override(thread, reason, desk.by)
    chain = desk.tx.chain(desk.line.id)
    standing = tuple(given.id for given in threads.standing(thread))
    answers = tuple(given.id for given in reversed(thread.answers))
    seen = (chain.seen.id,) if chain.seen else ()
    body = bodies.Begin(
        salt=desk.salt(),
        of=newest.id,
        cites=tuple(dict.fromkeys((*seen, *thread.stops, *reversed(standing), *answers)))[:64],
        over=over,
        over_reason=reason if over else None,
    )
    return desk.send(body)


def _check_override(thread: Thread, reason: StatedReason | None, by: By) -> None:
    named = ", ".join(threads.stands_against_begin(thread))
    if reason is None:
        raise InputError(
            "begin-needs-reason",
            f"this begin goes ahead over: {named}; it needs a stated reason",
            where=thread.id[:16],
            do='Give the reason (it may be "withheld"), or wait and ask again. The other side will be told.',
        )
    if by.role is not Role.RELEASER:
        raise InputError(
            "begin-needs-releaser",
            f"this begin goes ahead over: {named}; a releaser must say it",
            where=by.duty,
            do="Ask a releaser to begin it.",
        )


def end(desk: Desk, of: MessageId, text: FreeText | None) -> Message:
    """Say that an activity has ended.

    Raises:
        InputError: as `cancel`.
    """
    check_may_release(desk.by)
    newest = threads.latest(own_open_thread(desk, of))
    return desk.send(bodies.End(salt=desk.salt(), of=newest.id, text=text))


def check_may_release(by: By) -> None:
    """Raise unless the role may speak for the party.

    Raises:
        InputError: role-cannot-release.
    """
    if by.role not in {Role.WATCH_OFFICER, Role.RELEASER}:
        raise InputError(
            "role-cannot-release",
            "this role drafts or reads, and does not release",
            where=by.role.value,
            do="Ask the watch officer or a releaser.",
        )


def own_open_thread(desk: Desk, of: MessageId) -> Thread:
    """Return a notice of ours that is still open.

    Raises:
        InputError: notice-unknown, notice-not-yours, notice-closed.
    """
    thread = desk.own_thread(of)
    if thread.phase in CLOSED:
        raise InputError(
            "notice-closed", f"the activity is {thread.phase.value}", where=of[:16], do="Send a new notice."
        )
    return thread


def _check_volume(desk: Desk, volume: Volume) -> None:
    fault = volume_fault(volume)
    if fault is not None:
        raise InputError(fault.rule, fault.detail, do="Correct the area, the band or the window.")
    if desk.voice is None and volume.window.end_ms <= desk.now_ms:
        raise InputError(
            "window-over", "the window has ended already", do="Check the date and that the times are UTC."
        )
