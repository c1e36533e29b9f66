"""Watching: what is owed raises an alarm, and the alarm climbs until a person takes it or it is owed no more.

An alarm moves no step (rule 1). What leaves through a channel is the precedence and the desk, never content
(rule 7). Each attempt, and what came of it, is journalled.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from parley.exchange import thread as threads
from parley.exchange.due import Owed, due
from parley.exchange.stop import StandingStop, StopState
from parley.exchange.thread import Thread
from parley.node.desk import Desk
from parley.ports.store import Happening, Line, Reads, Tx
from parley.watch.climbing import Alarm, Attempt, Climb, Outcome, Rung, step, take
from parley.words.codes import Precedence
from parley.words.errors import InputError
from parley.words.units import LineId, PartyId, TimeMs

CLIMB: Final = "climb/"
"""What the private key of an alarm's climb begins with."""
OURS_TO_DO: Final = frozenset({Owed.DELIVERY, Owed.BEGIN, Owed.END})
"""What our own notices leave us to do: reach them, say begin, say end."""
THEIRS_TO_US: Final = frozenset({Owed.READ_BACK, Owed.ANSWER})
"""What their notices ask of us."""


def alarms(
    line: Line, own: PartyId, open_threads: Iterable[Thread], stops: Iterable[StandingStop], now_ms: TimeMs
) -> list[Alarm]:
    """Return what a person of ours must deal with now, longest owed first.

    A STOP that reaches us, or is called again, is an alarm at once; one of ours when it has not been
    answered in time.
    """
    found = []
    for thread in open_threads:
        ours = OURS_TO_DO if thread.author == own else THEIRS_TO_US
        for overdue in due([thread], [], line.terms, now_ms):
            if overdue.owed in ours:
                precedence = threads.latest(thread).body.precedence
                found.append(
                    _alarm(line, overdue.owed.value, thread.id, precedence, overdue.since_ms, is_stop=False)
                )
    for stop in stops:
        asked_ms = stop.asks_since_ms or stop.called_ms
        since_ms = asked_ms if stop.caller != own else asked_ms + line.terms.stop_answer_ms
        is_open = stop.answer is None or stop.asks_again
        if stop.state is StopState.STANDING and is_open and now_ms >= since_ms:
            found.append(
                _alarm(line, Owed.STOP_ANSWER.value, stop.id, Precedence.FLASH, since_ms, is_stop=True)
            )
    return sorted(found, key=lambda alarm: (not alarm.is_stop, alarm.since_ms, alarm.key))


def _alarm(
    line: Line, what: str, of: str, precedence: Precedence, since_ms: TimeMs, *, is_stop: bool
) -> Alarm:
    return Alarm(
        key=f"{what}-{of[:16]}",
        what=what,
        of=of,
        precedence=precedence,
        desk=line.name,
        is_stop=is_stop,
        since_ms=since_ms,
    )


def climbs(reads: Reads, line: LineId) -> dict[str, Climb]:
    """Return the alarms of a line that climb, by key."""
    rows = reads.privates(line, CLIMB)
    return {key.removeprefix(CLIMB): msgspec.json.decode(raw, type=Climb) for key, raw in rows.items()}


def climb_on(
    tx: Tx, line: Line, found: Sequence[Alarm], ladder: tuple[Rung, ...], now_ms: TimeMs
) -> list[Attempt]:
    """Start, climb and end the alarms of one line; return what is to be tried now."""
    held = climbs(tx, line.id)
    keys = {alarm.key for alarm in found}
    for key in held.keys() - keys:
        tx.put_private(line.id, CLIMB + key, b"")
        tx.write_journal(now_ms, "alarm-ended", {"line": line.id, "alarm": key})
    tried: list[Attempt] = []
    for alarm in found:
        climb = held.get(alarm.key)
        if climb is None:
            climb = Climb(alarm=alarm)
            _say(tx, line, alarm, now_ms)
        moved, attempts = step(climb, ladder, now_ms)
        if moved != held.get(alarm.key):
            tx.put_private(line.id, CLIMB + alarm.key, msgspec.json.encode(moved))
        tried += attempts
    for attempt in tried:
        tx.write_journal(now_ms, "attempt", {"line": line.id, "attempt": attempt})
    return tried


def _say(tx: Tx, line: Line, alarm: Alarm, now_ms: TimeMs) -> None:
    tx.write_journal(now_ms, "alarm", {"line": line.id, "alarm": alarm})
    tx.publish(Happening(at_ms=now_ms, line=line.id, what="alarm", id=alarm.of, detail=alarm.what))


def note_outcome(
    tx: Tx, line: LineId, attempt: Attempt, outcome: Outcome, detail: str, now_ms: TimeMs
) -> None:
    """Journal what came of an attempt. A channel that took it proves nothing about a person."""
    data = {"line": line, "attempt": attempt, "outcome": outcome, "detail": detail[:200]}
    tx.write_journal(now_ms, "attempt-outcome", data)
    if outcome is Outcome.FAILED:
        said = f"{attempt.who} by {attempt.channel}: {detail}"[:200]
        tx.publish(Happening(at_ms=now_ms, line=line, what="attempt_failed", id=attempt.key, detail=said))


def take_alarm(desk: Desk, key: str) -> Climb:
    """Take an alarm: it rests, and starts again if what it is about is still owed then.

    Raises:
        InputError: alarm-unknown, when nothing of that key climbs.
    """
    climb = climbs(desk.tx, desk.line.id).get(key)
    if climb is None:
        raise InputError(
            "alarm-unknown", "no such alarm on this line", where=key[:60], do="See `parley board`."
        )
    if climb.taken_by is not None:
        desk.tx.write_journal(
            desk.now_ms, "alarm-taken-again", {"alarm": key, "first": climb.taken_by, "by": desk.by.duty}
        )
        return climb  # two at once: the second is told who was first
    taken = take(climb, desk.by.duty, desk.now_ms)
    desk.tx.put_private(desk.line.id, CLIMB + key, msgspec.json.encode(taken))
    desk.tx.write_journal(
        desk.now_ms, "alarm-taken", {"line": desk.line.id, "alarm": key, "by": desk.by.duty}
    )
    desk.tx.publish(
        Happening(at_ms=desk.now_ms, line=desk.line.id, what="alarm_taken", id=key, detail=desk.by.duty)
    )
    return taken
