"""A thread: what overtakes, comes twice, or comes after the activity was closed."""

import pytest

from parley.exchange import ladder, phase, stop
from parley.exchange import thread as threads
from parley.exchange.errors import OutOfOrder
from parley.exchange.ladder import Exchange, Step
from parley.exchange.phase import Phase
from parley.exchange.thread import Answer
from parley.words.bodies import ReceiptItem, StopLine
from parley.words.codes import ReplyCode, StopAnswer
from parley.words.errors import InputError
from threads import HOUR_MS, NOON_MS, OFFICER, Play, begin_of, name, notice, opened


def first(play: Play) -> Exchange:
    return play.thread.versions[0]


def test_a_read_back_that_overtakes_its_receipt_proves_delivery() -> None:
    play = Play()
    play.read_back(0, matched=True)
    assert first(play).step is Step.READ_BACK
    assert first(play).delivered_ms == NOON_MS


def test_a_reply_before_the_read_back_counts_once_the_read_back_matches() -> None:
    play = Play()
    play.reply(0, ReplyCode.NO_OBJECTION)
    assert first(play).step is Step.DELIVERED
    play.read_back(0, matched=False)
    assert first(play).step is Step.DELIVERED
    play.read_back(0, matched=True)
    assert first(play).step is Step.ANSWERED


def test_a_withdrawn_early_reply_does_not_answer() -> None:
    play = Play()
    play.reply(0, ReplyCode.NO_OBJECTION)
    play.withdraw(0)
    play.read_back(0, matched=True)
    assert first(play).step is Step.READ_BACK


def test_withdrawing_one_of_two_replies_leaves_the_notice_answered() -> None:
    play = Play()
    play.read_back(0, matched=True)
    play.reply(0, ReplyCode.NOTED)
    play.reply(0, ReplyCode.OBJECTION)
    play.withdraw(1)
    assert first(play).step is Step.ANSWERED
    assert threads.standing(play.thread) == ()
    play.withdraw(0)
    assert first(play).step is Step.READ_BACK
    assert first(play).answered_ms is None


def test_a_reply_answers_its_own_version_only() -> None:
    play = Play()
    play.read_back(0, matched=True)
    play.amend(HOUR_MS)
    play.reply(0, ReplyCode.NO_OBJECTION)
    assert [version.step for version in play.thread.versions] == [Step.ANSWERED, Step.RELEASED]


def test_delivery_counts_from_the_receipt_however_late_it_comes() -> None:
    play = Play()
    item = ReceiptItem(id=name(1), index=4, at_ms=NOON_MS + 20)
    play.now_ms = NOON_MS + 500
    play.read_back(0, matched=True)
    play.thread = threads.deliver(play.thread, name(1), NOON_MS + 900, item)
    assert first(play).delivered_ms == NOON_MS + 20
    assert first(play).receipt == item


def test_a_recipient_whose_clock_runs_ahead_delays_nothing() -> None:
    play = Play()
    item = ReceiptItem(id=name(1), index=4, at_ms=NOON_MS + 10**9)
    play.thread = threads.deliver(play.thread, name(1), NOON_MS + 900, item)
    assert first(play).delivered_ms == NOON_MS + 900


def test_a_version_begun_early_stays_hot_though_a_later_one_is_read_back_before_its_window() -> None:
    play = Play()
    play.begin(0)
    play.amend(2 * HOUR_MS)
    play.read_back(1, matched=True)
    play.begin(1)
    assert play.hot() == {version.id for version in play.thread.versions}
    play.end()
    play.begin(1)
    assert play.hot() == {play.version(1).id}


def test_a_begin_that_names_a_superseded_version_makes_it_hot() -> None:
    play = Play()
    play.amend(2 * HOUR_MS)
    play.read_back(1, matched=True)
    play.begin(0)
    assert play.hot() == {version.id for version in play.thread.versions}


@pytest.mark.parametrize("late_end", [False, True])
def test_a_version_released_after_an_end_is_planned_again(*, late_end: bool) -> None:
    play = Play()
    if late_end:
        play.amend(HOUR_MS)
        play.end(late=True)
    else:
        play.end()
        play.amend(HOUR_MS)
    assert play.thread.phase is Phase.PLANNED
    play.wait(HOUR_MS)
    assert play.version(1).id in play.hot()


def test_an_end_covers_a_version_that_arrives_late() -> None:
    play = Play()
    play.end()
    play.amend(HOUR_MS, late=True)
    assert play.thread.phase is Phase.ENDED
    play.wait(HOUR_MS)
    assert play.hot() == set()


def test_a_begin_after_a_clearance_is_hot_again() -> None:
    play = Play()
    play.wait(HOUR_MS)
    play.clear()
    assert play.hot() == set()
    play.begin(0)
    assert play.hot() == {name(1)}


def test_a_clearance_before_the_start_is_refused() -> None:
    word = threads.Clearance(by=OFFICER, at_ms=NOON_MS, ground="all quiet")
    with pytest.raises(InputError, match="has not started"):
        threads.clear(Play().thread, word)


def test_a_late_begin_does_not_replace_what_the_newest_went_over() -> None:
    play = Play()
    newest = threads.begin(play.thread, begin_of(play.thread), 30, NOON_MS)
    assert threads.begin(newest, begin_of(newest), 20, NOON_MS) == newest


def test_unknown_versions_and_replies_are_named_as_such() -> None:
    thread = Play().thread
    with pytest.raises(InputError) as unknown:
        threads.answer(thread, Answer(id=name(7), of=name(8), code=ReplyCode.NOTED, at_ms=NOON_MS))
    assert unknown.value.name == "version-unknown"
    with pytest.raises(InputError) as none_stands:
        threads.withdraw(thread, name(7), NOON_MS)
    assert none_stands.value.name == "reply-unknown"


def test_what_the_tables_refuse_is_named() -> None:
    exchange = opened(notice()).versions[0]
    with pytest.raises(OutOfOrder) as refused:
        ladder.step(exchange, ladder.Replied(at_ms=NOON_MS))
    assert refused.value.name == "event-out-of-order"
    with pytest.raises(OutOfOrder) as refused:
        phase.advance(Phase.PLANNED, ladder.Replied(at_ms=NOON_MS))
    assert refused.value.name == "phase-out-of-order"


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (stop.StopAnswered(at_ms=1, party="a" * 64, answer=StopAnswer.STOPPED), "stop-own-answer"),
        (stop.StopReaffirmed(at_ms=1, party="b" * 64), "stop-not-yours"),
        (stop.StopReleased(at_ms=1, party="b" * 64), "stop-not-yours"),
        (ladder.Replied(at_ms=1), "stop-out-of-order"),
    ],
)
def test_a_stop_refuses_the_wrong_party_by_name(event: ladder.Event, error: str) -> None:
    standing = stop.StandingStop(id=name(9), caller="a" * 64, scope=StopLine(), called_ms=0)
    with pytest.raises(OutOfOrder) as refused:
        stop.move(standing, event)
    assert refused.value.name == error
