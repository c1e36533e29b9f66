"""Call rows: how calls are kept. One row for each fragment, so that a crash in the middle loses none.

Calls belong to the node and to no line: a caller whom no line knows still gets through. They stand in the
private store under a line's id that no line has.
"""

from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from parley.check.model import CheckResult
from parley.node.checking import UnitMark
from parley.ports.store import Reads, Tx
from parley.watch.call import Call, CallId, CallState, Fragment
from parley.words.errors import InputError
from parley.words.units import LineId, MessageId, TimeMs
from parley.words.volume import Volume

OF_CALLS: Final[LineId] = "0" * 32
HEAD: Final = "head"
CHECK: Final = "check"
UNITS: Final = "units"
DONE: Final = "done"
SHORTEST_PREFIX: Final = 8
_OPEN: Final = "open-call/"


class CallCheck(Struct, frozen=True, kw_only=True):
    """What the newest check of a call found, and the very volume that was checked."""

    volume: Volume
    at_ms: TimeMs
    result: CheckResult


class Done(Struct, frozen=True, kw_only=True):
    """A message that came of a call: recorded on its line.

    Attributes:
        fragment: the STOP's, if it was one.
    """

    id: MessageId
    kind: str
    at_ms: TimeMs
    fragment: int | None = None


def _key(call: CallId, part: str) -> str:
    return f"call/{call}/{part}"


def _row(n: int) -> str:
    return f"f/{n:06d}"


def put_call(tx: Tx, before: Call | None, call: Call) -> None:
    """Keep a call: its head if that changed, and the fragments that are new or now superseded."""
    head = replace(call, fragments=())
    if before is None or replace(before, fragments=()) != head:
        tx.put_private(OF_CALLS, _key(call.id, HEAD), msgspec.json.encode(head))
        still = b"" if call.state is CallState.CLOSED else b"1"
        tx.put_private(OF_CALLS, _OPEN + call.id, still)
    known = before.fragments if before else ()
    for fragment in call.fragments:
        if fragment.n >= len(known) or known[fragment.n] != fragment:
            tx.put_private(OF_CALLS, _key(call.id, _row(fragment.n)), msgspec.json.encode(fragment))


def call_of(reads: Reads, call: CallId) -> Call:
    """Return a call with all that was said.

    Raises:
        InputError: call-unknown.
    """
    raw = reads.private(OF_CALLS, _key(call, HEAD))
    if not raw:
        raise InputError("call-unknown", "no such call", where=call[:40], do="See `parley call --list`.")
    rows = reads.privates(OF_CALLS, _key(call, "f/"))
    said = tuple(msgspec.json.decode(rows[key], type=Fragment) for key in sorted(rows))
    return replace(msgspec.json.decode(raw, type=Call), fragments=said)


def open_calls(reads: Reads) -> list[Call]:
    """Return the calls that are not closed, the newest first."""
    ids = [key.removeprefix(_OPEN) for key, raw in reads.privates(OF_CALLS, _OPEN).items() if raw]
    return sorted((call_of(reads, one) for one in ids), key=lambda call: (-call.started_ms, call.id))


def find_call(reads: Reads, text: str) -> Call:
    """Find a call by its id; one that is not closed also by eight leading characters.

    Raises:
        InputError: call-unknown, or call-ambiguous.
    """
    small = text.lower()
    if reads.private(OF_CALLS, _key(small[:32], HEAD)):
        return call_of(reads, small[:32])
    hits = [call for call in open_calls(reads) if len(text) >= SHORTEST_PREFIX and call.id.startswith(small)]
    if len(hits) > 1:
        raise InputError(
            "call-ambiguous", "several calls begin so", where=text[:40], do="Give more of the id."
        )
    return hits[0] if hits else call_of(reads, small)


def put_check(tx: Tx, call: CallId, found: CallCheck) -> None:
    """Keep the newest check of a call."""
    tx.put_private(OF_CALLS, _key(call, CHECK), msgspec.json.encode(found))


def check_of_call(reads: Reads, call: CallId) -> CallCheck | None:
    """Return the newest check of a call."""
    raw = reads.private(OF_CALLS, _key(call, CHECK))
    return msgspec.json.decode(raw, type=CallCheck) if raw else None


def put_marks(tx: Tx, call: CallId, marks: tuple[UnitMark, ...]) -> None:
    """Keep which own units were warned."""
    tx.put_private(OF_CALLS, _key(call, UNITS), msgspec.json.encode(marks))


def marks_of(reads: Reads, call: CallId) -> tuple[UnitMark, ...]:
    """Return which own units were warned."""
    raw = reads.private(OF_CALLS, _key(call, UNITS))
    return msgspec.json.decode(raw, type=tuple[UnitMark, ...]) if raw else ()


def add_done(tx: Tx, call: CallId, done: Done) -> None:
    """Note a message that came of a call."""
    tx.put_private(OF_CALLS, _key(call, DONE), msgspec.json.encode((*done_of(tx, call), done)))


def done_of(reads: Reads, call: CallId) -> tuple[Done, ...]:
    """Return the messages that came of a call, oldest first."""
    raw = reads.private(OF_CALLS, _key(call, DONE))
    return msgspec.json.decode(raw, type=tuple[Done, ...]) if raw else ()
