"""`parley notice cancel | begin | end | show | list | warn | clear`: what follows a release."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.client import Node, typed_text
from parley.cli.options import (
    LineArgument,
    NoticeArgument,
    ReasonOption,
    ReasonTextOption,
    TextOption,
    reach_node,
    reach_speaker,
)
from parley.cli.output import plain, print_json, say
from parley.cli.takes import takes
from parley.cli.telling import mark_of, say_done
from parley.words.codes import Reason, UnitState

if TYPE_CHECKING:
    from parley.cli.views import Acted
    from parley.node.board import NoticeView

notices = typer.Typer(help="Notices: what will be done, where, when and by whom.", no_args_is_help=True)
AllOption = Annotated[bool, typer.Option("--all", help="Also what is closed.")]


def told(node: Node, line: str, acted: "Acted", sentence: str) -> None:
    """Say what was done, and how the notice stands now."""
    if node.as_json:
        print_json(acted)
        return
    say_done(node, line, sentence)
    show_notice(node, line, acted.notice)


def show_notice(node: Node, line: str, notice: "NoticeView") -> None:
    """Print a notice with everything that stands beside it."""
    from parley.cli.showing import notice_lines
    from parley.cli.views import line_of

    for text in notice_lines(notice, line_of(node, line).line, node.now.now_ms):
        say(text)


def stated(reason: Reason | None, text: str | None) -> dict[str, object] | None:
    """Return a stated reason as the API takes it; null when nothing was stated."""
    if reason is None and text is None:
        return None
    return {"code": (reason or Reason.OTHER).value, "text": typed_text(text) if text else None}


@notices.command()
@takes(node=reach_speaker)
def cancel(
    line: LineArgument,
    notice: NoticeArgument,
    *,
    node: Node,
    reason: ReasonOption = None,
    reason_text: ReasonTextOption = None,
) -> None:
    """Say that the activity will not take place."""
    from parley.cli.views import act

    given = stated(reason, reason_text) or {"code": Reason.WITHHELD.value, "text": None}
    told(node, line, act(node, line, notice, "cancel", {"reason": given}), "Cancelled.")


@notices.command()
@takes(node=reach_speaker)
def begin(
    line: LineArgument,
    notice: NoticeArgument,
    *,
    node: Node,
    reason: ReasonOption = None,
    reason_text: ReasonTextOption = None,
) -> None:
    """Say that the activity begins. Over an objection, a STOP and the like a releaser states a reason."""
    from parley.cli.views import act

    acted = act(node, line, notice, "begin", {"reason": stated(reason, reason_text)})
    told(node, line, acted, "Begun, with what it goes ahead over.")


@notices.command()
@takes(node=reach_speaker)
def end(line: LineArgument, notice: NoticeArgument, *, node: Node, text: TextOption = None) -> None:
    """Say that the activity has ended: until then its volume counts as hot."""
    from parley.cli.views import act

    body: dict[str, object] = {"text": typed_text(text) if text else None}
    told(node, line, act(node, line, notice, "end", body), "Ended.")


@notices.command()
@takes(node=reach_node)
def show(
    line: LineArgument,
    notice: NoticeArgument,
    *,
    node: Node,
    language: Annotated[
        str | None,
        typer.Option(help="Also show its codes in this language, as the other side may read them."),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(help="Also draw it with what its check found into this file, .svg or .png: private."),
    ] = None,
) -> None:
    """Show a notice with everything that stands beside it."""
    from parley.cli.views import notice_of

    found = notice_of(node, line, notice)
    if picture is not None:
        _draw(found, picture)
    if node.as_json:
        print_json(found)
        return
    show_notice(node, line, found)
    for text in _rendered(found, language) if language else ():
        say(text)


def _draw(notice: "NoticeView", path: Path) -> None:
    """Draw the newest version of a notice, with what its check found here."""
    from parley.drawing.of_meetings import scene_of_notice
    from parley.wiring.pictures import save_picture

    newest = notice.versions[-1]
    checked = newest.check.result if newest.check is not None else None
    scene = scene_of_notice(
        notice.handle,
        newest.body.volume,
        checked.findings if checked is not None else (),
        (
            f"{notice.handle}, version {len(notice.versions)}",
            checked.summary if checked else "NOT CHECKED YET.",
        ),
        exercise=notice.exercise,
    )
    save_picture(scene, path)


def _rendered(notice: "NoticeView", language: str) -> list[str]:
    """Return the codes of a notice in another language, marked UNREVIEWED until linguists signed them."""
    from parley.phrases import phrase

    body = notice.versions[-1].body
    codes = [("activity", body.activity.value), ("reason", body.reason.code.value), ("phase", notice.phase)]
    codes += [("reply", answer.code.value) for answer in notice.answers]
    lines = []
    for group, code in codes:
        found = phrase(language, group, code)
        mark = "" if found.reviewed else f"  [bold]{phrase('en', 'mark', 'unreviewed').text}[/]"
        lines.append(f"{found.language}  {code}: {found.text}{mark}")
    return lines


@notices.command(name="list")
@takes(node=reach_node)
def list_notices(line: LineArgument, *, node: Node, every: AllOption = False) -> None:
    """List the open notices of a line."""
    from parley.cli.showing import flags, notice_line
    from parley.cli.views import line_of
    from parley.node.board import LEGAL, NoticeView

    found = node.get(("lines", line, "notices"), list[NoticeView], all_of_them=every)
    if node.as_json:
        print_json(found)
        return
    verified = line_of(node, line).line.verified
    for notice in found:
        say(notice_line(notice, node.now.now_ms, verified=verified))
        for flag in flags(notice, node.now.now_ms):
            say(f"    {flag}")
    say(
        f"{mark_of(node, line)}{len(found)} {'notice' if len(found) == 1 else 'notices'}{'' if every else ' open'}."
    )
    say(f"[dim]{LEGAL}[/]")


@notices.command()
@takes(node=reach_node)
def warn(
    line: LineArgument,
    notice: NoticeArgument,
    units: Annotated[
        list[str], typer.Argument(metavar="UNIT...", help="Own units, as the picture names them.")
    ],
    *,
    node: Node,
    state: Annotated[UnitState, typer.Option(help="What is known of them now.")] = UnitState.WARNED,
) -> None:
    """Note what own units know and do about a notice. Private: it never leaves this node."""
    from parley.cli.times import clock
    from parley.cli.views import notice_of
    from parley.node.checking import UnitMark
    from parley.phrases import phrase

    body: dict[str, object] = {"units": [typed_text(unit) for unit in units], "state": state.value}
    marks = node.post(("lines", line, "notices", notice, "units"), body, list[UnitMark])
    if node.as_json:
        print_json(marks)
        return
    found = notice_of(node, line, notice).versions[-1].check
    near = {finding.other for finding in found.result.findings} if found is not None else set()
    say(f"{mark_of(node, line)}noted here, and private:")
    for mark in marks:
        if mark.unit not in near:
            say(f"⚠ {plain(mark.unit)} is not among what the check of this notice found: is the name right?")
        text = phrase("en", "unit_state", mark.state.value).text
        say(f"{plain(mark.unit)}: {text}, {clock(mark.at_ms)}, noted by {plain(mark.by)}")


@notices.command()
@takes(node=reach_node)
def clear(
    line: LineArgument,
    notice: NoticeArgument,
    *,
    node: Node,
    ground: Annotated[str, typer.Option(help="Who saw what, and when. It stands in the journal.")],
) -> None:
    """Take on your word that a hot volume is cold. Private, and journalled with your designation."""
    from parley.node.board import NoticeView

    body: dict[str, object] = {"ground": typed_text(ground)}
    found = node.post(("lines", line, "notices", notice, "clear"), body, NoticeView)
    if node.as_json:
        print_json(found)
        return
    say(f"{mark_of(node, line)}Cleared, on your word. The other side is not told.")
    show_notice(node, line, found)
