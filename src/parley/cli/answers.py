"""`parley read-back`, `parley reply`, `parley withdraw`: what the recipient's people say."""

from typing import TYPE_CHECKING, Annotated, Final

import typer
from msgspec import Struct

from parley.cli.client import Node, typed_text
from parley.cli.notices import told
from parley.cli.options import LineArgument, NoticeArgument, TextOption, VersionOption, may_ask, reach_speaker
from parley.cli.output import THE_ANSWER_IS_NO, plain, print_json, say
from parley.cli.takes import takes
from parley.cli.telling import mark_of, say_done
from parley.words.codes import Activity, ReplyCode
from parley.words.errors import InputError

if TYPE_CHECKING:
    from parley.exchange.read_back import Difference
    from parley.node.answering import Typed
    from parley.node.board import NoticeView, VersionView

SHORTEST_PREFIX: Final = 8


class Said(Struct, frozen=True, kw_only=True):
    """What was given of a read-back in options; the rest is asked."""

    activity: str | None
    at: str | None
    radius_m: str | None
    vertices: int | None
    start: str | None
    end: str | None
    hours: str | None


def repeat(
    *,
    activity: Annotated[str | None, typer.Option(help='The activity: "air strike" or air_strike.')] = None,
    at: Annotated[str | None, typer.Option(help="The centre, or the first vertex.")] = None,
    radius_m: Annotated[
        str | None, typer.Option(help="The radius of a circle or half the width of a corridor, metres.")
    ] = None,
    vertices: Annotated[
        int | None, typer.Option(min=2, help="The number of vertices, over all rings and parts.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="The start, UTC: 2022-06-15T14:32Z or 151432ZJUN22.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="The end, UTC, written as the start.")] = None,
    hours: Annotated[str | None, typer.Option(help="The hours of each day, UTC: 2000Z-0400Z.")] = None,
) -> Said:
    """Return what was given of a read-back."""
    return Said(
        activity=activity, at=at, radius_m=radius_m, vertices=vertices, start=start, end=end, hours=hours
    )


def read_back(
    line: LineArgument,
    notice: NoticeArgument,
    *,
    said: Said,
    node: Node,
    version: VersionOption = None,
) -> None:
    """Repeat what you read in a notice, field by field. Its values are not shown; the machine compares."""
    from parley.cli.views import act, notice_of
    from parley.exchange.read_back import differences
    from parley.words.bodies import ReadBack

    found = notice_of(node, line, notice)
    read = _version(found, version)
    typed = _typed(node, found, read, said)
    body: dict[str, object] = {"typed": typed, "version": read.id}
    acted = act(node, line, found.id, "read-back", body)
    repeated = ReadBack(
        salt="0" * 32,
        of=read.id,
        activity=typed.activity,
        place=typed.place,
        extent_mm=typed.extent_mm,
        vertices=typed.vertices,
        start_ms=typed.start_ms,
        end_ms=typed.end_ms,
        daily=typed.daily,
    )
    wrong = differences(read.body, repeated)
    _say_outcome(node, found, acted.id, read, wrong)
    if wrong:
        raise typer.Exit(THE_ANSWER_IS_NO)


def _say_outcome(
    node: Node, notice: "NoticeView", message: str, read: "VersionView", wrong: "tuple[Difference, ...]"
) -> None:
    fields = [one.field for one in wrong]
    if node.as_json:
        print_json({"id": message, "version": read.number, "match": not wrong, "fields": fields})
        return
    from parley.phrases import phrase

    if not wrong:
        say_done(node, notice.line, f"MATCH: {plain(notice.handle)} version {read.number} is read back.")
        say("This says that you hold it, not that you agree. Answer it: parley reply")
        return
    say_done(
        node,
        notice.line,
        f"[bold]MISMATCH[/]: {plain(notice.handle)} version {read.number} is NOT read back.",
    )
    for one in wrong:
        say(f"  ⚠ {phrase('en', 'field', one.field).text}: you read {plain(one.read)}")
    say("Read the notice again, aloud and from the start, then repeat it.")


def _version(notice: "NoticeView", number: int | None) -> "VersionView":
    if number is None:
        return notice.versions[-1]
    for version in notice.versions:
        if version.number == number:
            return version
    raise InputError("version-unknown", f"there is no version {number}", where=notice.handle)


def _typed(node: Node, notice: "NoticeView", read: "VersionView", said: Said) -> "Typed":
    """Ask for what was not given, one field after the other, each until it can be read."""
    from parley.cli.asking import ask
    from parley.cli.reading import read_length_mm
    from parley.cli.times import read_hours, read_time
    from parley.geo.coordinate import read_coordinate
    from parley.node.answering import Typed
    from parley.words.volume import Circle, Corridor

    if may_ask(node):
        say(f"{mark_of(node, notice.line)}read back {plain(notice.handle)} version {read.number}.")
        say("Type what you read; Ctrl-C stops.")
    area, asks = read.body.volume.area, may_ask(node)
    round_area = isinstance(area, Circle)
    activity = ask("Activity", said.activity, read_activity, asks=asks, option="--activity")
    question = "Centre" if round_area else "First vertex"
    place = ask(question, said.at, read_coordinate, asks=asks, option="--at")
    extent_mm, vertices = None, said.vertices
    if said.radius_m is not None or isinstance(area, Corridor) or (round_area and vertices is None):
        question = "Radius in metres" if round_area else "Half the width in metres"
        extent_mm = ask(question, said.radius_m, read_length_mm, asks=asks, option="--radius-m")
    if vertices is None and (isinstance(area, Corridor) or (not round_area and extent_mm is None)):
        vertices = ask("Number of vertices", None, _read_count, asks=asks, option="--vertices")
    start_ms = ask("Start, UTC", said.start, read_time, asks=asks, option="--start")
    end_ms = ask("End, UTC", said.end, read_time, asks=asks, option="--end")
    daily = None
    if said.hours is not None or read.body.volume.window.daily is not None:
        daily = ask("Hours of each day, UTC", said.hours, read_hours, asks=asks, option="--hours")
    return Typed(
        activity=activity,
        place=place,
        extent_mm=extent_mm,
        vertices=vertices,
        start_ms=start_ms,
        end_ms=end_ms,
        daily=daily,
    )


def read_activity(text: str) -> Activity:
    """Read an activity, as its code or in the words of the phrase book.

    Raises:
        InputError: activity-unknown.
    """
    from parley.phrases import phrase

    tidy = " ".join(text.lower().replace("_", " ").replace("-", " ").split())
    for activity in Activity:
        names = {activity.value, phrase("en", "activity", activity.value).text}
        if tidy in {name.lower().replace("_", " ").replace("-", " ") for name in names}:
            return activity
    known = ", ".join(activity.value for activity in Activity)
    raise InputError("activity-unknown", "there is no such activity", where=text[:60], do=f"One of: {known}.")


def _read_count(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdecimal() and len(text.strip()) <= 4):  # noqa: PLR2004 - 2,000 at most
        raise InputError("count-unreadable", "this is no number of vertices", where=text[:20])
    return int(text)


def reply(
    line: LineArgument,
    notice: NoticeArgument,
    code: Annotated[
        ReplyCode,
        typer.Argument(
            help="The answer. noted takes no position. A convoy, rescue or evacuation: received to contact_us."
        ),
    ],
    *,
    node: Node,
    text: TextOption = None,
    who: Annotated[
        str | None, typer.Option(help="With not_ours or cannot_control: who does, if known.")
    ] = None,
    version: VersionOption = None,
) -> None:
    """Answer a notice of the other side. An objection, query, warning, hold and the like stand until withdrawn."""
    from parley.cli.views import act, notice_of
    from parley.exchange.ladder import Step

    read = _version(notice_of(node, line, notice), version)
    body: dict[str, object] = {
        "code": code.value,
        "text": typed_text(text) if text else None,
        "who": typed_text(who) if who else None,
        "version": read.id,
    }
    acted = act(node, line, notice, "reply", body)
    told(node, line, acted, f"Answered with {code.value}: reply {acted.id[:12]}.")
    step = next((each.step for each in acted.notice.versions if each.id == read.id), "")
    if step == Step.DELIVERED.value and not node.as_json:
        handle = plain(acted.notice.handle)
        say(
            f"⚠ It counts as answered only once you have read it back: parley read-back {plain(line)} {handle}"
        )


def withdraw(
    line: LineArgument,
    notice: NoticeArgument,
    reply_id: Annotated[
        str, typer.Argument(metavar="REPLY", help="The reply: its id, eight characters of it, or its code.")
    ],
    *,
    node: Node,
    text: TextOption = None,
) -> None:
    """Take back a reply of ours by a new entry; nothing is erased."""
    from parley.cli.views import act, notice_of

    wanted = reply_id.lower()
    hits = [
        answer.id
        for answer in notice_of(node, line, notice).answers
        if answer.code.value == wanted or (len(wanted) >= SHORTEST_PREFIX and answer.id.startswith(wanted))
    ]
    if len(hits) != 1:
        do = f"See them: parley notice show {line} {notice}"
        raise InputError("reply-unknown", "no such reply stands, or several", where=reply_id[:40], do=do)
    body: dict[str, object] = {"reply": hits[0], "text": typed_text(text) if text else None}
    told(node, line, act(node, line, notice, "withdraw", body), "Withdrawn. The record keeps both entries.")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(name="read-back")(takes(said=repeat, node=reach_speaker)(read_back))
    app.command()(takes(node=reach_speaker)(reply))
    app.command()(takes(node=reach_speaker)(withdraw))
