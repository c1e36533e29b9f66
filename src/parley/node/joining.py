"""Joining: one STOP stands for each party and scope, and only so many scopes of one party.

A repeat is recorded, receipted and sounds like the first; then it joins the STOP that stands. What a
peer calls beyond the cap is folded into one STOP over the whole line: wider than what was called, never
narrower. So what a new notice is compared with stays bounded, whoever repeats what.
"""

from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from parley.exchange import stop as stops
from parley.exchange.stop import StandingStop, StopState
from parley.exchange.thread import Thread
from parley.node.touching import applies, touches
from parley.ports.store import Line, Reads, Tx
from parley.words.bodies import StopLine, StopScope
from parley.words.units import LineId, MessageId, PartyId, TimeMs

MOST_OF_OURS: Final = 64
"""Scopes of our own STOPs that stand on a line; one more is called on the whole line."""
MOST_OF_THEIRS: Final = 2 * MOST_OF_OURS
"""The same of a peer's: more, so that a late release never folds what a peer within its own cap called."""
JOINED: Final = "stop-joined/"
_SCOPE: Final = "stop-scope/"
_DOUBT: Final = "stop-doubt/"
_WIDE: Final = "the cap"
_encode: Final = msgspec.json.Encoder(order="sorted").encode


def joined_stop(reads: Reads, line: LineId, message: MessageId) -> StandingStop | None:
    """Return the STOP that a call stands in: its own, the one it joined, or the one that it is folded into."""
    stop = _own_stop(reads, line, message)
    return reads.stop(line, stop.into) if stop is not None and stop.into else stop


def _own_stop(reads: Reads, line: LineId, message: MessageId) -> StandingStop | None:
    joined = reads.private(line, JOINED + message)
    return reads.stop(line, joined.decode() if joined else message)


def _author(stop: StandingStop) -> str:
    """Return whose numbers order a STOP: what we heard is apart from what its caller signed."""
    return f"{stop.caller}/heard" if stop.attested else stop.caller


def is_full(reads: Reads, line: Line, caller: PartyId, scope: StopScope, *, most: int) -> bool:
    """Tell whether a call on `scope` would be one scope too many of this caller."""
    if isinstance(scope, StopLine) or _standing_on(reads, line, caller, scope) is not None:
        return False
    standing = [stop for stop in reads.stops(line.id, standing_only=True) if stop.caller == caller]
    return len(standing) >= most


def _standing_on(reads: Reads, line: Line, caller: str, scope: StopScope | str) -> StandingStop | None:
    held = _newest_on(reads, line, caller, scope)
    return held if held is not None and held.state is StopState.STANDING else None


def _newest_on(reads: Reads, line: Line, caller: str, scope: StopScope | str) -> StandingStop | None:
    raw = reads.private(line.id, _key(caller, scope))
    return reads.stop(line.id, raw.decode()) if raw else None


def _key(caller: str, scope: StopScope | str) -> str:
    """Return the name under which the newest STOP of a caller and scope is found: equal by value."""
    return f"{_SCOPE}{caller}/{sha256(_encode(scope)).hexdigest()}"


def take_call(tx: Tx, line: Line, called: StandingStop, *, most: int, held_to: int) -> StandingStop:
    """Let a call stand: joined to the STOP of its scope, by itself, or folded.

    Args:
        tx: the transaction.
        line: where it was called.
        called: the call.
        most: how many scopes of its caller may stand.
        held_to: the number up to which all of the caller's messages are held.

    Returns:
        The STOP that now stands for it.
    """
    author = _author(called)
    held = _newest_on(tx, line, author, called.scope)
    if held is not None and stops.joins(held, called.called_seq, held_to):
        return _join(tx, line, held, called)
    if held is not None:
        called = replace(called, doubted_seq=max(held.released_seq, held.doubted_seq))
        if called.doubted_seq > called.called_seq and not called.attested:
            tx.put_private(line.id, _doubt(called), b"1")
    folds = is_full(tx, line, called.caller, called.scope, most=most)
    wide = _standing_on(tx, line, author, _WIDE) if folds else None
    tx.put_private(line.id, _key(author, called.scope), called.id.encode())
    if wide is not None:
        tx.put_stop(line.id, replace(called, into=wide.id))
        return _sound_again(tx, line, stops.move(wide, stops.StopFolded(at_ms=called.called_ms)), called)
    if folds:
        called = replace(called, scope=StopLine(), asked=called.scope)
        tx.put_private(line.id, _key(author, _WIDE), called.id.encode())
    return _stand(tx, line, called)


def _join(tx: Tx, line: Line, held: StandingStop, called: StandingStop) -> StandingStop:
    tx.put_private(line.id, JOINED + called.id, held.id.encode())
    moved = stops.move(held, _repeat(called))
    tx.put_stop(line.id, moved)
    wide = tx.stop(line.id, moved.into) if moved.into else None
    return moved if wide is None else _sound_again(tx, line, wide, called)


def _repeat(called: StandingStop) -> stops.StopRepeated:
    return stops.StopRepeated(
        at_ms=called.called_ms, party=called.caller, seq=called.called_seq, text=called.text
    )


def _sound_again(tx: Tx, line: Line, wide: StandingStop, called: StandingStop) -> StandingStop:
    """Ask for an answer again, for a call that is folded: its own release is still what ends it."""
    if wide.state is StopState.STANDING:
        wide = replace(stops.move(wide, _repeat(called)), called_seq=wide.called_seq)
        tx.put_stop(line.id, wide)
    return wide


def _stand(tx: Tx, line: Line, called: StandingStop) -> StandingStop:
    hit = [thread for thread in tx.threads(line.id, open_only=True) if touches(called, thread)]
    stop = replace(called, touches=tuple(thread.id for thread in hit))
    tx.put_stop(line.id, stop)
    for thread in hit:
        tx.put_thread(line.id, replace(thread, stops=(*thread.stops, stop.id)))
    return stop


def release_call(tx: Tx, line: Line, message: MessageId, event: stops.StopReleased) -> None:
    """Let a release act on what stands for a call's scope, and lift what stands no longer.

    Raises:
        OutOfOrder: it comes from the wrong party.
    """
    named = _own_stop(tx, line.id, message)
    if named is None:
        return
    stop = named
    if named.state is StopState.RELEASED:
        stop = _standing_on(tx, line, _author(named), named.asked or named.scope) or named
    _release(tx, line, stop, event)


def _release(tx: Tx, line: Line, stop: StandingStop, event: stops.StopReleased) -> None:
    moved = stops.move(stop, event)
    tx.put_stop(line.id, moved)
    if moved.state is stop.state:
        return
    if stop.doubted_seq >= 0:
        tx.put_private(line.id, _doubt(stop), b"")
    wide = tx.stop(line.id, moved.into) if moved.into else None
    if wide is not None:
        moved = stops.move(wide, stops.StopUnfolded(at_ms=event.at_ms))
        tx.put_stop(line.id, moved)
    if moved.state is StopState.RELEASED:
        _lift(tx, line, moved)


def settle_releases(tx: Tx, line: Line, caller: PartyId, held_to: int, now_ms: TimeMs) -> None:
    """Let the releases count that were in doubt, now that all numbers up to `held_to` are held."""
    for key in tx.privates(line.id, _DOUBT):
        number, _, stop_id = key.removeprefix(_DOUBT).partition("/")
        stop = tx.stop(line.id, stop_id) if int(number) <= held_to else None
        if stop is not None and stop.caller == caller and stop.called_seq < stop.doubted_seq:
            event = stops.StopReleased(at_ms=now_ms, party=caller, seq=stop.doubted_seq)
            _release(tx, line, stop, event)


def _doubt(stop: StandingStop) -> str:
    """Return the name under which a STOP is found whose release is in doubt: all others need no look."""
    return f"{_DOUBT}{stop.doubted_seq}/{stop.id}"


def _lift(tx: Tx, line: Line, stop: StandingStop) -> None:
    for thread_id in stop.touches:
        thread = tx.thread(line.id, thread_id)
        if thread is not None:
            rest = tuple(other for other in thread.stops if other != stop.id)
            tx.put_thread(line.id, replace(thread, stops=rest))


def put_under_stops(tx: Tx, line: Line, thread: Thread) -> Thread:
    """Put a notice that is open, or about to be open again, under the STOPs that stand and apply to it."""
    for stop in tx.stops(line.id, standing_only=True):
        if stop.id not in thread.stops and applies(stop, thread):
            tx.put_stop(line.id, replace(stop, touches=tuple(dict.fromkeys((*stop.touches, thread.id)))))
            thread = replace(thread, stops=(*thread.stops, stop.id))
    return thread
