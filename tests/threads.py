"""Builders and a player of threads for tests of the exchange.

`Play` lets a notice live through any sequence of events, early, late or repeated, as a node would: what
the tables refuse changes nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from hypothesis import strategies as st
from msgspec.structs import replace

from parley.exchange import thread as threads
from parley.exchange.errors import OutOfOrder
from parley.exchange.ladder import (
    Event,
    Exchange,
    ReadBackMatched,
    ReadBackMismatched,
    TimePassed,
    Unread,
)
from parley.exchange.phase import Phase
from parley.exchange.thread import Answer, Clearance, Thread
from parley.words.bodies import (
    Amend,
    Begin,
    Deadlines,
    LineTerms,
    Notice,
    NoticeBody,
    SeparationDistances,
    StatedReason,
)
from parley.words.codes import Activity, Assurance, EvidenceLevel, Precedence, Reason, ReplyCode, Role
from parley.words.errors import InputError
from parley.words.header import By
from parley.words.volume import Area, Band, Circle, Position, Volume, Window

NOON_MS: Final = 1_655_294_400_000
"""2022-06-15 12:00Z."""
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
AUTHOR: Final = "a" * 64
OTHER: Final = "b" * 64
SALT: Final = "0" * 32
TANF: Final = Position(lat_ndeg=33_500_000_000, lon_ndeg=38_616_666_667)
CIRCLE: Final = Circle(centre=TANF, radius_mm=2_000_000)
OFFICER: Final = By(role=Role.WATCH_OFFICER, duty="BLUE WATCH 2", assurance=Assurance.PASSKEY)
REASON: Final = StatedReason(code=Reason.ANSWER_TO_ATTACK, text=None)


def name(number: int) -> str:
    """A message id."""
    return f"{number:064x}"


def notice(
    start_ms: int = NOON_MS,
    end_ms: int | None = None,
    *,
    area: Area = CIRCLE,
    activity: Activity = Activity.AIR_STRIKE,
    precedence: Precedence = Precedence.IMMEDIATE,
) -> Notice:
    """A notice; an hour long if nothing else is said."""
    ends_ms = start_ms + HOUR_MS if end_ms is None else end_ms
    volume = Volume(
        area=area, band=Band(floor=None, ceiling=None), window=Window(start_ms=start_ms, end_ms=ends_ms)
    )
    return Notice(
        salt=SALT, precedence=precedence, activity=activity, actor=None, volume=volume, reason=REASON
    )


def amendment(of: str, number: int, body: NoticeBody) -> Amend:
    """Version `number`, with the content of `body`."""
    return Amend(
        salt=SALT,
        of=of,
        version=number,
        precedence=body.precedence,
        activity=body.activity,
        actor=body.actor,
        volume=body.volume,
        reason=body.reason,
    )


def opened(body: Notice, at_ms: int = NOON_MS - HOUR_MS) -> Thread:
    """A thread with version 1 released: id 1, number 10 of its author."""
    return threads.open_thread(threads.released(name(1), body, at_ms), AUTHOR, 10)


def begin_of(thread: Thread, of: str | None = None) -> Begin:
    """A begin that says all that stands."""
    over = threads.stands_against_begin(thread)
    return Begin(salt=SALT, of=of or threads.latest(thread).id, cites=(), over=over, over_reason=REASON)


def terms(reading_ms: int = 1_000_000, answering_ms: int = 3_000_000, stop_ms: int = 60_000) -> LineTerms:
    """Terms; a more urgent precedence has one millisecond less."""

    def deadlines(routine_ms: int) -> Deadlines:
        return Deadlines(
            routine_ms=routine_ms,
            priority_ms=routine_ms - 1,
            immediate_ms=routine_ms - 2,
            flash_ms=routine_ms - 3,
        )

    return LineTerms(
        protocol=1,
        line="c" * 32,
        purpose="safety",
        exercise=True,
        area=None,
        languages=("en",),
        evidence=EvidenceLevel.SIGNED,
        read_back_within=deadlines(reading_ms),
        answer_within=deadlines(answering_ms),
        stop_answer_ms=stop_ms,
        test_interval_ms=HOUR_MS,
        separation=SeparationDistances(horizontal_mm=0, vertical_mm=0, time_ms=0),
    )


class Play:
    """A thread and the clock; each method is one thing that may happen."""

    def __init__(self, start_in_ms: int = HOUR_MS, activity: Activity = Activity.AIR_STRIKE) -> None:
        self.now_ms = NOON_MS
        self.activity = activity
        self.thread = opened(notice(NOON_MS + start_in_ms, activity=activity), NOON_MS)
        self.top = 10
        self.skipped: list[int] = []
        self.said: list[tuple[int, Phase]] = []
        self.version_seqs = [10]
        self.ids = 1
        self.replies: list[Answer] = []

    def number(self, *, late: bool) -> int:
        """A number of the author: the next, or one that was overtaken and arrives now."""
        if late and self.skipped:
            return self.skipped.pop()
        self.skipped.append(self.top + 1)
        self.top += 2
        return self.top

    def fresh_id(self) -> str:
        self.ids += 1
        return name(self.ids)

    def version(self, which: int) -> Exchange:
        return self.thread.versions[which % len(self.thread.versions)]

    def attempt(self, change: Callable[[Thread], Thread]) -> None:
        """Change the thread, or leave it when the change is refused."""
        with suppress(OutOfOrder, InputError):
            self.thread = change(self.thread)

    def move(self, which: int, event: Event) -> None:
        self.attempt(lambda thread: threads.move(thread, self.version(which).id, event))

    def wait(self, length_ms: int) -> None:
        self.now_ms += length_ms
        for which in range(len(self.thread.versions)):
            self.move(which, TimePassed(at_ms=self.now_ms))

    def deliver(self, which: int) -> None:
        self.attempt(lambda thread: threads.deliver(thread, self.version(which).id, self.now_ms, None))

    def unread(self, which: int) -> None:
        self.move(which, Unread(at_ms=self.now_ms, rule="kind-unknown"))

    def read_back(self, which: int, *, matched: bool) -> None:
        event = ReadBackMatched(at_ms=self.now_ms) if matched else ReadBackMismatched(at_ms=self.now_ms)
        self.move(which, event)

    def reply(self, which: int, code: ReplyCode) -> None:
        given = Answer(id=self.fresh_id(), of=self.version(which).id, code=code, at_ms=self.now_ms)
        self.replies.append(given)
        self.attempt(lambda thread: threads.answer(thread, given))

    def withdraw(self, which: int) -> None:
        if self.replies:
            taken = self.replies[which % len(self.replies)]
            self.attempt(lambda thread: threads.withdraw(thread, taken.id, self.now_ms))

    def amend(self, start_in_ms: int, *, late: bool = False) -> None:
        seq = self.number(late=late)
        newest = threads.latest(self.thread)
        content = notice(self.now_ms + start_in_ms, activity=self.activity)
        body = amendment(newest.id, newest.number + 1, content)
        exchange = threads.released(self.fresh_id(), body, self.now_ms)
        self.version_seqs.append(seq)
        self.attempt(lambda thread: threads.add_version(thread, exchange, seq))

    def begin(self, which: int, *, late: bool = False) -> int:
        seq = self.number(late=late)
        body = begin_of(self.thread, self.version(which).id)
        self.said.append((seq, Phase.ACTIVE))
        self.attempt(lambda thread: threads.begin(thread, body, seq, self.now_ms))
        return seq

    def end(self, *, late: bool = False) -> int:
        seq = self.number(late=late)
        self.said.append((seq, Phase.ENDED))
        self.attempt(lambda thread: threads.end(thread, seq, self.now_ms))
        return seq

    def cancel(self, *, late: bool = False) -> int:
        seq = self.number(late=late)
        self.said.append((seq, Phase.CANCELLED))
        self.attempt(lambda thread: threads.cancel(thread, seq, self.now_ms))
        return seq

    def clear(self) -> None:
        word = Clearance(by=OFFICER, at_ms=self.now_ms, ground="seen from OP 3")
        self.attempt(lambda thread: threads.clear(thread, word))

    def stop(self) -> None:
        self.thread = replace(self.thread, stops=(*self.thread.stops, self.fresh_id()))

    def release_stop(self) -> None:
        self.thread = replace(self.thread, stops=self.thread.stops[1:])

    def hot(self) -> set[str]:
        """The versions that are hot now."""
        return {one.id for one in self.thread.versions if threads.hot(self.thread, one, self.now_ms)}

    def counting(self) -> set[str]:
        """The versions that must be reckoned with."""
        return {one.id for one in self.thread.versions if threads.counts(self.thread, one)}


Deed = Callable[[Play], object]
WHICH: Final = st.integers(0, 5)
LATE: Final = st.booleans()
LENGTHS: Final = st.sampled_from([0, 1, MINUTE_MS, 59 * MINUTE_MS, HOUR_MS, HOUR_MS + 1, 48 * HOUR_MS])
CODES: Final = st.sampled_from(ReplyCode)
DEEDS: Final[dict[str, st.SearchStrategy[Deed]]] = {
    "wait": LENGTHS.map(lambda ms: lambda play: play.wait(ms)),
    "deliver": WHICH.map(lambda which: lambda play: play.deliver(which)),
    "unread": WHICH.map(lambda which: lambda play: play.unread(which)),
    "match": WHICH.map(lambda which: lambda play: play.read_back(which, matched=True)),
    "mismatch": WHICH.map(lambda which: lambda play: play.read_back(which, matched=False)),
    "reply": st.tuples(WHICH, CODES).map(lambda drawn: lambda play: play.reply(*drawn)),
    "withdraw": WHICH.map(lambda which: lambda play: play.withdraw(which)),
    "amend": st.tuples(LENGTHS, LATE).map(lambda drawn: lambda play: play.amend(drawn[0], late=drawn[1])),
    "begin": st.tuples(WHICH, LATE).map(lambda drawn: lambda play: play.begin(drawn[0], late=drawn[1])),
    "end": LATE.map(lambda late: lambda play: play.end(late=late)),
    "cancel": LATE.map(lambda late: lambda play: play.cancel(late=late)),
    "clear": st.just(lambda play: play.clear()),
    "stop": st.just(lambda play: play.stop()),
    "release_stop": st.just(lambda play: play.release_stop()),
}


def deeds(*without: str, max_size: int = 12) -> st.SearchStrategy[list[Deed]]:
    """Sequences of anything that may happen, short of what is named."""
    kept = [strategy for named, strategy in DEEDS.items() if named not in without]
    return st.lists(st.one_of(kept), max_size=max_size)


def played(story: list[Deed]) -> Play:
    """A play after all of it happened."""
    play = Play()
    for deed in story:
        deed(play)
    return play
