"""Desk: one person acting on one line at one moment, inside one transaction."""

from typing import NamedTuple

from parley.exchange.thread import Thread
from parley.node.acting import Acted, act
from parley.node.own import Own
from parley.node.recording import record_sent
from parley.ports.store import Line, Tx
from parley.wire.message import Message
from parley.words.bodies import AnyBody, Stop
from parley.words.codes import Role
from parley.words.errors import InputError
from parley.words.header import By
from parley.words.units import MessageId, Salt, TimeMs


class Desk(NamedTuple):
    """Who acts, where and when; what a use case is given."""

    tx: Tx
    own: Own
    line: Line
    by: By
    now_ms: TimeMs

    def salt(self) -> Salt:
        """Return a fresh salt."""
        return self.own.ids.salt()

    def send(self, body: AnyBody) -> Message:
        """Sign, record, queue and act on a message of our own; journal who decided.

        Raises:
            InputError: line-not-open, role-reads-only.
            PeerError: the message would break a rule of the wire; it names the rule.
        """
        if self.by.role is Role.AUDITOR and not isinstance(body, Stop):
            raise InputError(
                "role-reads-only", "an auditor reads; only a STOP may come from anyone", where=self.by.duty
            )
        message, entry = record_sent(self.tx, self.own, self.line, body, self.by, self.now_ms)
        acted = Acted(
            line=self.line,
            message=message,
            own=self.own.party,
            at_ms=min(entry.at, self.now_ms),
            index=entry.index,
        )
        act(self.tx, acted)
        data = {"line": self.line.id, "id": message.id, "kind": message.header.kind, "by": self.by.duty}
        self.tx.write_journal(self.now_ms, "released", data)
        return message

    def thread(self, of: MessageId) -> Thread:
        """Return the notice that a message belongs to.

        Raises:
            InputError: notice-unknown.
        """
        thread_id = self.tx.thread_of(self.line.id, of)
        thread = self.tx.thread(self.line.id, thread_id) if thread_id else None
        if thread is None:
            raise InputError(
                "notice-unknown", "no such notice on this line", where=of[:16], do="See `parley board`."
            )
        return thread
