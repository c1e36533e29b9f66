"""Rule 5: a STOP persists. Only the party that called it ends it, and only by a release."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from parley.exchange.due import Owed, due
from parley.exchange.errors import OutOfOrder
from parley.exchange.ladder import Event, TimePassed
from parley.exchange.stop import (
    StandingStop,
    StopAnswered,
    StopReaffirmed,
    StopReleased,
    StopState,
    move,
)
from parley.words.bodies import StopLine
from parley.words.codes import StopAnswer
from threads import AUTHOR, NOON_MS, OTHER, name, terms

AT = st.integers(NOON_MS, NOON_MS + 10**10)
PARTY = st.sampled_from([AUTHOR, OTHER])
ANSWERS = st.builds(
    StopAnswered,
    at_ms=AT,
    party=PARTY,
    answer=st.sampled_from(StopAnswer),
    seq=st.none() | st.integers(0, 9),
)
EVENTS = st.one_of(
    ANSWERS,
    st.builds(StopReaffirmed, at_ms=AT, party=PARTY),
    st.builds(StopReleased, at_ms=AT, party=PARTY),
    st.builds(TimePassed, at_ms=AT),
)


def called() -> StandingStop:
    return StandingStop(id=name(9), caller=AUTHOR, scope=StopLine(), called_ms=NOON_MS)


@given(st.lists(EVENTS, max_size=16))
def test_a_stop_stands_until_its_caller_releases_it(events: list[Event]) -> None:
    stop = called()
    released = False
    for event in events:
        with suppress(OutOfOrder):
            stop = move(stop, event)
        released = released or (isinstance(event, StopReleased) and event.party == AUTHOR)
        assert (stop.state is StopState.RELEASED) is released
        assert (stop.released_ms is not None) is released


@given(st.lists(EVENTS, max_size=16))
def test_a_stop_is_answered_only_by_a_person_of_the_other_party(events: list[Event]) -> None:
    stop = called()
    for event in events:
        with suppress(OutOfOrder):
            stop = move(stop, event)
    answered = any(isinstance(event, StopAnswered) and event.party == OTHER for event in events)
    assert (stop.answer is not None) is answered
    owed = [overdue.owed for overdue in due([], [stop], terms(), NOON_MS + 10**11)]
    still_owed = stop.state is StopState.STANDING and not answered
    assert owed == ([Owed.STOP_ANSWER] if still_owed else [])


@given(st.permutations(list(enumerate(StopAnswer))))
def test_the_newest_answer_is_shown_in_whatever_order_they_arrive(
    answers: list[tuple[int, StopAnswer]],
) -> None:
    stop = called()
    for seq, answer in answers:
        stop = move(stop, StopAnswered(at_ms=NOON_MS, party=OTHER, answer=answer, seq=seq))
    assert stop.answer is list(StopAnswer)[-1]
