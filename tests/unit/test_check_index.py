"""The index of volumes: it may propose too many, never too few."""

import random

import pytest

from parley.adapters.volume_index import MemoryVolumeIndex
from parley.geo.box import Box5
from parley.words.errors import SystemFault


def boxed(chance: random.Random, spread: float) -> Box5:
    ends: list[float] = []
    for scale in (6.4e6, 6.4e6, 6.4e6, 1e8, 2e4):
        middle, half = chance.uniform(-scale, scale), chance.uniform(0, scale * spread)
        ends += [middle - half, middle + half]
    return Box5(*ends)


def meet(a: Box5, b: Box5) -> bool:
    return all(a[k] <= b[k + 1] and b[k] <= a[k + 1] for k in range(0, 10, 2))


def test_it_proposes_every_box_that_meets() -> None:
    chance = random.Random(3)  # noqa: S311 - a test's own dice
    index = MemoryVolumeIndex()
    held = {key: boxed(chance, 0.3) for key in range(400)}
    index.add_all(held.items())
    for _ in range(100):
        asked = boxed(chance, 0.5)
        assert {key for key, box in held.items() if meet(box, asked)} <= set(index.candidates(asked))


def test_faces_that_touch_meet_despite_narrow_floats() -> None:
    index = MemoryVolumeIndex()
    edge = 6_378_136.999_999_99
    index.add(1, Box5(0.1, edge, 0, 1, 0, 1, 0.1, 1e8 + 0.001, 0, 1))
    assert index.candidates(Box5(edge, 7e6, 0, 1, 0, 1, 1e8 + 0.001, 2e8, 0, 1)) == [1]
    assert index.candidates(Box5(edge + 100, 7e6, 0, 1, 0, 1, 0, 1, 0, 1)) == []


def test_a_key_added_again_is_replaced_and_a_removed_one_is_gone() -> None:
    index = MemoryVolumeIndex()
    near, far = Box5(*[0.0, 1.0] * 5), Box5(*[100.0, 101.0] * 5)
    index.add(2**62, near)
    index.add(2**62, far)
    assert index.candidates(near) == []
    assert index.candidates(far) == [2**62]
    index.remove(2**62)
    index.remove(5)
    assert index.candidates(far) == []


def test_add_all_is_all_or_none_and_a_closed_index_fails_by_name() -> None:
    index = MemoryVolumeIndex()
    good, bad = Box5(*[0.0, 1.0] * 5), Box5(*[5.0, 1.0] * 5)
    with pytest.raises(SystemFault) as caught:
        index.add_all([(1, good), (2, bad)])
    assert caught.value.name == "volume-index-failed"
    assert index.candidates(good) == []
    index.close()
    with pytest.raises(SystemFault):
        index.candidates(good)
    with pytest.raises(SystemFault):
        index.remove(1)
