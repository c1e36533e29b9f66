"""The header that is made at release, and the frames that nodes exchange beside messages.

The header's form is frozen for ever: a node can record and receipt what it cannot yet read.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct, field

from parley.words.codes import Assurance, Role
from parley.words.units import Count, LineId, MessageId, PartyId, Seq, ShortText, TimeMs

PROTOCOL_VERSION: Final = 1


class By(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who acted, as the other side may see it: the role and duty designation, never a name."""

    role: Role
    duty: ShortText
    assurance: Assurance


class Seen(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The highest contiguous message of the peer that is held."""

    seq: Seq
    id: MessageId


class Header(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Made at release, inside the committing transaction.

    Attributes:
        seq: number of this party's message on the line and epoch; null for a receipt.
        prev: id of this party's previous numbered message; null for the first, and for a receipt.
        seen: what was held of the peer; null before its first message.
        at: the sender's time, UTC milliseconds.
    """

    v: Annotated[int, Meta(ge=1, le=1)]
    line: LineId
    epoch: Count
    from_: PartyId = field(name="from")
    to: PartyId
    kind: Annotated[str, Meta(pattern="^[a-z][a-z_]{1,31}$(?!\n)")]
    seq: Seq | None
    prev: MessageId | None
    seen: Seen | None
    at: TimeMs
    by: By
    exercise: bool


class Tip(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The newest numbered message that a party has released."""

    seq: Seq
    id: MessageId


class Frame(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="frame"):
    """A signed but unrecorded exchange between nodes."""

    line: LineId
    epoch: Count
    from_: PartyId = field(name="from")
    to: PartyId
    at: TimeMs


class Beat(Frame, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="beat"):
    """The sender is alive, its clock reads `at`, and this is its newest message."""

    tip: Tip | None


class GapRequest(Frame, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="gap_request"):
    """Please send again the messages from `first` to `last`, both included."""

    first: Seq
    last: Seq


class Confirmed(Frame, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="confirmed"):
    """A person of the sender compared the line's safety number over another channel, and it is this one."""

    number: Annotated[str, Meta(pattern="^[0-9]{60}$(?!\n)")]
    by: By


AnyFrame = Beat | GapRequest | Confirmed
