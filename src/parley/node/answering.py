"""Answering: our people's read-backs, replies and withdrawals, and clearances of our own."""

from typing import Final

from msgspec import Struct

from parley.exchange import thread as threads
from parley.node.desk import Desk
from parley.node.releasing import check_may_release
from parley.ports.store import Happening
from parley.wire.message import Message
from parley.words import bodies
from parley.words.codes import Activity, ReplyCode, replies_offered
from parley.words.errors import InputError
from parley.words.units import Count, DistanceMm, FreeText, MessageId, ShortText, TimeMs
from parley.words.volume import Daily, Position

GROUND_LIMIT: Final = 2_000


class Typed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The critical fields as a person typed them. See `words.bodies.ReadBack`."""

    activity: Activity
    place: Position
    start_ms: TimeMs
    end_ms: TimeMs
    extent_mm: DistanceMm | None = None
    vertices: Count | None = None
    daily: Daily | None = None


def read_back(desk: Desk, of: MessageId, typed: Typed) -> Message:
    """Send what a person typed of a version; both nodes compare it by themselves.

    Args:
        desk: who acts.
        of: the exact version that was read: a newer one may have come meanwhile.
        typed: what was typed.

    Raises:
        InputError: notice-unknown, notice-your-own, version-unknown.
    """
    version = threads.version_of(desk.other_thread(of), of)
    body = bodies.ReadBack(
        salt=desk.salt(),
        of=version.id,
        activity=typed.activity,
        place=typed.place,
        extent_mm=typed.extent_mm,
        vertices=typed.vertices,
        start_ms=typed.start_ms,
        end_ms=typed.end_ms,
        daily=typed.daily,
    )
    return desk.send(body)


def reply(
    desk: Desk, of: MessageId, code: ReplyCode, *, text: FreeText | None = None, who: ShortText | None = None
) -> Message:
    """Answer one exact version of a notice.

    Our own people answer with what its activity offers; what was heard is recorded as it was said.

    Raises:
        InputError: notice-unknown, notice-your-own, version-unknown, reply-not-offered.
    """
    version = threads.version_of(desk.other_thread(of), of)
    offered = replies_offered(version.body.activity)
    if desk.voice is None and code not in offered:
        raise InputError(
            "reply-not-offered",
            f"a notice of {version.body.activity.value} is not answered with {code.value}",
            where=of[:16],
            do=f"Answer with one of: {', '.join(one.value for one in offered)}.",
        )
    body = bodies.Reply(salt=desk.salt(), of=version.id, code=code, who=who, text=text)
    return desk.send(body)


def withdraw(desk: Desk, of: MessageId, text: FreeText | None) -> Message:
    """Take back a reply of ours by a new entry.

    Raises:
        InputError: notice-unknown, notice-your-own, reply-unknown.
    """
    thread = desk.other_thread(of)
    threads.withdraw(thread, of, desk.now_ms)
    return desk.send(bodies.Withdraw(salt=desk.salt(), of=of, text=text))


def clear(desk: Desk, of: MessageId, ground: str) -> None:
    """Note a person's attributed word that a notice's volumes are cold: ours, private, journalled.

    Raises:
        InputError: notice-unknown, or ground-missing when nothing says why.
    """
    check_may_release(desk.by)
    if not ground.strip():
        raise InputError("ground-missing", "a clearance needs its ground", do="Say who saw what, and when.")
    thread = desk.thread(of)
    clearance = threads.Clearance(by=desk.by, at_ms=desk.now_ms, ground=ground[:GROUND_LIMIT])
    desk.tx.put_thread(desk.line.id, threads.clear(thread, clearance))
    data = {"line": desk.line.id, "thread": thread.id, "by": desk.by.duty, "ground": ground[:GROUND_LIMIT]}
    desk.tx.write_journal(desk.now_ms, "cleared", data)
    desk.tx.publish(
        Happening(at_ms=desk.now_ms, line=desk.line.id, what="cleared", thread=thread.id, detail=desk.by.duty)
    )
