"""`parley notice send | draft | drafts | release | amend`: what leads to a version of a notice."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from msgspec import Struct

from parley.cli.client import Node, typed_text
from parley.cli.notices import show_notice, told
from parley.cli.options import (
    LineArgument,
    NoticeArgument,
    YesOption,
    may_ask,
    reach_node,
    reach_speaker,
    refuse_unasked,
)
from parley.cli.output import plain, print_json, say
from parley.cli.takes import takes
from parley.cli.telling import mark_of, say_done
from parley.cli.writing import Composed, compose
from parley.words.codes import LineKind
from parley.words.errors import InputError

if TYPE_CHECKING:
    from parley.check.model import CheckResult
    from parley.cli.views import LineStatus
    from parley.node.releasing import Draft
    from parley.words.bodies import NoticeBody

NAME_MOST = 120
NoticeOption = Annotated[
    str | None, typer.Option("--amends", metavar="NOTICE", help="It is a new version of this notice.")
]


class _Kept(Struct):
    id: str
    by: dict[str, str]
    at_ms: int
    amends: str | None
    draft: msgspec.Raw


@takes(composed=compose, node=reach_speaker)
def send(line: LineArgument, *, composed: Composed, node: Node, yes: YesOption = False) -> None:
    """Check a notice, show what was found, and release it."""
    from parley.cli.composing import make_draft
    from parley.cli.views import Released, notice_of

    refuse_unasked(node, yes=yes)
    made = make_draft(composed, node.now.now_ms)
    draft, check, warnings = _look_again(node, line, made, _near(composed))
    ask_to_release(node, yes=yes)
    (released,) = node.post(("lines", line, "notices"), {"notices": [draft]}, list[Released])
    if released.id is None or released.handle is None:
        raise InputError(released.error or "refused", (released.what or "the notice was refused").rstrip("."))
    if node.as_json:
        print_json({"id": released.id, "handle": released.handle, "check": check, "warnings": warnings})
        return
    if node.hears:
        say_done(node, line, f"[bold]{plain(released.handle)}[/] is recorded, as you heard it.")
        say(f"  Read it back to them, then: parley read-back {plain(line)} {plain(released.handle)}")
    else:
        say_done(node, line, f"[bold]{plain(released.handle)}[/] is released.")
        say("  It is known to be held only once it is read back.")
    show_notice(node, line, notice_of(node, line, released.id))


@takes(composed=compose, node=reach_node)
def draft(line: LineArgument, *, composed: Composed, node: Node, amends: NoticeOption = None) -> None:
    """Keep a draft for a releaser, and check it."""
    from parley.cli.composing import make_draft, second_look
    from parley.cli.showing import check_lines, content_lines
    from parley.cli.views import Drafted, notice_of

    before = notice_of(node, line, amends).versions[-1].body if amends else None
    made = make_draft(composed, node.now.now_ms, before)
    wanted = {"draft": made, "amends": amends, "near": _near(composed)}
    kept = node.post(("lines", line, "drafts"), wanted, Drafted)
    if node.as_json:
        print_json(kept)
        return
    for text in [*content_lines(made, node.now.now_ms), *check_lines(kept.check)]:
        say(text)
    for warning in second_look(made, node.now.now_ms):
        say(f"⚠ {warning}")
    say(f"{mark_of(node, line)}kept as a draft, not released.")
    say(f"Release it: parley notice release {plain(line)} {kept.draft[:12]}")


@takes(node=reach_node)
def drafts(line: LineArgument, *, node: Node) -> None:
    """List the drafts of a line that wait for a releaser."""
    from parley.cli.showing import content_lines, marks
    from parley.cli.times import zulu
    from parley.cli.views import line_of
    from parley.node.board import LEGAL
    from parley.node.releasing import Draft

    found = node.get(("lines", line, "drafts"), list[_Kept])
    if node.as_json:
        print_json(found)
        return
    shown = line_of(node, line).line
    mark = marks(exercise=shown.exercise, verified=shown.verified)
    for kept in found:
        say(
            f"{mark}[bold]DRAFT {kept.id[:12]}[/] by {plain(kept.by['duty'])}, {zulu(kept.at_ms)}, not released"
        )
        for text in content_lines(msgspec.json.decode(kept.draft, type=Draft), node.now.now_ms):
            say(f"  {text}")
    say(
        f"{mark}Line {plain(shown.name)}: {len(found)} {'draft waits' if len(found) == 1 else 'drafts wait'}."
    )
    say(f"[dim]{LEGAL}[/]")


@takes(node=reach_node)
def release(
    line: LineArgument,
    draft_id: Annotated[
        str, typer.Argument(metavar="DRAFT", help="The draft: its id, or eight characters of it.")
    ],
    *,
    node: Node,
    yes: YesOption = False,
) -> None:
    """Release a draft; by a second person where this node's rules say so."""
    from parley.cli.views import Acted
    from parley.node.releasing import Draft

    refuse_unasked(node, yes=yes)
    kept = [
        one for one in node.get(("lines", line, "drafts"), list[_Kept]) if one.id.startswith(draft_id.lower())
    ]
    if len(kept) != 1 or len(draft_id) < 8:  # noqa: PLR2004 - characters that name one
        do = f"See them: parley notice drafts {line}"
        raise InputError("draft-unknown", "no such draft, or several", where=draft_id[:40], do=do)
    _look_again(node, line, msgspec.json.decode(kept[0].draft, type=Draft))
    ask_to_release(node, yes=yes)
    told(node, line, node.post(("lines", line, "drafts", kept[0].id, "release"), {}, Acted), "Released.")


@takes(composed=compose, node=reach_speaker)
def amend(
    line: LineArgument, notice: NoticeArgument, *, composed: Composed, node: Node, yes: YesOption = False
) -> None:
    """Release a new version; what you do not give stays as it is in the newest version."""
    from parley.cli.composing import make_draft
    from parley.cli.views import act, notice_of

    refuse_unasked(node, yes=yes)
    before = notice_of(node, line, notice).versions[-1].body
    _refuse_unchanged(make_draft(composed, node.now.now_ms, before), before)
    made, _, _ = _look_again(node, line, make_draft(composed, node.now.now_ms, before), _near(composed))
    ask_to_release(node, yes=yes)
    acted = act(node, line, notice, "amend", {"draft": made})
    told(node, line, acted, "The new version is released. Until it is read back, both versions count.")


def _refuse_unchanged(made: "Draft", before: "NoticeBody") -> None:
    """Refuse a new version that says what the newest one says.

    Raises:
        InputError: nothing-changed.
    """
    fields = ("precedence", "activity", "actor", "volume", "reason")
    if all(getattr(made, field) == getattr(before, field) for field in fields):
        do = "Give what changes: --start, --end, --at, --radius-m and so on."
        raise InputError("nothing-changed", "a new version must change something", do=do)


def _near(composed: Composed) -> str | None:
    """Return the name of the place beside it, cut to what the node takes: it only warns, and never refuses."""
    return typed_text(composed.near)[:NAME_MOST] or None if composed.near else None


def _look_again(
    node: Node, line: str, draft: "Draft", near: str | None = None
) -> "tuple[Draft, CheckResult, list[str]]":
    """Check a draft, and show it with what was found and what to look at again."""
    from parley.check.model import CheckResult
    from parley.cli.composing import second_look
    from parley.cli.views import line_of

    wanted = {"volume": draft.volume, "activity": draft.activity, "near": near}
    check = node.ask_only(("lines", line, "check"), wanted, CheckResult)
    status = line_of(node, line)
    warnings = [*_line_warnings(status), *second_look(draft, node.now.now_ms)]
    if not node.as_json:
        _show_draft(node, status, draft, check, warnings)
    return draft, check, warnings


def _show_draft(
    node: Node, status: "LineStatus", draft: "Draft", check: "CheckResult", warnings: list[str]
) -> None:
    from parley.cli.showing import check_lines, content_lines, marks
    from parley.node.board import LEGAL

    line = status.line
    mark = marks(exercise=line.exercise, verified=line.verified)
    whose = "As heard from {}, not recorded yet:" if node.hears else "To {}, not released yet:"
    say(mark + whose.format(plain(line.name)))
    for text in [*content_lines(draft, node.now.now_ms), *check_lines(check)]:
        say(text)
    for warning in warnings:
        say(f"⚠ {plain(warning)}")
    say(f"[dim]{LEGAL}[/]")


def _line_warnings(status: "LineStatus") -> list[str]:
    line = status.line
    found = []
    if not line.verified:
        found.append("the line is UNVERIFIED: nobody here has compared the safety number")
    if line.kind is LineKind.JOINED and str(status.observed.get("state")) == "silent":
        found.append("the line is silent: what is released waits here until their node is reached")
    return found


def ask_to_release(node: Node, *, yes: bool) -> None:
    """Ask a person at a terminal: only a yes that was typed releases."""
    if not yes and may_ask(node):
        question = "Record it as said by them?" if node.hears else "Release it?"
        typer.confirm(question, default=False, abort=True)


def add_to(notices: typer.Typer) -> None:
    """Register the commands."""
    for command in (send, draft, drafts, release, amend):
        notices.command()(command)
