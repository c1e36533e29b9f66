"""Stored: messages read back from the record."""

from parley.ports.store import Line, Reads
from parley.record import entry as entries
from parley.record.entry import Entry
from parley.wire.message import Message, read_unverified
from parley.words.errors import InputError
from parley.words.units import MessageId


def stored_message(reads: Reads, line: Line, index: int) -> tuple[Message, Entry]:
    """Return the message at `index` of a line's record. It was verified when it was recorded.

    Raises:
        InputError: there is no such entry, or its envelope is withheld.
    """
    rows = reads.entries(line.id, index, 1)
    if not rows or rows[0][2] is None:
        raise InputError(
            "entry-unknown", "no such entry, or its envelope is withheld", where=f"{line.name} {index}"
        )
    return read_unverified(rows[0][2]), entries.decode(rows[0][0])


def message_by_id(reads: Reads, line: Line, message: MessageId) -> Message:
    """Return a recorded message by its id.

    Raises:
        InputError: it is not in the record, or its envelope is withheld.
    """
    envelope = reads.envelope(line.id, message)
    if envelope is None:
        raise InputError("message-unknown", "no such message in the record", where=message[:16])
    return read_unverified(envelope)
