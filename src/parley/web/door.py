"""Door: what the web is given of a running node. The web parses and renders; the node decides."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from parley.check.model import CheckResult
from parley.node.checking import Unreleased
from parley.node.own import Own
from parley.picture.model import Layer, OwnItem, Picture
from parley.ports.clock import Clock
from parley.ports.room import Disk
from parley.ports.store import Line, Reads
from parley.ports.writing import Submit
from parley.web.hub import Hub
from parley.words.units import LineId, MessageId, TimeMs


class Checks(Protocol):
    """The checking thread, seen from outside."""

    def later(self, line: LineId, messages: Sequence[MessageId], rank: int) -> None:
        """Check these, if they are notices, when there is time; the highest rank first.

        Called after the receipt is sent.
        """

    def released(self, line: LineId, messages: Sequence[MessageId]) -> None:
        """Check what is ours after its release, behind everything else: it was looked at before."""

    def making_way(self, messages: int) -> AbstractContextManager[None]:
        """Let checks that can wait do so while so many messages are taken in."""

    def now(self, line: Line | None, unreleased: Unreleased) -> Awaitable[CheckResult]:
        """Check a volume that nobody has released yet."""

    def replace_layer(
        self, layer: Layer, items: Sequence[OwnItem], *, since: int | None = None
    ) -> Awaitable[int]:
        """Replace a layer of the picture, and check again the open notices near what changed in it.

        With `since` only if the picture is still at that version.
        """

    def picture(self) -> Awaitable[Picture]:
        """Return the picture as it is stored now."""


class DrivenClock(Protocol):
    """A clock that an exercise drives."""

    def drive(self, now_ms: TimeMs) -> None:
        """Set the time."""


@dataclass(frozen=True)
class Door:
    """The running node, as the web sees it.

    Attributes:
        observed: what this process has seen of a line: state, when heard, the last problem.
        driven: the same clock as `clock` when an exercise drives it; else null.
        token: what our own desks show to be let in.
        beat: makes the next beat to a line's peer come now.
        trust: makes the node accept a peer's certificate.
    """

    own: Own
    clock: Clock
    driven: DrivenClock | None
    reads: Reads
    submit: Submit
    checks: Checks
    hub: Hub
    token: str
    trust: Callable[[Line], None]
    disk: Disk
    observed: Callable[[LineId], dict[str, object]]
    heard: Callable[[LineId], None]
    beat: Callable[[LineId], None]
