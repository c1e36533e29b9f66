"""What our own desks and commands ask of the local API. One struct for each request body."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from parley.intake.draft import IncidentDraft
from parley.node.answering import Typed
from parley.node.lines import Phone, Wish
from parley.node.releasing import Draft
from parley.picture.model import Layer, OwnItem
from parley.words.bodies import Said, StatedReason, StopScope, Voice
from parley.words.codes import Activity, Assurance, Medium, RelayWay, ReplyCode, Role, StopAnswer, UnitState
from parley.words.header import By
from parley.words.party import PartyName
from parley.words.units import (
    Count,
    DistanceMm,
    FreeText,
    Language,
    LatNdeg,
    LonNdeg,
    MessageId,
    ShortText,
    TimeMs,
)
from parley.words.volume import Area, Band, Volume

MAX_ROW: Final = 2**53 - 1
"""The highest number of a row that can be asked for; more than any store holds."""


class HeardFrom(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How people spoke; `at_ms` is now when it is left out."""

    with_whom: ShortText | None = None
    medium: Medium = Medium.TELEPHONE
    language: Language = "en"
    interpreter: ShortText | None = None
    at_ms: TimeMs | None = None

    def voice(self, now_ms: TimeMs) -> Voice:
        """Return it as words."""
        at_ms = now_ms if self.at_ms is None else self.at_ms
        return Voice(
            with_whom=self.with_whom,
            medium=self.medium,
            language=self.language,
            interpreter=self.interpreter,
            at_ms=at_ms,
        )


class Asked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who asks: the role and the duty designation, never a name."""

    role: Role = Role.WATCH_OFFICER
    duty: ShortText
    heard: HeardFrom | None = None
    """Set when the other side of a phone line said it: then it is recorded as heard, in their name."""

    def __post_init__(self) -> None:
        """Refuse a person who signs as the node: receipts alone are nobody's."""
        if self.role is Role.NODE:
            raise ValueError("the role `node` is no person's")
        if self.role is Role.AUDITOR and not isinstance(self, AskStop):
            raise ValueError("an auditor reads; only a STOP may come from anyone")

    @property
    def by(self) -> By:
        """The signature's words: let in by the node's token."""
        return By(role=self.role, duty=self.duty, assurance=Assurance.TOKEN)


class AskPhone(Asked, frozen=True, kw_only=True):
    """Open a line to a side that has a telephone and no node."""

    name: PartyName
    phone: Phone
    wish: Wish


class AskTold(Asked, frozen=True, kw_only=True):
    """Say that a message of ours (a notice's handle, or a message's id) was said to the other side."""

    of: str
    how: HeardFrom


class AskPropose(Asked, frozen=True, kw_only=True):
    """Propose a line."""

    wish: Wish


class AskPaper(Asked, frozen=True, kw_only=True):
    """Take a proposal or an acceptance, as text."""

    paper: str


class AskConfirm(Asked, frozen=True, kw_only=True):
    """Confirm the safety number as it was heard and typed."""

    typed: str


class AskTest(Asked, frozen=True, kw_only=True):
    """Test the line between people."""

    text: FreeText
    language: Language = "en"


class AskTestReply(Asked, frozen=True, kw_only=True):
    """Answer a line test: what was read in it."""

    of: MessageId
    text: FreeText


class AskNotices(Asked, frozen=True, kw_only=True):
    """Release notices; each is released or refused by itself."""

    notices: tuple[Draft, ...]


class AskDraft(Asked, frozen=True, kw_only=True):
    """Keep a draft for its releaser; with `amends`, of a new version of that notice."""

    draft: Draft
    amends: str | None = None
    near: ShortText | None = None


class AskAmend(Asked, frozen=True, kw_only=True):
    """Release a new version of a notice, whole."""

    draft: Draft


class AskCheck(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Check a volume that nobody has released.

    Attributes:
        activity: for the precision that it needs.
        near: the name of the place beside it, for a warning when the volume lies elsewhere.
    """

    volume: Volume
    activity: Activity | None = None
    near: ShortText | None = None


class AskReason(Asked, frozen=True, kw_only=True):
    """Cancel, with a stated reason."""

    reason: StatedReason


class AskBegin(Asked, frozen=True, kw_only=True):
    """Begin; with a stated reason when something stands against it."""

    reason: StatedReason | None = None


class AskText(Asked, frozen=True, kw_only=True):
    """Something that needs no more than an optional text."""

    text: FreeText | None = None


class AskReadBack(Asked, frozen=True, kw_only=True):
    """Read back what one read; `version` is the exact message id, null for the newest."""

    typed: Typed
    version: MessageId | None = None


class AskReply(Asked, frozen=True, kw_only=True):
    """Reply to a notice; `version` is the exact message id, null for the newest."""

    code: ReplyCode
    text: FreeText | None = None
    who: ShortText | None = None
    version: MessageId | None = None


class AskWithdraw(Asked, frozen=True, kw_only=True):
    """Withdraw a reply of ours, by its id."""

    reply: MessageId
    text: FreeText | None = None


class AskClear(Asked, frozen=True, kw_only=True):
    """Clear a notice's volumes on a person's word."""

    ground: FreeText


class AskUnits(Asked, frozen=True, kw_only=True):
    """Note what own units do about a notice."""

    units: tuple[ShortText, ...]
    state: UnitState


class AskStop(Asked, frozen=True, kw_only=True):
    """Call a STOP: on a notice (a handle or id), or on a scope, or, with neither, on the line."""

    notice: str | None = None
    scope: StopScope | None = None
    text: Annotated[str, Meta(max_length=100_000)] | None = None


class AskHazard(Asked, frozen=True, kw_only=True):
    """Tell of a hazard; with neither area nor band it is wherever the line is about."""

    area: Area | None = None
    band: Band = Band(floor=None, ceiling=None)
    since_ms: TimeMs | None = None
    text: Annotated[str, Meta(max_length=100_000)] | None = None


class AskRelay(Asked, frozen=True, kw_only=True):
    """Relay what another party said, or is to be told; `notice` on the line `on` is what is repeated.

    Attributes:
        notice: a notice's handle or id, or the id of a relay.
        on: the line of that; the same line by default.
    """

    way: RelayWay
    party: ShortText
    text: FreeText | None = None
    language: Language = "en"
    chain: Annotated[tuple[Said, ...], Meta(max_length=16)] = ()
    volume: Volume | None = None
    notice: str | None = None
    on: str | None = None


class AskStopReply(Asked, frozen=True, kw_only=True):
    """Answer a STOP."""

    answer: StopAnswer
    ground: FreeText | None = None


class AskLayer(Asked, frozen=True, kw_only=True):
    """Replace a layer of the picture."""

    layer: Layer
    items: tuple[OwnItem, ...]


class AskImport(Asked, frozen=True, kw_only=True):
    """Start an import of a layer; `keep` are ids of held items whose rows were refused."""

    layer: Layer
    keep: Annotated[tuple[str, ...], Meta(max_length=200_000)] = ()


class AskItems(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Items of an import, a piece at a time."""

    items: Annotated[tuple[OwnItem, ...], Meta(max_length=5_000)]


class AskApply(Asked, frozen=True, kw_only=True):
    """Put an import in the layer's place; `version` is of the picture that it was compared with."""

    version: Count


class AskIncidents(Asked, frozen=True, kw_only=True):
    """Keep incident drafts of one line."""

    drafts: Annotated[tuple[IncidentDraft, ...], Meta(max_length=32)]


class OwnPosition(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where an own unit was reported; `radius_mm` null is an unknown error."""

    unit: ShortText
    lat_ndeg: LatNdeg
    lon_ndeg: LonNdeg
    radius_mm: DistanceMm | None
    as_of_ms: TimeMs


class AskPositions(Asked, frozen=True, kw_only=True):
    """Move own units of a layer to where they were reported."""

    layer: ShortText
    positions: Annotated[tuple[OwnPosition, ...], Meta(max_length=20_000)]


class AskClock(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Drive the clock of an exercise node."""

    now_ms: TimeMs
