"""Scenario: one data file for each exercise, shipped with the package, read strictly.

A scenario is two parties, the private picture of one of them, and steps in order. Each step says what
it must lead to; `play` checks that. Everything in it is an exercise and names its sources.
"""

from datetime import UTC, datetime, time
from importlib import resources
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from parley.exchange.due import Owed
from parley.words.codes import Activity, Override, Precedence, Reason, ReplyCode, StopAnswer, UnitState
from parley.words.errors import InputError
from parley.words.party import PartyName
from parley.words.units import FreeText, ShortText, TimeMs

SUFFIX: Final = ".toml"
Side = str
"""The key of a party in the scenario: "eastern", "coalition"."""
Metres = Annotated[int, Meta(ge=0, le=1_000_000)]


class Source(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A public fact and where it was reported; `url` is empty where no stable address is known."""

    fact: str
    source: str
    url: str = ""


class PlayedParty(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One party: its name on the line, its title for people, and its duty designations."""

    name: PartyName
    title: ShortText
    watch: ShortText
    releaser: ShortText


class Zone(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A publicly known zone around which the story turns."""

    name: ShortText
    centre: str
    radius_m: Metres


class Own(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One invented item of a private picture; `interest_m` is how far around it a unit wants a warning."""

    id: ShortText
    name: ShortText
    kind: str
    place: str
    radius_m: Metres = 0
    interest_m: Metres | None = None


class Step(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do"):
    """Something that happens at a time of day, UTC; `note` is said beside it."""

    at: time
    note: str = ""


class Act(Step, frozen=True, kw_only=True):
    """Something that one side does."""

    side: Side


class LoadPicture(Act, frozen=True, kw_only=True, tag="picture"):
    """A side imports its private picture as one layer."""

    layer: ShortText


class Draft(Act, frozen=True, kw_only=True):
    """A version of the notice; `finds` is what the recipient's check must find: name -> level."""

    precedence: Precedence
    activity: Activity
    place: str
    radius_m: Metres
    ceiling_m: Metres
    start: time
    end: time
    reason: Reason
    text: FreeText
    finds: dict[str, str] = {}


class Notice(Draft, frozen=True, kw_only=True, tag="notice"):
    """Version 1."""


class Amend(Draft, frozen=True, kw_only=True, tag="amend"):
    """The next version."""


class Units(Act, frozen=True, kw_only=True, tag="units"):
    """A side notes what its own units do. Private."""

    units: tuple[ShortText, ...]
    state: UnitState


class ReadBack(Act, frozen=True, kw_only=True, tag="read_back"):
    """An officer types the critical fields; `expect` is "match" or "mismatch"."""

    activity: Activity
    place: str
    radius_m: Metres
    start: time
    end: time
    expect: Annotated[str, Meta(pattern="^(match|mismatch)$")]


class Reply(Act, frozen=True, kw_only=True, tag="reply"):
    """A person replies."""

    code: ReplyCode
    text: FreeText


class Time(Step, frozen=True, kw_only=True, tag="time"):
    """Time passes. What must show as overdue then, at both desks; nothing else may change."""

    overdue: tuple[Owed, ...] = ()
    presumed_active: bool = False
    stop_overdue: bool = False


class Cut(Step, frozen=True, kw_only=True, tag="cut"):
    """The line is cut."""


class Heal(Step, frozen=True, kw_only=True, tag="heal"):
    """The line heals."""


class LineTest(Act, frozen=True, kw_only=True, tag="line_test"):
    """A person tests the line."""

    text: FreeText


class LineTestReply(Act, frozen=True, kw_only=True, tag="line_test_reply"):
    """A person answers the newest line test."""

    text: FreeText


class Begin(Act, frozen=True, kw_only=True, tag="begin"):
    """The activity begins, or is refused by that error; with a reason, it is the releaser who says it."""

    reason: Reason | None = None
    over: tuple[Override, ...] = ()
    refused: str = ""


class Stop(Act, frozen=True, kw_only=True, tag="stop"):
    """A side calls STOP on the activity."""

    text: FreeText


class StopReply(Act, frozen=True, kw_only=True, tag="stop_reply"):
    """A person answers the STOP."""

    answer: StopAnswer


class StopReaffirm(Act, frozen=True, kw_only=True, tag="stop_reaffirm"):
    """The caller says that its STOP still stands."""


class StopRelease(Act, frozen=True, kw_only=True, tag="stop_release"):
    """The caller releases it."""

    text: FreeText


class End(Act, frozen=True, kw_only=True, tag="end"):
    """The activity ends."""

    text: FreeText


AnyStep = (
    LoadPicture
    | Notice
    | Amend
    | Units
    | ReadBack
    | Reply
    | Time
    | Cut
    | Heal
    | LineTest
    | LineTestReply
    | Begin
    | Stop
    | StopReply
    | StopReaffirm
    | StopRelease
    | End
)


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One exercise.

    Attributes:
        invented: what is not a public fact, said to people.
        parties: exactly two; the first stands on the left.
    """

    name: str
    title: str
    starts: datetime
    summary: str
    invented: str
    zone: Zone
    sources: Annotated[tuple[Source, ...], Meta(min_length=1)]
    parties: Annotated[dict[Side, PlayedParty], Meta(min_length=2, max_length=2)]
    picture: tuple[Own, ...]
    steps: tuple[AnyStep, ...]

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides, in the order of the file."""
        first, second = self.parties
        return first, second

    def other(self, side: Side) -> Side:
        """Return the side across the line."""
        return next(one for one in self.parties if one != side)

    @property
    def starts_ms(self) -> TimeMs:
        """When it starts, UTC milliseconds."""
        return int(self.starts.timestamp()) * 1_000

    def at_ms(self, at: time) -> TimeMs:
        """Return a time of the exercise's day, UTC milliseconds."""
        return int(datetime.combine(self.starts.date(), at, UTC).timestamp()) * 1_000


def names() -> list[str]:
    """Return the exercises that are shipped, by name."""
    files = resources.files("parley.exercises").iterdir()
    return sorted(
        file.name.removesuffix(SUFFIX).replace("_", "-") for file in files if _is_scenario(file.name)
    )


def _is_scenario(name: str) -> bool:
    return name.endswith(SUFFIX)


def load(name: str) -> Scenario:
    """Read an exercise.

    Raises:
        InputError: exercise-unknown.
    """
    if name not in names():
        raise InputError(
            "exercise-unknown",
            "there is no exercise of that name",
            where=name[:80],
            do="See `parley exercise list`.",
        )
    file = resources.files("parley.exercises") / f"{name.replace('-', '_')}{SUFFIX}"
    return msgspec.toml.decode(file.read_bytes(), type=Scenario)
