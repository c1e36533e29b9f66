"""Rule 2: acknowledging is not approving. A standing reply stands over every version until withdrawn."""

from hypothesis import given
from hypothesis import strategies as st

from parley.exchange import thread as threads
from parley.words.codes import STANDING_REPLIES, Override, ReplyCode
from threads import WHICH, Deed, Play, deeds

STANDING = st.sampled_from(sorted(STANDING_REPLIES))
OVERRIDE = {
    ReplyCode.OBJECTION: Override.OBJECTION_STANDING,
    ReplyCode.QUERY: Override.QUERY_STANDING,
    ReplyCode.WARNING: Override.WARNING_STANDING,
    ReplyCode.HOLD_REQUESTED: Override.HOLD_STANDING,
    ReplyCode.HAZARD_ON_ROUTE: Override.HAZARD_ON_ROUTE_STANDING,
    ReplyCode.CANNOT_PASS_ON: Override.NOT_PASSED_ON,
    ReplyCode.CONTACT_US: Override.CONTACT_ASKED,
}


def test_each_standing_reply_has_its_own_override() -> None:
    assert set(OVERRIDE) == STANDING_REPLIES


@given(STANDING, deeds("withdraw", max_size=6), WHICH, deeds("withdraw", max_size=20))
def test_a_standing_reply_stands_whatever_happens_until_it_is_withdrawn(
    code: ReplyCode, before: list[Deed], which: int, after: list[Deed]
) -> None:
    play = Play()
    for deed in before:
        deed(play)
    play.reply(which, code)
    given_reply = play.replies[-1]
    for deed in after:
        deed(play)
        assert given_reply in threads.standing(play.thread)
        assert OVERRIDE[code] in threads.stands_against_begin(play.thread)


@given(deeds(max_size=20), WHICH)
def test_withdrawing_takes_back_that_reply_alone(story: list[Deed], which: int) -> None:
    play = Play()
    for deed in story:
        deed(play)
    before = play.thread.answers
    play.withdraw(which)
    gone = set(before) - set(play.thread.answers)
    assert set(play.thread.answers) <= set(before)
    assert len(gone) <= 1
    if gone:
        assert gone == {play.replies[which % len(play.replies)]}


@given(deeds("reply", max_size=8), st.lists(st.sampled_from(sorted(set(ReplyCode) - STANDING_REPLIES))))
def test_other_replies_stand_against_nothing(story: list[Deed], codes: list[ReplyCode]) -> None:
    play = Play()
    for deed in story:
        deed(play)
    before = threads.stands_against_begin(play.thread)
    for code in codes:
        play.reply(0, code)
    assert threads.stands_against_begin(play.thread) == before
