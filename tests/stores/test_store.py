"""Every promise of ports/store.py, for every store."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from parley.adapters.sqlite_store import JOURNAL_START, QUARANTINE_BYTES, QUARANTINE_ROWS, journal_hash
from parley.ports.store import Happening, Reads, Tx
from parley.words.errors import InputError, SystemFault
from stores_harness import PATIENCE_S, AnyWriter, Hooks, SqliteUnderTest

LINE = "c" * 32


@pytest.fixture(params=[SqliteUnderTest])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SqliteUnderTest]:
    under_test = request.param(tmp_path, monkeypatch)
    yield under_test
    under_test.close()


def put(name: str, value: bytes = b"1") -> "Put":
    return Put(name, value)


class Put:
    """A command that keeps a value and says so."""

    def __init__(self, name: str, value: bytes) -> None:
        self.name, self.value = name, value

    def __call__(self, tx: Tx) -> str:
        tx.put_private(LINE, self.name, self.value)
        tx.publish(Happening(at_ms=0, line=LINE, what=self.name))
        return self.name


def refused(tx: Tx) -> None:
    put("refused")(tx)
    tx.write_journal(0, "refused", {})
    raise InputError("refused", "it is refused")


def broken(tx: Tx) -> None:
    put("broken")(tx)
    raise ZeroDivisionError


class Held:
    """A writer whose thread is held inside a command, so that the next batch collects."""

    def __init__(self, writer: AnyWriter) -> None:
        self._holding, self._go = threading.Event(), threading.Event()
        self.future = writer.submit(self._hold)
        assert self._holding.wait(PATIENCE_S)

    def _hold(self, _tx: Tx) -> None:
        self._holding.set()
        assert self._go.wait(PATIENCE_S)

    def release(self) -> None:
        self._go.set()


def test_a_command_that_raises_leaves_nothing_and_its_neighbours_stay(store: SqliteUnderTest) -> None:
    hooks = Hooks()
    writer, reads = store.writer(hooks), store.reads()
    held = Held(writer)
    before = writer.submit(put("before"))
    failing = [writer.submit(refused), writer.submit(broken)]
    after = writer.submit(put("after"))
    held.release()
    assert (before.result(PATIENCE_S), after.result(PATIENCE_S)) == ("before", "after")
    assert isinstance(failing[0].exception(PATIENCE_S), InputError)
    assert isinstance(failing[1].exception(PATIENCE_S), ZeroDivisionError)
    assert reads.privates(LINE, "") == {"before": b"1", "after": b"1"}
    assert reads.journal(0, 10) == []
    assert hooks.commits == [[], ["before", "after"]]
    assert hooks.failures == []


def test_a_part_that_raises_leaves_nothing_and_the_rest_of_its_command_stays(store: SqliteUnderTest) -> None:
    hooks = Hooks()
    writer, reads = store.writer(hooks), store.reads()

    def command(tx: Tx) -> list[str]:
        tx.write_journal(0, "first", {})
        outcomes = [tx.attempt(put("a")), tx.attempt(refused), tx.attempt(put("b"))]
        tx.write_journal(0, "last", {})
        return [outcome.name if isinstance(outcome, InputError) else str(outcome) for outcome in outcomes]

    assert writer.submit(command).result(PATIENCE_S) == ["a", "refused", "b"]
    assert reads.privates(LINE, "") == {"a": b"1", "b": b"1"}
    assert_chained(reads, ["first", "last"])
    assert hooks.commits == [["a", "b"]]


def test_nothing_is_visible_before_the_commit(store: SqliteUnderTest) -> None:
    hooks = Hooks()
    writer, reads = store.writer(hooks), store.reads()
    seen: list[dict[str, bytes]] = []
    hooks.before = lambda tx: seen.extend((tx.privates(LINE, ""), reads.privates(LINE, "")))
    writer.submit(put("a")).result(PATIENCE_S)
    assert seen == [{"a": b"1"}, {}]
    assert reads.privates(LINE, "") == {"a": b"1"}


def test_what_waits_while_a_batch_is_written_becomes_one_commit(store: SqliteUnderTest) -> None:
    hooks = Hooks()
    writer = store.writer(hooks)
    held = Held(writer)
    futures = [writer.submit(put(str(n))) for n in range(20)]
    held.release()
    for future in futures:
        future.result(PATIENCE_S)
    assert hooks.commits == [[], [str(n) for n in range(20)]]


def test_the_urgent_come_first_in_the_next_batch(store: SqliteUnderTest) -> None:
    hooks = Hooks()
    writer = store.writer(hooks)
    held = Held(writer)
    futures = [writer.submit(put(f"routine {n}")) for n in range(2_000)]
    futures.append(writer.submit(put("stop"), urgent=True))
    held.release()
    for future in futures:
        future.result(PATIENCE_S)
    assert hooks.commits[1][0] == "stop"
    assert [what for commit in hooks.commits for what in commit if what != "stop"] == [
        f"routine {n}" for n in range(2_000)
    ]


def test_a_future_is_done_only_after_its_commit_and_what_follows_it(store: SqliteUnderTest) -> None:
    hooks = Hooks()
    writer, reads = store.writer(hooks), store.reads()
    seen: list[tuple[bool, dict[str, bytes]]] = []
    hooks.after = lambda _tx: seen.append((future.done(), reads.privates(LINE, "")))
    held = Held(writer)
    future = writer.submit(put("a"))
    held.release()
    future.result(PATIENCE_S)
    assert seen == [(False, {}), (False, {"a": b"1"})]


def test_a_command_that_nobody_waits_for_any_more_stops_no_other(store: SqliteUnderTest) -> None:
    writer, reads = store.writer(), store.reads()
    held = Held(writer)
    given_up = writer.submit(put("given up"))
    assert given_up.cancel()
    last = writer.submit(put("last"))
    held.release()
    assert last.result(PATIENCE_S) == "last"
    assert reads.privates(LINE, "") == {"last": b"1"}


def test_what_is_being_written_can_no_longer_be_given_up(store: SqliteUnderTest) -> None:
    writer, reads = store.writer(), store.reads()
    held = Held(writer)
    assert not held.future.cancel()
    held.release()
    assert writer.submit(put("next")).result(PATIENCE_S) == "next"
    assert reads.privates(LINE, "") == {"next": b"1"}


def test_closing_finishes_what_was_accepted_and_takes_nothing_more(store: SqliteUnderTest) -> None:
    writer, reads = store.writer(), store.reads()
    futures = [writer.submit(put(str(n))) for n in range(50)]
    writer.close()
    assert all(future.done() for future in futures)
    assert len(reads.privates(LINE, "")) == 50
    with pytest.raises(SystemFault) as caught:
        writer.submit(put("late"))
    assert caught.value.name == "writer-closed"


def test_a_second_writer_is_refused_while_the_first_holds_the_lease(store: SqliteUnderTest) -> None:
    first = store.writer()
    with pytest.raises(SystemFault) as caught:
        store.writer()
    assert caught.value.name == "lease-held"
    first.submit(put("first")).result(PATIENCE_S)
    first.close()
    assert store.writer().submit(put("second")).result(PATIENCE_S) == "second"


def test_a_writer_whose_number_was_overtaken_stops_and_never_writes(store: SqliteUnderTest) -> None:
    hooks = Hooks()
    old, reads = store.writer(hooks), store.reads()
    old.submit(put("old")).result(PATIENCE_S)
    new = store.writer(lock="another-lock")
    late = old.submit(put("late"))
    old.close()
    assert [getattr(error, "name", None) for error in hooks.failures] == ["lease-lost"]
    assert (late.done(), hooks.commits) == (False, [["old"]])
    new.submit(put("new")).result(PATIENCE_S)
    assert reads.privates(LINE, "") == {"old": b"1", "new": b"1"}


@pytest.mark.parametrize("persisting", [False, True])
def test_a_commit_that_raises_ends_the_writer_and_answers_nobody(
    store: SqliteUnderTest, *, persisting: bool
) -> None:
    hooks = Hooks()
    store.fail_at_commit(persisting=persisting)
    writer = store.writer(hooks)
    future = writer.submit(put("ambiguous"))
    writer.close()
    assert [str(error) for error in hooks.failures] == ["disk I/O error"]
    assert (future.done(), hooks.commits) == (False, [])
    store.work_again()
    kept = store.reads().privates(LINE, "")
    assert kept == ({"ambiguous": b"1"} if persisting else {})
    again = store.writer()
    assert again.submit(put("ambiguous", b"2")).result(PATIENCE_S) == "ambiguous"
    assert store.reads().privates(LINE, "") == {"ambiguous": b"2"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hook_that_fails_round_the_commit_ends_the_writer(store: SqliteUnderTest, when: str) -> None:
    hooks = Hooks()
    writer = store.writer(hooks)

    def fail(_tx: Tx) -> None:
        raise OSError("the high-water file cannot be written")

    setattr(hooks, when, fail)
    future = writer.submit(put("a"))
    writer.close()
    assert (len(hooks.failures), future.done()) == (1, False)
    assert store.reads().privates(LINE, "") == ({"a": b"1"} if when == "after" else {})


@pytest.mark.parametrize(
    "fault",
    [sqlite3.OperationalError("disk full"), sqlite3.DatabaseError("database disk image is malformed")],
)
def test_a_store_that_fails_inside_a_command_ends_the_writer(
    store: SqliteUnderTest, fault: sqlite3.Error
) -> None:
    hooks = Hooks()
    writer = store.writer(hooks)

    def command(tx: Tx) -> None:
        put("a")(tx)
        raise fault

    future = writer.submit(command)
    writer.close()
    assert (hooks.failures, future.done()) == ([fault], False)
    assert store.reads().privates(LINE, "") == {}


def test_a_missing_database_is_refused_and_not_made(store: SqliteUnderTest) -> None:
    store.path.unlink()
    for opens in (store.writer, store.reads):
        with pytest.raises(SystemFault) as caught:
            opens()
        assert caught.value.name == "database-missing"
    assert not store.path.exists()


def test_a_database_is_never_made_over_another(store: SqliteUnderTest, tmp_path: Path) -> None:
    with pytest.raises(SystemFault) as caught:
        SqliteUnderTest(tmp_path, pytest.MonkeyPatch())
    assert caught.value.name == "database-exists"
    assert store.reads().lines() == []


def test_a_database_of_another_version_is_refused(store: SqliteUnderTest) -> None:
    connection = sqlite3.connect(store.path)
    connection.execute("UPDATE meta SET value = 99 WHERE name = 'schema'")
    connection.commit()
    connection.close()
    with pytest.raises(SystemFault) as caught:
        store.reads()
    assert caught.value.name == "database-version"


def test_a_database_made_before_the_index_of_standing_stops_gets_it_when_it_is_served(
    store: SqliteUnderTest,
) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("DROP INDEX stop_standing")
        connection.commit()
    store.writer().close()
    with closing(sqlite3.connect(store.path)) as connection:
        ask = "EXPLAIN QUERY PLAN SELECT value FROM stop WHERE line = ? AND standing = 1 ORDER BY called"
        plan = str(connection.execute(ask, ("line",)).fetchall())
    assert "stop_standing" in plan


def assert_chained(reads: Reads, whats: list[str]) -> None:
    """Prove the journal's chain, and that it holds these rows."""
    notes = reads.journal(0, 1_000)
    assert [note.what for note in notes] == whats
    before = JOURNAL_START
    for n, note in enumerate(notes):
        assert note.n == n
        before = journal_hash(before, note.n, note.at_ms, note.what, note.data)
        assert note.hash == before


def test_the_journal_is_one_chain_over_commits_failures_and_restarts(store: SqliteUnderTest) -> None:
    writer = store.writer()
    held = Held(writer)
    for n in range(5):
        writer.submit(lambda tx, n=n: tx.write_journal(n, f"note {n}", {"n": n}))  # type: ignore[misc]
        writer.submit(refused)
    held.release()
    writer.submit(lambda tx: tx.write_journal(9, "later", [])).result(PATIENCE_S)
    writer.close()
    store.writer().submit(lambda tx: tx.write_journal(10, "restarted", None)).result(PATIENCE_S)
    assert_chained(store.reads(), [f"note {n}" for n in range(5)] + ["later", "restarted"])


def test_an_edit_of_the_journal_shows(store: SqliteUnderTest) -> None:
    writer = store.writer()
    for n in range(4):
        writer.submit(lambda tx, n=n: tx.write_journal(n, f"note {n}", {"n": n})).result(PATIENCE_S)  # type: ignore[misc]
    whats = [f"note {n}" for n in range(4)]
    assert_chained(store.reads(), whats)
    store.edit_journal(2, b'{"n":3}')
    with pytest.raises(AssertionError):
        assert_chained(store.reads(), whats)


def test_the_quarantine_is_a_ring_of_fixed_size(store: SqliteUnderTest) -> None:
    writer, reads = store.writer(), store.reads()

    def command(tx: Tx) -> None:
        for n in range(QUARANTINE_ROWS + 300):
            tx.put_quarantine(
                n, "rule", "d" * 5_000, b"%d " % n + b"x" * (2 * QUARANTINE_BYTES * (n % 50 == 0))
            )

    writer.submit(command).result(PATIENCE_S)
    rows = reads.quarantine()
    assert [row[0] for row in rows] == list(range(300, QUARANTINE_ROWS + 300))
    assert max(len(row[3]) for row in rows) == QUARANTINE_BYTES
    assert max(len(row[2]) for row in rows) == 400


def test_a_value_is_replaced_and_prefixes_are_kept_apart(store: SqliteUnderTest) -> None:
    writer, reads = store.writer(), store.reads()
    for name, value in (("check/1", b"a"), ("check/1", b"b"), ("check0", b"c"), ("draft/1", b"d")):
        writer.submit(put(name, value)).result(PATIENCE_S)
    assert reads.private(LINE, "check/1") == b"b"
    assert reads.privates(LINE, "check/") == {"check/1": b"b"}
    assert reads.private("d" * 32, "check/1") is None
