"""Due: the exact millisecond, for each thing owed; and both desks compute the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.exchange import thread as threads
from parley.exchange.due import Overdue, Owed, due, within_ms
from parley.exchange.ladder import ReadBackMatched
from parley.exchange.stop import StandingStop, StopAnswered, StopReaffirmed, StopRepeated, move
from parley.exchange.thread import Thread
from parley.words.bodies import ReceiptItem, StopLine
from parley.words.codes import Precedence, ReplyCode, StopAnswer
from threads import HOUR_MS, MINUTE_MS, NOON_MS, Deed, Play, deeds, name, notice, opened, played, terms

DAY_MS = 24 * HOUR_MS
RELEASED_MS = NOON_MS
DELIVERED_MS = NOON_MS + 7
READ_BACK_MS = NOON_MS + 11
OWN_TERMS = terms()


def thread_at(owed: Owed, precedence: Precedence) -> Thread:
    """A thread whose window is far off, and to which `owed` comes next."""
    thread = opened(notice(NOON_MS + DAY_MS, precedence=precedence), RELEASED_MS)
    if owed is not Owed.DELIVERY:
        thread = threads.deliver(thread, name(1), DELIVERED_MS, None)
    if owed is Owed.ANSWER:
        thread = threads.move(thread, name(1), ReadBackMatched(at_ms=READ_BACK_MS))
    return thread


@pytest.mark.parametrize("precedence", Precedence)
@pytest.mark.parametrize(
    ("owed", "since_ms"),
    [
        (Owed.DELIVERY, RELEASED_MS + 1_000_000),
        (Owed.READ_BACK, DELIVERED_MS + 1_000_000),
        (Owed.ANSWER, READ_BACK_MS + 3_000_000),
    ],
)
def test_a_step_is_overdue_from_the_millisecond_at_which_its_deadline_ends(
    owed: Owed, since_ms: int, precedence: Precedence
) -> None:
    thread = thread_at(owed, precedence)
    exact_ms = since_ms - list(Precedence).index(precedence)
    assert due([thread], [], OWN_TERMS, exact_ms - 1) == []
    expected = [Overdue(owed=owed, of=thread.id, since_ms=exact_ms)]
    assert due([thread], [], OWN_TERMS, exact_ms) == expected
    assert due([thread], [], OWN_TERMS, exact_ms + 1) == expected


def test_each_precedence_has_its_own_deadline() -> None:
    found = [within_ms(OWN_TERMS.read_back_within, precedence) for precedence in Precedence]
    assert found == [1_000_000, 999_999, 999_998, 999_997]


def owed_by(play: Play, now_ms: int) -> dict[Owed, int]:
    return {found.owed: found.since_ms for found in due([play.thread], [], OWN_TERMS, now_ms)}


def test_an_answered_notice_owes_nothing_before_its_window() -> None:
    play = Play(start_in_ms=DAY_MS)
    play.read_back(0, matched=True)
    play.reply(0, ReplyCode.NOTED)
    assert owed_by(play, NOON_MS + DAY_MS - 1) == {}


def test_a_begin_is_owed_from_the_start_of_the_window() -> None:
    play = Play(start_in_ms=DAY_MS)
    assert Owed.BEGIN not in owed_by(play, NOON_MS + DAY_MS - 1)
    assert owed_by(play, NOON_MS + DAY_MS)[Owed.BEGIN] == NOON_MS + DAY_MS
    play.begin(0)
    assert Owed.BEGIN not in owed_by(play, NOON_MS + DAY_MS)


def test_a_begin_is_owed_since_the_version_that_started_not_the_one_that_will() -> None:
    play = Play(start_in_ms=HOUR_MS)
    play.amend(DAY_MS)
    assert owed_by(play, NOON_MS + HOUR_MS)[Owed.BEGIN] == NOON_MS + HOUR_MS


def test_an_end_is_owed_from_the_end_of_the_window_while_active() -> None:
    play = Play(start_in_ms=HOUR_MS)
    ends_ms = NOON_MS + 2 * HOUR_MS
    assert Owed.END not in owed_by(play, ends_ms)
    play.begin(0)
    assert Owed.END not in owed_by(play, ends_ms - 1)
    assert owed_by(play, ends_ms)[Owed.END] == ends_ms
    play.end()
    assert owed_by(play, ends_ms) == {}


def test_a_stop_answer_is_owed_after_sixty_seconds_until_a_person_answers() -> None:
    stop = StandingStop(id=name(9), caller="a" * 64, scope=StopLine(), called_ms=NOON_MS)
    since_ms = NOON_MS + MINUTE_MS
    assert due([], [stop], OWN_TERMS, since_ms - 1) == []
    owed = [Overdue(owed=Owed.STOP_ANSWER, of=stop.id, since_ms=since_ms)]
    assert due([], [stop], OWN_TERMS, since_ms) == owed
    reaffirmed = move(stop, StopReaffirmed(at_ms=since_ms, party="a" * 64))
    assert due([], [reaffirmed], OWN_TERMS, since_ms) == owed
    answered = move(stop, StopAnswered(at_ms=since_ms, party="b" * 64, answer=StopAnswer.CONTINUING))
    assert due([], [answered], OWN_TERMS, since_ms) == []


def test_calling_a_stop_again_puts_its_deadline_off_neither_before_an_answer_nor_after_one() -> None:
    stop = StandingStop(id=name(9), caller="a" * 64, scope=StopLine(), called_ms=NOON_MS)

    def repeat(stop: StandingStop, at_ms: int) -> StandingStop:
        return move(stop, StopRepeated(at_ms=at_ms, party="a" * 64, seq=stop.called_seq + 1))

    again = repeat(repeat(stop, NOON_MS + 30_000), NOON_MS + 59_000)
    assert [one.since_ms for one in due([], [again], OWN_TERMS, NOON_MS + 60_000)] == [NOON_MS + 60_000]
    answer = StopAnswered(at_ms=NOON_MS + 70_000, party="b" * 64, answer=StopAnswer.CONTINUING)
    answered = move(again, answer)
    assert due([], [answered], OWN_TERMS, NOON_MS + 600_000) == []
    asked = repeat(repeat(answered, NOON_MS + 80_000), NOON_MS + 130_000)
    assert [one.since_ms for one in due([], [asked], OWN_TERMS, NOON_MS + 140_000)] == [NOON_MS + 140_000]


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 5 * 10**6))
def test_the_senders_desk_and_the_recipients_compute_the_same(
    transit_ms: int, receipt_transit_ms: int, later_ms: int
) -> None:
    thread = opened(notice(NOON_MS + DAY_MS), RELEASED_MS)
    recorded_ms = RELEASED_MS + transit_ms
    item = ReceiptItem(id=name(1), index=0, at_ms=recorded_ms)
    recipient = threads.deliver(thread, name(1), recorded_ms, None)
    sender = threads.deliver(thread, name(1), recorded_ms + receipt_transit_ms, item)
    now_ms = recorded_ms + later_ms
    assert due([recipient], [], OWN_TERMS, now_ms) == due([sender], [], OWN_TERMS, now_ms)


@given(st.lists(deeds(max_size=6), max_size=4), st.integers(0, 10**9), st.data())
def test_the_list_is_the_same_in_whatever_order_threads_are_held(
    stories: list[list[Deed]], later_ms: int, data: st.DataObject
) -> None:
    held = [played(story).thread for story in stories]
    now_ms = NOON_MS + later_ms
    found = due(held, [], OWN_TERMS, now_ms)
    assert due(data.draw(st.permutations(held)), [], OWN_TERMS, now_ms) == found
    assert [overdue.since_ms for overdue in found] == sorted(overdue.since_ms for overdue in found)
    assert all(overdue.since_ms <= now_ms for overdue in found)


@given(deeds("amend", max_size=16), st.integers(0, 10**9), st.integers(0, 10**9))
def test_what_is_overdue_stays_so_while_nobody_acts(story: list[Deed], first_ms: int, more_ms: int) -> None:
    play = played(story)
    earlier = due([play.thread], [], OWN_TERMS, play.now_ms + first_ms)
    later = due([play.thread], [], OWN_TERMS, play.now_ms + first_ms + more_ms)
    assert set(earlier) <= set(later)


@given(deeds(), st.integers(NOON_MS - DAY_MS, NOON_MS + 40 * DAY_MS))
def test_what_is_due_at_any_time_is_known_beforehand(story: list[Deed], now_ms: int) -> None:
    thread = played(story).thread
    ever = due([thread], [], OWN_TERMS, 2**62)
    assert due([thread], [], OWN_TERMS, now_ms) == [found for found in ever if found.since_ms <= now_ms]
