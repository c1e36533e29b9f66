"""A notice that its author amends without end: what it holds is bounded, so that looking at it stays quick."""

import math

import pytest

from lone import LINE_ID, Lone, Peer
from parley.exchange.thread import MOST_VERTICES
from parley.node import releasing
from parley.words.codes import Edges
from parley.words.errors import InputError
from parley.words.volume import Polygon, Position
from threads import amendment, notice

VERTICES = 2_000
FITTING = MOST_VERTICES // VERTICES


def large(number: int) -> Polygon:
    """A ring as large as a ring may be, a little different each time."""
    turns = [2 * math.pi * k / VERTICES for k in range(VERTICES)]
    ring = tuple(
        Position(
            lat_ndeg=33_000_000_000 + number + int(1e9 * math.sin(turn)),
            lon_ndeg=38_000_000_000 + int(1e9 * math.cos(turn)),
        )
        for turn in turns
    )
    return Polygon(ring=ring, edges=Edges.GEODESIC)


def test_a_peers_notice_holds_so_many_vertices_and_says_out_of_order_after_that() -> None:
    lone, peer = Lone(), Peer()
    signed = [peer.sign(notice(area=large(1)))]
    for number in range(2, FITTING + 3):
        signed.append(peer.sign(amendment(signed[-1].id, number, notice(area=large(number)))))
    lone.receive(signed)
    thread = lone.tx.thread(LINE_ID, signed[0].id)
    assert thread is not None
    assert len(thread.versions) == FITTING
    assert "too-many-versions" in {one.detail for one in lone.tx.happenings if one.what == "out_of_order"}


def test_an_amendment_of_ours_that_would_be_too_much_is_refused_before_it_is_signed() -> None:
    lone = Lone()
    first = lone.desk().send(notice(area=large(1)))
    body = notice(area=large(2))
    draft = releasing.Draft(
        precedence=body.precedence, activity=body.activity, volume=body.volume, reason=body.reason
    )
    for _ in range(FITTING - 1):
        releasing.amend(lone.desk(), first.id, draft)
    before = lone.tx.chain(LINE_ID).tip
    with pytest.raises(InputError) as caught:
        releasing.amend(lone.desk(), first.id, draft)
    assert caught.value.name == "too-many-versions"
    assert lone.tx.chain(LINE_ID).tip == before
