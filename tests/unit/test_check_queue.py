"""The queue of checks: urgent first, lines in turn, and what is wanted again is wanted once."""

from hypothesis import given
from hypothesis import strategies as st

from parley.wiring.check_queue import CheckQueue, Wanted

LINES = {name: f"{n:032x}" for n, name in enumerate("abc")}


def want(line: str, version: str, rank: int = 1, *, again: bool = False, quiet: bool = False) -> Wanted:
    return Wanted(rank, LINES[line], version, 0.0, again=again, quiet=quiet)


def taken(queue: CheckQueue) -> list[str]:
    return [wanted.version for wanted in iter(queue.take, None)]


def test_the_most_urgent_goes_first_and_equals_keep_their_order() -> None:
    queue = CheckQueue()
    for version, rank in (("r1", 0), ("f1", 3), ("r2", 0), ("f2", 3), ("i1", 2)):
        queue.put(want("a", version, rank))
    assert taken(queue) == ["f1", "f2", "i1", "r1", "r2"]
    assert queue.take() is None


def test_a_line_that_asks_much_does_not_hold_up_another() -> None:
    queue = CheckQueue()
    for n in range(1_000):
        queue.put(want("a", f"a{n}"))
    assert [queue.take() for _ in range(5)] == [want("a", f"a{n}") for n in range(5)]
    for n in range(3):
        queue.put(want("b", f"b{n}"))
    queue.put(want("c", "c0"))
    assert taken(queue)[:8] == ["b0", "c0", "a5", "b1", "a6", "b2", "a7", "a8"]


def test_a_line_that_was_idle_does_not_save_up_turns() -> None:
    queue = CheckQueue()
    for n in range(4):
        queue.put(want("a", f"a{n}"))
    for _ in range(3):
        queue.take()
    for n in range(3):
        queue.put(want("b", f"b{n}"))
    queue.put(want("a", "a4"))
    assert taken(queue) == ["b0", "a3", "b1", "b2", "a4"]


def test_what_is_wanted_again_is_wanted_once_and_kept_if_any_asked_for_that() -> None:
    queue = CheckQueue()
    queue.put(want("a", "v", again=True, quiet=True))
    queue.put(want("a", "v", again=True, quiet=False))
    queue.put(want("a", "v", again=True, quiet=True))
    queue.put(want("a", "v"))
    assert [(one.again, one.quiet) for one in iter(queue.take, None)] == [(True, False), (False, False)]
    queue.put(want("a", "v", again=True, quiet=True))
    assert [one.quiet for one in iter(queue.take, None)] == [True]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=60))
def test_everything_comes_out_once_and_no_line_gets_ahead_of_one_that_waits(
    asked: list[tuple[str, int]],
) -> None:
    queue = CheckQueue()
    for n, (line, rank) in enumerate(asked):
        queue.put(want(line, str(n), rank))
    out = list(iter(queue.take, None))
    assert sorted(int(one.version) for one in out) == list(range(len(asked)))
    assert [one.rank for one in out] == sorted((one.rank for one in out), reverse=True)
    for k, one in enumerate(out):
        served = [each.line for each in out[: k + 1] if each.rank == one.rank]
        waiting = {each.line for each in out[k + 1 :] if each.rank == one.rank}
        assert all(served.count(one.line) <= served.count(line) + 1 for line in waiting)
