"""Views: what the node answers around a line or a notice, as commands read it."""

from typing import Any

from msgspec import Struct

from parley.check.model import CheckResult
from parley.cli.client import Node
from parley.node.board import LineView, NoticeView


class LineStatus(Struct, frozen=True):
    """A line and what the node has observed of it."""

    line: LineView
    observed: dict[str, Any]


class Paper(Struct, frozen=True):
    """A line, and the file that the other side needs next, if any."""

    line: LineView
    paper: str | None


class Acted(Struct, frozen=True):
    """The message that was released, and the notice as it stands now."""

    id: str
    notice: NoticeView


class Released(Struct, frozen=True):
    """What became of one notice: its id and handle, or why it was refused."""

    id: str | None
    handle: str | None
    error: str | None = None
    what: str | None = None


class Drafted(Struct, frozen=True):
    """A kept draft, and what its check found."""

    draft: str
    check: CheckResult


def line_of(node: Node, line: str) -> LineStatus:
    """Return a line as the desk sees it."""
    return node.get(("lines", line), LineStatus)


def notice_of(node: Node, line: str, notice: str) -> NoticeView:
    """Return a notice as the desk sees it."""
    return node.get(("lines", line, "notices", notice), NoticeView)


def act(node: Node, line: str, notice: str, what: str, body: dict[str, object]) -> Acted:
    """Do something about a notice."""
    return node.post(("lines", line, "notices", notice, what), body, Acted)


class Sent(Struct):
    """What was released."""

    id: str
