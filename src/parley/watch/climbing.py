"""Climbing: an alarm goes from contact to contact until a person takes it, and then starts again if need be.

Pure: what was tried comes out as attempts, what came of them goes to the journal, and neither moves a
step of any notice. A rung is a person or duty with channels; after its wait the next rung is tried, after
the last the first again, for ever. A STOP climbs nothing: everybody is tried at once, every minute.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from parley.words.codes import Precedence
from parley.words.units import TimeMs

STOP_EVERY_MS: Final = 60_000
"""A person's answer to a STOP is due in a minute: so long, and no longer, everybody is left alone."""
TAKEN_MS: Final = 600_000
"""How long an alarm that a person has taken rests while what it is about is still owed; a STOP's, a minute."""


class Rung(Struct, frozen=True, kw_only=True):
    """One contact.

    Attributes:
        who: a duty or a name inside the own party; private.
        channels: names of channels, all used at once.
        wait_ms: how long this contact has before the next is tried.
    """

    who: str
    channels: tuple[str, ...]
    wait_ms: int


class Alarm(Struct, frozen=True, kw_only=True):
    """Something owed that no person has dealt with.

    Attributes:
        key: the same for the same thing for as long as it is owed: one situation, one alarm.
        what: what is owed, as a code.
        desk: the line's name: with the precedence all that leaves through a channel.
        is_stop: everybody is tried at once.
    """

    key: str
    what: str
    of: str
    precedence: Precedence
    desk: str
    is_stop: bool
    since_ms: TimeMs


class Attempt(Struct, frozen=True, kw_only=True):
    """One try to reach one contact through one channel."""

    key: str
    n: int
    who: str
    channel: str
    precedence: Precedence
    desk: str
    at_ms: TimeMs


class Outcome(StrEnum):
    """What came of an attempt. None of them says that a person knows: only a person's word does."""

    ACCEPTED = "accepted"
    """The channel took it. It may still have dropped it."""
    FAILED = "failed"
    NOT_ARMED = "not_armed"
    """An exercise, and real contacts are not armed: nothing was sent."""


class Climb(Struct, frozen=True, kw_only=True):
    """How far one alarm has climbed.

    Attributes:
        rung: the rung tried last; rounds counts how often the ladder was started.
        next_ms: when the next rung is due.
        tried: how many attempts were made.
        taken_by: the duty designation of who took it, until it starts again.
    """

    alarm: Alarm
    rung: int = -1
    rounds: int = 0
    next_ms: TimeMs = 0
    tried: int = 0
    taken_by: str | None = None


def step(climb: Climb, ladder: tuple[Rung, ...], now_ms: TimeMs) -> tuple[Climb, tuple[Attempt, ...]]:
    """Climb if it is time; return where the alarm stands now, and what is to be tried.

    A clock that was put back must not hold an alarm up: the wait never grows beyond its length.

    Args:
        climb: as it stood.
        ladder: the contacts, in order; none means that nobody can be tried.
        now_ms: UTC milliseconds.
    """
    if not ladder:
        return climb, ()
    climb = replace(climb, next_ms=min(climb.next_ms, now_ms + _longest_ms(climb, ladder)))
    if now_ms < climb.next_ms:
        return climb, ()
    if climb.alarm.is_stop:
        moved = replace(climb, rung=len(ladder) - 1, rounds=climb.rounds + 1, next_ms=now_ms + STOP_EVERY_MS)
        return _tried(moved, ladder, now_ms)
    rung = 0 if climb.taken_by is not None else (climb.rung + 1) % len(ladder)
    rounds = climb.rounds + (rung == 0)
    moved = replace(climb, rung=rung, rounds=rounds, next_ms=now_ms + ladder[rung].wait_ms)
    return _tried(moved, ladder[rung : rung + 1], now_ms)


def take(climb: Climb, by: str, now_ms: TimeMs) -> Climb:
    """Note that a person has taken the alarm: it rests for a while, and starts again if it is still owed."""
    rest_ms = STOP_EVERY_MS if climb.alarm.is_stop else TAKEN_MS
    return replace(climb, taken_by=by, next_ms=now_ms + rest_ms)


def _tried(climb: Climb, rungs: tuple[Rung, ...], now_ms: TimeMs) -> tuple[Climb, tuple[Attempt, ...]]:
    pairs = [(rung.who, channel) for rung in rungs for channel in rung.channels]
    attempts = tuple(
        Attempt(
            key=climb.alarm.key,
            n=climb.tried + place,
            who=who,
            channel=channel,
            precedence=climb.alarm.precedence,
            desk=climb.alarm.desk,
            at_ms=now_ms,
        )
        for place, (who, channel) in enumerate(pairs)
    )
    return replace(climb, tried=climb.tried + len(attempts), taken_by=None), attempts


def _longest_ms(climb: Climb, ladder: tuple[Rung, ...]) -> int:
    """The longest that the next try may be away."""
    if climb.alarm.is_stop:
        return STOP_EVERY_MS
    if climb.taken_by is not None:
        return TAKEN_MS
    return ladder[climb.rung].wait_ms if 0 <= climb.rung < len(ladder) else 0
