"""One side of a line without files, sockets or processes: its store in memory, and a peer that signs.

What reaches it goes through `receive`, as it does behind the peer interface.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from parley.adapters.sqlite_store import SCHEMA, SqliteTx
from parley.node.desk import Desk
from parley.node.own import Own
from parley.node.receiving import Received, receive
from parley.ports.store import Line
from parley.wire.keys import SigningKey
from parley.wire.message import Message, kind_of, sign_message
from parley.words.bodies import AnyBody
from parley.words.header import PROTOCOL_VERSION, Header, Seen
from parley.words.party import Descriptor, Keys
from threads import AUTHOR, NOON_MS, OFFICER, OTHER, SALT, terms

LINE_ID: Final = "5a" * 16
PEER_KEY: Final = SigningKey.from_seed(b"\x02" * 32)
OWN_KEY: Final = SigningKey.from_seed(b"\x03" * 32)


class FixedIds:
    """Salts and names that repeat."""

    def salt(self) -> str:
        return SALT

    def line(self) -> str:
        return LINE_ID

    def origin(self) -> str:
        return "origin"


def descriptor(name: str, key: SigningKey) -> Descriptor:
    """A descriptor that names one key for everything."""
    keys = Keys(message=key.public_hex, head=key.public_hex, cosign=key.public_hex)
    return Descriptor(
        v=1,
        name=name,
        root=key.public_hex,
        serial=0,
        prev=None,
        keys=keys,
        certificate_pem="",
        endpoints=(),
        at=NOON_MS,
    )


OWN: Final = Own(
    party=OTHER,
    descriptor=descriptor("COALITION", OWN_KEY),
    papers="",
    digest="0" * 64,
    message_key=OWN_KEY,
    head_key=OWN_KEY,
    ids=FixedIds(),
)


def line() -> Line:
    """The line between AUTHOR, the peer, and OTHER, this side."""
    return Line(
        id=LINE_ID,
        name="EASTERN",
        epoch=0,
        origin="origin",
        terms=replace(terms(), line=LINE_ID),
        terms_digest="0" * 64,
        own_digest="0" * 64,
        peer=descriptor("EASTERN", PEER_KEY),
        peer_party=AUTHOR,
        peer_digest="0" * 64,
        joined=True,
    )


@dataclass
class Peer:
    """The other side, as far as this one can tell: whoever signs the next number."""

    seq: int = 0
    prev: str | None = None
    signed: list[Message] = field(default_factory=list)

    def sign(self, body: AnyBody, *, seen: Seen | None = None) -> Message:
        """Sign the next message, which may say what was seen of this side's."""
        header = Header(
            v=PROTOCOL_VERSION,
            line=LINE_ID,
            epoch=0,
            from_=AUTHOR,
            to=OTHER,
            kind=kind_of(body),
            seq=self.seq,
            prev=self.prev,
            seen=seen,
            at=NOON_MS,
            by=OFFICER,
            exercise=line().terms.exercise,
        )
        message = sign_message(header, body, PEER_KEY)
        self.seq, self.prev = self.seq + 1, message.id
        self.signed.append(message)
        return message


class Lone:
    """This side."""

    def __init__(self) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(SCHEMA)
        self.tx = SqliteTx(connection)
        self.tx.put_line(line())

    def receive(self, messages: Iterable[Message], now_ms: int = NOON_MS) -> Received:
        """Take messages, in one push."""
        return receive(self.tx, OWN, LINE_ID, list(messages), now_ms)

    def desk(self, now_ms: int = NOON_MS) -> Desk:
        """Let a person of ours act."""
        return Desk(self.tx, OWN, line(), OFFICER, now_ms)

    def said(self, what: str) -> int:
        """Count what was published under a name."""
        return sum(happening.what == what for happening in self.tx.happenings)
