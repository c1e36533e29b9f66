"""What the writer keeps at hand is what is stored, also after a command that was undone."""

from msgspec.structs import replace

from lone import LINE_ID, Lone, Peer, line
from parley.adapters.sqlite_store import SqliteReads
from parley.ports.store import Tx
from parley.words.errors import InputError
from threads import notice


def test_a_command_that_is_undone_leaves_nothing_at_hand() -> None:
    lone, peer = Lone(), Peer()
    first = peer.sign(notice())
    lone.receive([first])
    stored = SqliteReads(lone.tx._connection)  # noqa: SLF001 - the same store, with nothing kept
    second = peer.sign(notice())

    def undone(tx: Tx) -> None:
        thread = tx.thread(LINE_ID, first.id)
        assert thread is not None
        tx.put_line(replace(line(), name="RENAMED"))
        tx.put_thread(LINE_ID, replace(thread, stops=("f" * 64,)))
        lone.receive([second])
        tx.write_journal(0, "undone", {})
        raise InputError("undone", "on purpose")

    lone.tx.settle()
    before = (stored.line(LINE_ID), stored.chain(LINE_ID), stored.thread(LINE_ID, first.id))
    held = len(lone.tx.journal(0, 100))
    assert isinstance(lone.tx.attempt(undone), InputError)
    tx = lone.tx
    assert (tx.line(LINE_ID), tx.chain(LINE_ID), tx.thread(LINE_ID, first.id)) == before
    assert tx.thread(LINE_ID, second.id) is None
    assert len(tx.journal(0, 100)) == held
    lone.receive([second])
    assert tx.thread(LINE_ID, second.id) is not None
