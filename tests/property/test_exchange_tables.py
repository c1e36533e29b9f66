"""Every state and every event of the three tables: it raises or lands legally."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.exchange import ladder, phase, stop
from parley.exchange.errors import OutOfOrder
from parley.exchange.ladder import RUNGS, TABLE, Event, Exchange, Step
from parley.exchange.phase import PHASES, Phase
from parley.exchange.stop import STOPS, StandingStop, StopState
from parley.words.bodies import ReceiptItem, StopLine
from parley.words.codes import StopAnswer
from threads import AUTHOR, NOON_MS, OTHER, name, notice

LADDER_EVENTS = [
    ladder.Released(at_ms=NOON_MS),
    ladder.Delivered(at_ms=NOON_MS),
    ladder.Delivered(at_ms=NOON_MS, receipt=ReceiptItem(id=name(1), index=3, at_ms=NOON_MS)),
    ladder.Unread(at_ms=NOON_MS, rule="kind-unknown"),
    ladder.ReadBackMatched(at_ms=NOON_MS),
    ladder.ReadBackMismatched(at_ms=NOON_MS),
    ladder.Replied(at_ms=NOON_MS),
    ladder.AnswerWithdrawn(at_ms=NOON_MS),
    ladder.TimePassed(at_ms=NOON_MS),
]
PHASE_EVENTS = [
    phase.Begun(at_ms=NOON_MS),
    phase.Ended(at_ms=NOON_MS),
    phase.Cancelled(at_ms=NOON_MS),
    phase.Amended(at_ms=NOON_MS),
]
STOP_EVENTS: list[Event] = [
    made
    for party in (AUTHOR, OTHER)
    for made in (
        stop.StopAnswered(at_ms=NOON_MS, party=party, answer=StopAnswer.STOPPED),
        stop.StopRepeated(at_ms=NOON_MS, party=party, seq=0),
        stop.StopReaffirmed(at_ms=NOON_MS, party=party),
        stop.StopReleased(at_ms=NOON_MS, party=party),
    )
]
STOP_EVENTS += [stop.StopFolded(at_ms=NOON_MS), stop.StopUnfolded(at_ms=NOON_MS)]
EVENTS: list[Event] = [*LADDER_EVENTS, *PHASE_EVENTS, *STOP_EVENTS]
TIME = ladder.TimePassed(at_ms=NOON_MS)
RISES_ON: dict[Step, type[Event]] = {
    Step.RELEASED: ladder.Released,
    Step.DELIVERED: ladder.Delivered,
    Step.READ_BACK: ladder.ReadBackMatched,
    Step.ANSWERED: ladder.Replied,
}


def at(step: Step) -> Exchange:
    return Exchange(id=name(1), number=1, body=notice(), step=step)


def called(state: StopState = StopState.STANDING) -> StandingStop:
    return StandingStop(id=name(9), caller=AUTHOR, scope=StopLine(), called_ms=NOON_MS, state=state)


def test_the_tests_know_every_event_that_the_tables_know() -> None:
    in_tables = {event for table in (TABLE, PHASES, STOPS) for _, event in table}
    assert in_tables == {type(event) for event in EVENTS}


@pytest.mark.parametrize(("step", "event"), list(product(Step, EVENTS)))
def test_a_step_rises_one_rung_on_its_own_evidence_and_falls_only_by_withdrawal(
    step: Step, event: Event
) -> None:
    try:
        landed = ladder.step(at(step), event).step
    except OutOfOrder:
        assert (step, type(event)) not in TABLE
        return
    climbed = RUNGS.index(landed) - RUNGS.index(step)
    if climbed > 0:
        assert climbed == 1
        assert isinstance(event, RISES_ON[landed])
    elif climbed < 0:
        assert isinstance(event, ladder.AnswerWithdrawn)
        assert (step, landed) == (Step.ANSWERED, Step.READ_BACK)


@pytest.mark.parametrize("rung", RISES_ON)
def test_each_rung_can_be_reached_from_the_one_below(rung: Step) -> None:
    below = RUNGS[RUNGS.index(rung) - 1]
    assert TABLE[below, RISES_ON[rung]] is rung


@pytest.mark.parametrize(("now", "event"), list(product(Phase, EVENTS)))
def test_a_phase_lands_where_its_author_says_and_nowhere_else(now: Phase, event: Event) -> None:
    try:
        landed = phase.advance(now, event)
    except OutOfOrder:
        assert not isinstance(event, (ladder.TimePassed, *map(type, PHASE_EVENTS)))
        return
    match event:
        case phase.Begun():
            assert landed is Phase.ACTIVE
        case phase.Ended():
            assert landed is Phase.ENDED
        case phase.Cancelled():
            assert landed is Phase.CANCELLED
        case phase.Amended():
            assert landed is (now if now not in phase.CLOSED else Phase.PLANNED)
        case _:
            assert landed is now


@pytest.mark.parametrize(("state", "event"), list(product(StopState, EVENTS)))
def test_a_stop_ends_by_its_callers_release_and_never_stands_again(state: StopState, event: Event) -> None:
    try:
        landed = stop.move(called(state), event).state
    except OutOfOrder:
        assert event is not TIME
        return
    if landed is not state:
        assert isinstance(event, stop.StopReleased)
        assert event.party == AUTHOR
        assert landed is StopState.RELEASED


@given(st.lists(st.sampled_from(LADDER_EVENTS), max_size=14))
def test_no_path_reaches_a_rung_without_the_evidence_for_each_rung_below(events: list[Event]) -> None:
    exchange = at(Step.DRAFTED)
    happened: set[type[Event]] = set()
    for event in events:
        try:
            exchange = ladder.step(exchange, event)
        except OutOfOrder:
            continue
        happened.add(type(event))
        for rung in RUNGS[1 : RUNGS.index(exchange.step) + 1]:
            assert RISES_ON[rung] in happened
        marks = (exchange.released_ms, exchange.delivered_ms, exchange.read_back_ms, exchange.answered_ms)
        assert [mark is not None for mark in marks] == [ladder.reached(exchange, rung) for rung in RUNGS[1:]]
