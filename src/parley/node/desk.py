"""Desk: one person acting on one line at one moment, inside one transaction."""

import unicodedata
from typing import Final, NamedTuple, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from parley.exchange.thread import Thread
from parley.node.acting import Acted, act
from parley.node.own import Own
from parley.node.recording import peer_of, record_sent
from parley.ports.store import Line, Reads, Tx
from parley.wire.message import Message
from parley.words.bodies import AnyBody, Hazard, HazardEnd, Heard, Spoken, Stop, Told, Voice
from parley.words.codes import LineKind, Role
from parley.words.errors import InputError
from parley.words.header import By
from parley.words.units import LineId, MessageId, PartyId, Salt, TimeMs

MOST_SHORT: Final = 120
SAY: Final = "say/"
"""What the private key of a message that waits to be said begins with."""


TAKEN_AT_ONCE: Final = (Stop, Hazard, HazardEnd)
"""What is taken on any line as it is heard: nobody is asked to send first what warns of danger."""


class ToSay(Struct, frozen=True, kw_only=True):
    """A message of ours on a phone line that nobody has said to them yet."""

    id: MessageId
    kind: str
    at_ms: TimeMs


def to_say(reads: Reads, line: LineId) -> tuple[ToSay, ...]:
    """Return what waits to be said on a phone line, oldest first."""
    rows = reads.privates(line, SAY).values()
    return tuple(sorted((msgspec.json.decode(raw, type=ToSay) for raw in rows), key=lambda one: one.at_ms))


def composed(text: str) -> str:
    """Return what somebody is called in normalisation form C: no statement fails for how it was typed."""
    return unicodedata.normalize("NFC", text)[:MOST_SHORT]


def _spoken(voice: Voice) -> Voice:
    whom, interpreter = voice.with_whom, voice.interpreter
    return replace(
        voice,
        with_whom=None if whom is None else composed(whom),
        interpreter=None if interpreter is None else composed(interpreter),
    )


class Desk(NamedTuple):
    """Who acts, where and when; what a use case is given."""

    tx: Tx
    own: Own
    line: Line
    by: By
    now_ms: TimeMs
    voice: Voice | None = None
    """Set when the other side said it and we heard it: then what is sent is our claim of what they said."""

    @property
    def speaker(self) -> PartyId:
        """Whose statement this is: ours, or, when heard, theirs."""
        return self.own.party if self.voice is None else peer_of(self.line)

    def salt(self) -> Salt:
        """Return a fresh salt."""
        return self.own.ids.salt()

    def send(self, body: AnyBody) -> Message:
        """Sign, record, queue and act on a message of our own; journal who decided.

        Raises:
            InputError: line-not-open, role-reads-only.
            PeerError: the message would break a rule of the wire; it names the rule.
        """
        if self.voice is not None and isinstance(body, get_args(Spoken)):
            return self._hear(body, self.voice)
        message = self._record(body)
        if self.line.kind is LineKind.PHONE:  # nothing carries it but a person: it waits to be said
            say = ToSay(id=message.id, kind=message.header.kind, at_ms=self.now_ms)
            self.tx.put_private(self.line.id, SAY + message.id, msgspec.json.encode(say))
        return message

    def _hear(self, body: Spoken, voice: Voice) -> Message:
        if self.line.kind is not LineKind.PHONE and not isinstance(body, TAKEN_AT_ONCE):
            raise InputError(
                "line-joined",
                "the other side runs a node: what it says comes signed",
                where=self.line.name,
                do="Ask them to send it. A STOP or a hazard that was heard is always taken.",
            )
        return self._record(Heard(salt=self.salt(), said=body, voice=_spoken(voice)))

    def told(self, of: MessageId, voice: Voice) -> Message:
        """Record that a person here said a message of ours to the other side.

        Raises:
            InputError: message-unknown, or as `send`.
        """
        if self.tx.recorded(self.line.id, of) is None:
            raise InputError("message-unknown", "no such message in the record", where=of[:16])
        message = self._record(Told(salt=self.salt(), of=of, voice=_spoken(voice)))
        self.tx.put_private(self.line.id, SAY + of, b"")
        return message

    def _record(self, body: AnyBody) -> Message:
        is_stop = isinstance(body, Stop) or (isinstance(body, Heard) and isinstance(body.said, Stop))
        if self.by.role is Role.AUDITOR and not is_stop:
            raise InputError(
                "role-reads-only", "an auditor reads; only a STOP may come from anyone", where=self.by.duty
            )
        by = replace(self.by, duty=composed(self.by.duty))
        message, entry = record_sent(self.tx, self.own, self.line, body, by, self.now_ms)
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

    def own_thread(self, of: MessageId) -> Thread:
        """Return a notice of the party that speaks here, which alone amends, begins or ends it.

        Raises:
            InputError: notice-unknown, notice-not-yours.
        """
        thread = self.thread(of)
        if thread.author != self.speaker:
            what = f"the notice is {self._whose(thread)}; only its author says this"
            raise InputError("notice-not-yours", what, where=of[:16])
        return thread

    def other_thread(self, of: MessageId) -> Thread:
        """Return a notice of the other party than the one that speaks here, which alone answers it.

        Raises:
            InputError: notice-unknown, notice-your-own.
        """
        thread = self.thread(of)
        if thread.author == self.speaker:
            what = f"the notice is {self._whose(thread)}; the other side answers it"
            raise InputError("notice-your-own", what, where=of[:16])
        return thread

    def _whose(self, thread: Thread) -> str:
        return "ours" if thread.author == self.own.party else "theirs"
