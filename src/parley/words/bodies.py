"""Bodies: what people draft, approve and read back. One class per kind.

Every member is always present on the wire; null says "withheld, unknown or not applicable".
`of` is always the id of the message that is acted on; for a notice that is the exact version.
The forms of `receipt`, `unreadable`, `stop` and `hazard` are frozen for ever.
"""

from typing import Annotated

from msgspec import Meta, Struct

from parley.words.codes import (
    Activity,
    EvidenceLevel,
    Medium,
    Override,
    Precedence,
    Reason,
    RelayMedium,
    RelayWay,
    ReplyCode,
    StopAnswer,
)
from parley.words.units import (
    HARMLESS,
    Count,
    DistanceMm,
    DurationMs,
    FreeText,
    Index,
    Language,
    LineId,
    MessageId,
    Salt,
    Sha256Hex,
    ShortText,
    TimeMs,
)
from parley.words.volume import Area, Band, Daily, Position, Volume


class Body(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every body has: its kind, and a salt so that it cannot be guessed from its hash."""

    salt: Salt


class StatedReason(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A reason as its author states it: a claim, never a finding."""

    code: Reason
    text: FreeText | None


class Caveats(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What its author asks of whoever holds a notice: signed with it, shown with it, and kept by their node.

    Attributes:
        purpose: what it may be used for.
        onward: whether it may be passed on to others.
        marking: how it is marked, such as to whom it is releasable.
        destroy_after_ms: from when it is passed on no more, and its copies are to be destroyed.
    """

    purpose: ShortText | None
    onward: bool
    marking: ShortText | None
    destroy_after_ms: TimeMs | None


class Notice(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="notice"):
    """What will be done, where and when, by whom, and the stated reason. Version 1."""

    precedence: Precedence
    activity: Activity
    actor: ShortText | None
    volume: Volume
    reason: StatedReason
    caveats: Caveats | None = None


class Amend(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="amend"):
    """The next version of a notice, whole. `of` is the version it replaces."""

    of: MessageId
    version: Annotated[int, Meta(ge=2, le=10_000)]
    precedence: Precedence
    activity: Activity
    actor: ShortText | None
    volume: Volume
    reason: StatedReason
    caveats: Caveats | None = None


class Cancel(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="cancel"):
    """The activity will not take place. Carries the volume by value, so that it acts alone."""

    of: MessageId
    volume: Volume
    reason: StatedReason


class Begin(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="begin"):
    """The activity begins.

    Attributes:
        cites: ids of the newest peer messages held (rule 3); at most 64.
        over: what it goes ahead over, in the order of `Override`; empty when nothing stands.
        over_reason: the releaser's stated reason; null only when nothing is overridden or the
            activity is humanitarian.
    """

    of: MessageId
    cites: Annotated[tuple[MessageId, ...], Meta(max_length=64)]
    over: Annotated[tuple[Override, ...], Meta(max_length=9)]
    over_reason: StatedReason | None


class End(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="end"):
    """The activity has ended: with `cancel` and clearance, the only thing that makes a volume cold."""

    of: MessageId
    text: FreeText | None


class ReceiptItem(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One recorded message: its id, its index in the recipient's record, the recipient's time."""

    id: MessageId
    index: Index
    at_ms: TimeMs


class Receipt(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="receipt"):
    """The node's statement that it recorded these messages durably. Unnumbered; never receipted."""

    items: Annotated[tuple[ReceiptItem, ...], Meta(min_length=1, max_length=1_024)]


class Unreadable(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="unreadable"):
    """A message was recorded but its body was not understood; the ladder stays at delivered."""

    of: MessageId
    rule: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{1,63}$(?!\n)")]
    detail: Annotated[str, Meta(max_length=400, pattern=HARMLESS)]


class ReadBack(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="read_back"):
    """The critical fields as a person typed them, without seeing them filled in.

    Attributes:
        place: the centre of a circle, else the first vertex (of the first part).
        extent_mm: the radius of a circle or half the width of a corridor; else null.
        vertices: the number of vertices, over all rings and parts; null for a circle.
        daily: the hours of each day; null if the window is not limited to any.
    """

    of: MessageId
    activity: Activity
    place: Position
    extent_mm: DistanceMm | None
    vertices: Count | None
    start_ms: TimeMs
    end_ms: TimeMs
    daily: Daily | None = None


class Reply(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="reply"):
    """A person's answer to one version of a notice.

    Attributes:
        who: with `not_ours` or `cannot_control`, who does control it, if known.
    """

    of: MessageId
    code: ReplyCode
    who: ShortText | None
    text: FreeText | None


class Withdraw(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="withdraw"):
    """Takes back one's own reply by a new entry; nothing is erased."""

    of: MessageId
    text: FreeText | None


class StopActivity(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="scope", tag="activity"
):
    """Cease one notified activity. The volume is by value and acts even if `of` is unknown."""

    of: MessageId
    volume: Volume | None


class StopVolume(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="scope", tag="volume"
):
    """Cease everything in this volume."""

    volume: Volume


class StopPlace(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="scope", tag="place"
):
    """Whoever is firing at this place: cease."""

    area: Area


class StopLine(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="scope", tag="line"):
    """Cease everything notified on this line."""


StopScope = StopActivity | StopVolume | StopPlace | StopLine


class Stop(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="stop"):
    """A demand for an immediate human answer to "cease now". Lasts until its caller releases it."""

    scope: StopScope
    text: FreeText | None


class StopReply(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="stop_reply"):
    """A person's answer to a STOP; the ground for continuing may be withheld (null)."""

    of: MessageId
    answer: StopAnswer
    ground: FreeText | None


class StopReaffirm(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="stop_reaffirm"):
    """The caller says that its STOP still stands."""

    of: MessageId


class StopRelease(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="stop_release"):
    """The caller releases its STOP: the only thing that ends one."""

    of: MessageId
    text: FreeText | None


class Hazard(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="hazard"):
    """A dangerous object or event. Its cause is unstated, and nothing is admitted. Lasts until its end is said.

    Attributes:
        area: where, with its error as the radius of a circle; null when the place is not known.
        since_ms: from when; it counts at the latest from when it is recorded.
    """

    area: Area | None
    band: Band
    since_ms: TimeMs
    text: FreeText | None


class HazardEnd(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="hazard_end"):
    """The party that told of a hazard says that it is over: the only thing that ends one."""

    of: MessageId
    text: FreeText | None


class Said(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One link of a chain: who said it, to whom, when and how; null where that is not known."""

    who: ShortText
    to_whom: ShortText | None
    at_ms: TimeMs | None
    medium: RelayMedium | None


class Relay(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="relay"):
    """Hearsay: what another party said, or is to be told. Never its author's own statement; it moves nothing.

    Attributes:
        party: to whom it is to be passed, or from whom it was heard.
        chain: who said it to whom, the first first.
        original: the id of the message that it repeats, on whatever line that was.
        caveats: those of the original.
    """

    way: RelayWay
    party: ShortText
    chain: Annotated[tuple[Said, ...], Meta(max_length=16)]
    volume: Volume | None
    text: FreeText
    language: Language
    original: MessageId | None
    caveats: Caveats | None


class LineTest(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="line_test"):
    """A test of the line between people; its content varies."""

    text: FreeText
    language: Language


class LineTestReply(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="line_test_reply"):
    """What the person at the other desk read in the test."""

    of: MessageId
    text: FreeText


class Deadlines(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long a step may take before it is overdue, per precedence, milliseconds."""

    routine_ms: DurationMs
    priority_ms: DurationMs
    immediate_ms: DurationMs
    flash_ms: DurationMs


class SeparationDistances(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How far apart activities must stay; a gap equal to the separation is a finding."""

    horizontal_mm: DistanceMm
    vertical_mm: DistanceMm
    time_ms: DurationMs


class LineTerms(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the sides declare for a line. Joint when both sign the same, else parallel declarations.

    Attributes:
        separation: for every activity that `separation_by_activity` does not name.
        separation_by_activity: for the activities that need another one.
    """

    protocol: Annotated[int, Meta(ge=1, le=1)]
    line: LineId
    purpose: ShortText
    exercise: bool
    area: Area | None
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=8)]
    evidence: EvidenceLevel
    read_back_within: Deadlines
    answer_within: Deadlines
    stop_answer_ms: Annotated[int, Meta(ge=1_000, le=60_000)]
    """A person's answer to a STOP is due within 60 s at the most (rule 5)."""
    test_interval_ms: DurationMs
    separation: SeparationDistances
    separation_by_activity: dict[Activity, SeparationDistances] = {}


class Terms(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="terms"):
    """One party's declaration of the terms; each party's first message on a line."""

    terms: LineTerms
    descriptors: Annotated[tuple[Sha256Hex, ...], Meta(min_length=2, max_length=2)]
    """SHA-256 of both descriptors' payloads, the proposer's first."""


Spoken = (
    Notice
    | Amend
    | Cancel
    | Begin
    | End
    | ReadBack
    | Reply
    | Withdraw
    | Stop
    | StopReply
    | StopReaffirm
    | StopRelease
    | Hazard
    | HazardEnd
    | Relay
    | LineTest
    | LineTestReply
)
"""What a person can say on the telephone: every statement of a person, and none of a node."""


class Voice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How something was said from person to person.

    Attributes:
        with_whom: what the person at the other end calls themselves, if they said.
        language: what was spoken.
        interpreter: the duty designation of who interpreted, if anybody did.
        at_ms: when it was said.
    """

    with_whom: ShortText | None
    medium: Medium
    language: Language
    interpreter: ShortText | None
    at_ms: TimeMs


class Heard(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="heard"):
    """What the other side said: our claim, signed by us and never by them."""

    said: Spoken
    voice: Voice


class Told(Body, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="told"):
    """We said this message of ours to the other side: our claim. `of` is the exact version."""

    of: MessageId
    voice: Voice


AnyBody = (
    Notice
    | Amend
    | Cancel
    | Begin
    | End
    | Receipt
    | Unreadable
    | ReadBack
    | Reply
    | Withdraw
    | Stop
    | StopReply
    | StopReaffirm
    | StopRelease
    | Hazard
    | HazardEnd
    | Relay
    | LineTest
    | LineTestReply
    | Heard
    | Told
    | Terms
)
NoticeBody = Notice | Amend
"""The bodies that are one version of a notice."""
