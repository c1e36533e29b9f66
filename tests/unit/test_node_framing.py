"""Frames of a peer: what it asks for again is bounded and rated, so that nobody waits behind it."""

from lone import LINE_ID, OWN, Lone, line
from parley.node.framing import ANSWER_EVERY_MS, ANSWER_MESSAGES, answer_gap
from parley.node.stopping import call
from parley.words.bodies import StopLine
from parley.words.codes import RANK
from parley.words.header import GapRequest
from threads import AUTHOR, NOON_MS, OTHER, notice

RANKS = tuple(RANK.values())


def ask(lone: Lone, first: int, last: int, now_ms: int) -> int:
    """The peer asks for numbers again."""
    request = GapRequest(line=LINE_ID, epoch=0, from_=AUTHOR, to=OTHER, at=now_ms, first=first, last=last)
    return answer_gap(lone.tx, OWN, line(), request, now_ms)


def receipted(count: int) -> Lone:
    """A side whose messages all left the queue."""
    lone = Lone()
    for _ in range(count):
        lone.tx.dequeue(LINE_ID, lone.desk().send(notice()).id)
    return lone


def test_what_a_peer_asks_for_again_is_queued_at_most_once_in_two_seconds() -> None:
    lone = receipted(3)
    assert ask(lone, 0, 2, NOON_MS) == 3
    assert ask(lone, 0, 2, NOON_MS) == 0
    assert ask(lone, 1, 2, NOON_MS + ANSWER_EVERY_MS - 1) == 0
    assert ask(lone, 1, 2, NOON_MS + ANSWER_EVERY_MS) == 2
    assert ask(lone, 2, 2, NOON_MS) == 1, "a clock that was put back refuses nothing"


def test_a_request_for_nothing_that_we_sent_uses_up_no_answer() -> None:
    lone = receipted(1)
    assert ask(lone, 7, 9, NOON_MS) == 0
    assert ask(lone, 0, 0, NOON_MS) == 1


def test_one_request_queues_a_bounded_part_and_a_stop_goes_before_it() -> None:
    lone = receipted(ANSWER_MESSAGES + 10)
    assert ask(lone, 0, 2**53 - 1, NOON_MS) == ANSWER_MESSAGES
    stop = call(lone.desk(), StopLine(), None)
    (first, *rest) = lone.tx.queue(LINE_ID, (min(RANKS), max(RANKS) + 1), 1_000)
    assert (first.id, len(rest)) == (stop.id, ANSWER_MESSAGES)
