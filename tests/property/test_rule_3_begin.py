"""Rule 3: a begin says what it goes ahead over, and needs a reason for it; a convoy never does."""

from hypothesis import given
from hypothesis import strategies as st

from parley.exchange import thread as threads
from parley.exchange.ladder import Step, reached
from parley.exchange.thread import Thread
from parley.words.bodies import Begin
from parley.words.codes import HUMANITARIAN, Activity, Override, ReplyCode
from threads import Deed, Play, deeds, played

OVERRIDES = st.lists(st.sampled_from(Override), unique=True, max_size=len(Override)).map(
    lambda found: tuple(one for one in Override if one in found)
)


def expected(thread: Thread) -> set[Override]:
    """What stands, told from the parts."""
    codes = {given_reply.code for given_reply in thread.answers}
    return {
        override
        for override, stands in {
            Override.READ_BACK_MISSING: not reached(thread.versions[-1], Step.READ_BACK),
            Override.OBJECTION_STANDING: ReplyCode.OBJECTION in codes,
            Override.QUERY_STANDING: ReplyCode.QUERY in codes,
            Override.WARNING_STANDING: ReplyCode.WARNING in codes,
            Override.HOLD_STANDING: ReplyCode.HOLD_REQUESTED in codes,
            Override.HAZARD_ON_ROUTE_STANDING: ReplyCode.HAZARD_ON_ROUTE in codes,
            Override.NOT_PASSED_ON: ReplyCode.CANNOT_PASS_ON in codes,
            Override.CONTACT_ASKED: ReplyCode.CONTACT_US in codes,
            Override.STOP_STANDING: bool(thread.stops),
        }.items()
        if stands
    }


@given(deeds(max_size=20))
def test_what_stands_against_a_begin_is_complete_and_in_order(story: list[Deed]) -> None:
    thread = played(story).thread
    found = threads.stands_against_begin(thread)
    assert set(found) == expected(thread)
    assert list(found) == [override for override in Override if override in found]


@given(deeds(max_size=20))
def test_a_begin_needs_a_reason_exactly_when_something_stands(story: list[Deed]) -> None:
    thread = played(story).thread
    assert threads.needs_reason(thread) is bool(expected(thread))


@given(st.sampled_from(sorted(HUMANITARIAN)), deeds(max_size=20))
def test_a_convoy_never_needs_a_reason_and_still_says_what_stands(
    activity: Activity, story: list[Deed]
) -> None:
    play = Play(activity=activity)
    for deed in story:
        deed(play)
    assert not threads.needs_reason(play.thread)
    assert set(threads.stands_against_begin(play.thread)) == expected(play.thread)


@given(deeds(max_size=12), OVERRIDES)
def test_what_stood_and_was_not_said_is_noted(story: list[Deed], said: tuple[Override, ...]) -> None:
    play = played(story)
    before = play.thread
    newest = threads.latest(before)
    body = Begin(salt="0" * 32, of=newest.id, cites=(), over=said, over_reason=None)
    begun = threads.begin(before, body, play.number(late=False), play.now_ms)
    assert begun.begun_over == said
    assert set(begun.unsaid) == expected(before) - set(said)
