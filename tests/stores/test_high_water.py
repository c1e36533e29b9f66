"""The high-water file: a database that was put back from an old copy, or is another one, is refused."""

import shutil
from pathlib import Path

import pytest

from parley.adapters import high_water
from parley.adapters.high_water import HighWater, Mark
from parley.config.settings import read_settings
from parley.words.errors import SystemFault
from support import Side, draft, on_loop, pair

LINES = [f"{n:032x}" for n in range(3)]


def marks_of(path: Path) -> dict[str, Mark]:
    """Read a file of marks as a node does that starts."""
    marks = HighWater(path)
    marks.load()
    return marks.marks


def root(n: int) -> str:
    return f"{n:064x}"


def save(side: Side, folder: Path) -> None:
    """Copy the database of a node that does not run."""
    folder.mkdir()
    for file in side.home.path.glob("lines.db*"):
        shutil.copy(file, folder)


def put_back(side: Side, folder: Path) -> None:
    for file in side.home.path.glob("lines.db*"):
        file.unlink()
    for file in folder.iterdir():
        shutil.copy(file, side.home.path)


def marks_file(side: Side) -> Path:
    return Path(read_settings(side.home).high_water)


def read_marks(side: Side) -> bytes:
    return marks_file(side).read_bytes()


def write_marks(side: Side, data: bytes) -> None:
    marks_file(side).write_bytes(data)


def lose_marks(side: Side) -> None:
    marks_file(side).unlink()


async def refusal(side: Side) -> str:
    with pytest.raises(SystemFault) as caught:
        await side.start()
    return caught.value.name


@on_loop
async def test_an_older_database_is_refused_and_the_newer_one_is_taken(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        await both.a.stop()
        save(both.a, tmp_path / "old")
        await both.a.start()
        await both.a.release(draft())
        await both.settle()
        await both.a.stop()
        save(both.a, tmp_path / "new")
        put_back(both.a, tmp_path / "old")
        assert await refusal(both.a) == "database-older"
        put_back(both.a, tmp_path / "new")
        await both.a.start()
        await both.a.release(draft())
        await both.prove()


@pytest.mark.parametrize("more", [1, 4])
@on_loop
async def test_a_database_with_another_history_is_refused_also_when_it_is_longer(
    tmp_path: Path, more: int
) -> None:
    async with pair(tmp_path) as both:
        both.cut()
        await both.a.stop()
        save(both.a, tmp_path / "old")
        before = read_marks(both.a)
        await both.a.start()
        await both.a.release(draft())
        await both.a.stop()
        first_history = read_marks(both.a)
        put_back(both.a, tmp_path / "old")
        write_marks(both.a, before)
        await both.a.start()
        for _ in range(more):
            await both.a.release(draft())
        await both.a.stop()
        write_marks(both.a, first_history)
        assert await refusal(both.a) == "database-other"


@on_loop
async def test_a_node_without_its_high_water_file_does_not_start(tmp_path: Path) -> None:
    async with pair(tmp_path) as both:
        await both.a.stop()
        lose_marks(both.a)
        assert await refusal(both.a) == "high-water-unreadable"


def test_a_last_row_that_was_cut_short_is_passed_over_and_damage_is_not(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    HighWater.create(path)
    marks = HighWater(path)
    marks.load()
    marks.raise_to({LINES[0]: Mark(1, root(1))})
    marks.raise_to({LINES[0]: Mark(2, root(2))})
    marks.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert marks_of(path) == {LINES[0]: Mark(1, root(1))}
    path.write_bytes(b"}" + whole)
    with pytest.raises(SystemFault) as caught:
        marks_of(path)
    assert caught.value.name == "high-water-unreadable"


def test_the_newest_mark_of_each_line_stays_when_the_file_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(high_water, "LONGEST_LOG_BYTES", 1_000)
    path = tmp_path / "marks"
    HighWater.create(path)
    marks = HighWater(path)
    marks.load()
    for size in range(1, 400):
        marks.raise_to({LINES[size % 3]: Mark(size, root(size))})
        assert marks_of(path)[LINES[size % 3]] == Mark(size, root(size))
        assert path.stat().st_size < 2_000
    marks.close()
    assert marks_of(path) == {LINES[size % 3]: Mark(size, root(size)) for size in (397, 398, 399)}


def test_two_nodes_may_keep_their_files_side_by_side(tmp_path: Path) -> None:
    paths = [tmp_path / "marks.eastern", tmp_path / "marks.coalition"]
    kept = []
    for path in paths:
        HighWater.create(path)
        kept.append(HighWater(path))
        kept[-1].load()
    fresh = [marks.fresh for marks in kept]
    assert len(set(fresh)) == 2
    for line, marks in zip(LINES, kept, strict=False):
        marks.raise_to({line: Mark(1, root(1))})
        marks.close()
    assert [list(marks_of(path)) for path in paths] == [[LINES[0]], [LINES[1]]]
