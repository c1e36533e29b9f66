"""Every promise of ports/volume_index.py, for every index of volumes. It may propose too many, never too few.

An index joins by a class with `open`, which opens the same one again, `close`, and `lasting`.
"""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.adapters.volume_index import FileVolumeIndex, MemoryVolumeIndex, SqliteVolumeIndex
from parley.geo.box import Box5
from parley.ports.volume_index import Held
from parley.words.errors import SystemFault

NEAR, FAR = Box5(*[0.0, 1.0] * 5), Box5(*[100.0, 101.0] * 5)
BAD = Box5(*[5.0, 1.0] * 5)


class MemoryUnderTest:
    """Ends with the process."""

    lasting = False

    def __init__(self, _folder: Path) -> None:
        self.index: SqliteVolumeIndex = MemoryVolumeIndex()


class FileUnderTest:
    """Stays in a file."""

    lasting = True

    def __init__(self, folder: Path) -> None:
        self.path = folder / "volumes.index"
        self.index: SqliteVolumeIndex = FileVolumeIndex(self.path)

    def open_again(self) -> None:
        """Close it and open what it left."""
        self.index.close()
        self.index = FileVolumeIndex(self.path)


UnderTest = MemoryUnderTest | FileUnderTest


@pytest.fixture(params=[MemoryUnderTest, FileUnderTest])
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UnderTest]:
    under_test = request.param(tmp_path)
    yield under_test
    under_test.index.close()


def boxed(chance: random.Random, spread: float) -> Box5:
    ends: list[float] = []
    for scale in (6.4e6, 6.4e6, 6.4e6, 1e8, 2e4):
        middle, half = chance.uniform(-scale, scale), chance.uniform(0, scale * spread)
        ends += [middle - half, middle + half]
    return Box5(*ends)


def meet(a: Box5, b: Box5) -> bool:
    return all(a[k] <= b[k + 1] and b[k] <= a[k + 1] for k in range(0, 10, 2))


def test_it_proposes_every_box_that_meets_with_its_bytes(held: UnderTest) -> None:
    chance = random.Random(3)  # noqa: S311 - a test's own dice
    boxes = {key: boxed(chance, 0.3) for key in range(400)}
    held.index.add_all(Held(key, box, b"%d" % key) for key, box in boxes.items())
    assert held.index.count() == 400
    assert held.index.size_bytes() > 400 * 48
    for _ in range(100):
        asked = boxed(chance, 0.5)
        proposed = held.index.candidates(asked)
        assert {key for key, box in boxes.items() if meet(box, asked)} <= set(proposed)
        assert sorted(held.index.matches(asked)) == sorted((key, b"%d" % key) for key in proposed)


def test_faces_that_touch_meet_despite_narrow_floats(held: UnderTest) -> None:
    edge = 6_378_136.999_999_99
    held.index.add(1, Box5(0.1, edge, 0, 1, 0, 1, 0.1, 1e8 + 0.001, 0, 1))
    assert held.index.candidates(Box5(edge, 7e6, 0, 1, 0, 1, 1e8 + 0.001, 2e8, 0, 1)) == [1]
    assert held.index.candidates(Box5(edge + 100, 7e6, 0, 1, 0, 1, 0, 1, 0, 1)) == []


def test_every_face_of_a_box_on_both_sides_of_zero_is_met(held: UnderTest) -> None:
    chance = random.Random(4)  # noqa: S311 - a test's own dice
    for key in range(200):
        box = boxed(chance, 0.3)
        held.index.add(key, box)
        for axis in range(0, 10, 2):
            above, below = list(box), list(box)
            above[axis], above[axis + 1] = box[axis + 1], box[axis + 1] + 1
            below[axis], below[axis + 1] = box[axis] - 1, box[axis]
            assert key in held.index.candidates(Box5(*above))
            assert key in held.index.candidates(Box5(*below))


def test_a_key_added_again_is_replaced_and_a_removed_one_is_gone(held: UnderTest) -> None:
    held.index.add(2**62, NEAR, b"old")
    held.index.add(2**62, FAR, b"new")
    assert held.index.candidates(NEAR) == []
    assert held.index.matches(FAR) == [(2**62, b"new")]
    held.index.remove(2**62)
    held.index.remove(5)
    assert held.index.candidates(FAR) == []
    assert held.index.count() == 0


def test_the_ends_of_the_range_of_keys_are_kept(held: UnderTest) -> None:
    held.index.add_all([Held(0, NEAR), Held(2**63 - 1, NEAR)])
    assert sorted(held.index.candidates(NEAR)) == [0, 2**63 - 1]


def test_add_all_is_all_or_none(held: UnderTest) -> None:
    held.index.add(9, NEAR, b"before")
    with pytest.raises(SystemFault) as caught:
        held.index.add_all([Held(1, NEAR), Held(9, FAR), Held(2, BAD)])
    assert caught.value.name == "volume-index-failed"
    assert held.index.matches(NEAR) == [(9, b"before")]
    held.index.add(1, NEAR)
    assert held.index.count() == 2


def test_a_closed_index_fails_by_name(held: UnderTest) -> None:
    held.index.close()
    for call in (
        lambda: held.index.candidates(NEAR),
        lambda: held.index.matches(NEAR),
        lambda: held.index.remove(1),
        lambda: held.index.add(1, NEAR),
        lambda: held.index.add_all([Held(1, NEAR)]),
        held.index.count,
    ):
        with pytest.raises(SystemFault, match="index of volumes failed"):
            call()


def test_what_lasts_is_there_when_it_is_opened_again(held: UnderTest) -> None:
    if not isinstance(held, FileUnderTest):
        pytest.skip("this form ends with the process")
    held.index.add_all([Held(1, NEAR, b"one"), Held(2, NEAR, b"two")])
    held.index.remove(2)
    held.open_again()
    assert held.index.matches(NEAR) == [(1, b"one")]


def test_a_file_that_was_not_closed_holds_every_call_that_returned(tmp_path: Path) -> None:
    index = FileVolumeIndex(tmp_path / "volumes.index")
    index.add(1, NEAR, b"one")
    for name in ("volumes.index", "volumes.index-wal"):  # what a crash leaves
        (tmp_path / f"left-{name}").write_bytes((tmp_path / name).read_bytes())
    index.close()
    left = FileVolumeIndex(tmp_path / "left-volumes.index")
    assert left.matches(NEAR) == [(1, b"one")]
    left.close()


def test_a_file_is_held_by_one_owner(tmp_path: Path) -> None:
    index = FileVolumeIndex(tmp_path / "volumes.index")
    with pytest.raises(SystemFault, match="locked"):
        FileVolumeIndex(tmp_path / "volumes.index")
    index.close()
    FileVolumeIndex(tmp_path / "volumes.index").close()


def test_a_file_of_another_form_or_damaged_is_refused(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE boxes (key)")
    other.commit()
    other.close()
    with pytest.raises(SystemFault, match="form 0"):
        FileVolumeIndex(tmp_path / "other")
    (tmp_path / "damaged").write_bytes(b"not a database at all" * 100)
    with pytest.raises(SystemFault, match="not a database"):
        FileVolumeIndex(tmp_path / "damaged")
    with pytest.raises(SystemFault):
        FileVolumeIndex(tmp_path / "no such folder" / "index")
