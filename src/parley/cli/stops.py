"""`parley stop …`: a STOP is called, answered, reaffirmed and released. It always gets through.

A call asks nothing and refuses nothing that it can help: where the notice or the place that was typed
cannot be read, the STOP is called on the whole line, with what was typed as its text, and says so. Too
wide a STOP is put right in a minute by releasing it; one that was not sent is not.
"""

from collections.abc import Mapping
from typing import Annotated, Final

import typer
from msgspec import Struct

from parley.cli.client import Node
from parley.cli.options import (
    Caller,
    LineArgument,
    StopArgument,
    TextOption,
    reach_node,
    reach_node_for_stop,
    reach_speaker,
)
from parley.cli.output import plain, print_json, say, warn
from parley.cli.takes import takes
from parley.cli.telling import LINE_FAULTS, commands_for, lines_known, mark_of, say_done, with_lines
from parley.words.codes import StopAnswer
from parley.words.errors import InputError

stops = typer.Typer(help="STOP: a demand to cease now. Anyone on duty may.", no_args_is_help=True)
DEFAULT_RADIUS_M: Final = "5000"
MAX_TEXT: Final = 2_000
DIRECTIONS: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""The marks that turn the direction of writing: no message carries them."""
NOT_OPEN: Final = "line-not-open"


class _Stopped(Struct):
    id: str


def short(text: str) -> str:
    """Return text that cannot hold up a STOP: cut to what a message carries, unreadable bytes marked."""
    import unicodedata

    readable = text.encode(errors="replace").decode()
    marked = "".join("\ufffd" if _harms(one) else one for one in unicodedata.normalize("NFC", readable))
    return marked[:MAX_TEXT]


def _harms(one: str) -> bool:
    """Tell whether a character is none that a message may carry."""
    import unicodedata

    return one != "\n" and (unicodedata.category(one) in {"Cc", "Zl", "Zp"} or one in DIRECTIONS)


def _scope(notice: str | None, at: str | None, radius_m: str | None) -> dict[str, object]:
    """Return what the STOP is about, as the API takes it; nothing is the whole line."""
    if notice:
        return {"notice": notice}
    if not at:
        return {}
    from parley.cli.reading import read_circle

    return {"scope": {"scope": "place", "area": read_circle(at, radius_m or DEFAULT_RADIUS_M)}}


@stops.command()
@takes(caller=reach_node_for_stop)
def call(
    line: Annotated[
        str | None, typer.Argument(metavar="[LINE]", help="The line; the only open one by default.")
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NOTICE]...", help='Stop this activity: "EASTERN-12". More words are text.'),
    ] = None,
    *,
    caller: Caller,
    notice: Annotated[str | None, typer.Option(help='The same: stop this activity: "EASTERN-12".')] = None,
    at: Annotated[str | None, typer.Option(help="Stop whoever is firing at this place.")] = None,
    radius_m: Annotated[
        str | None, typer.Option(help="How far round the place, metres; 5000 by default.")
    ] = None,
    text: TextOption = None,
) -> None:
    """Call a STOP, at once: on a notice, on a place, or, with neither, on the whole line."""
    node, notes = caller.node, list(caller.notes)
    more = list(words or ())
    if more and notice is None:
        notice = more.pop(0)
    typed_words = " ".join(part for part in (text, *more) if part)
    said = short(typed_words) if typed_words else None
    if not line:
        line = only_line(node)
        notes.append("no line was named: called on the only one that is open")
    try:
        stopped, widened = _call(node, line, said, (notice, at, radius_m))
    except InputError as error:
        if error.name in LINE_FAULTS:
            raise with_lines(node, error, "parley stop call", (notice,) if notice else ()) from error
        raise
    if node.as_json:
        print_json({"id": stopped.id, "widened": widened, "notes": notes})
        return
    if widened is not None:
        warn(f"[bold]⚠ {plain(widened)}: the STOP was called on the WHOLE LINE instead.[/]")
    for note in notes:
        warn(f"⚠ {plain(note)}")
    if node.hears:
        say_done(
            node, line, f"[bold]⛔ THEIR STOP {stopped.id[:12]} stands. A PERSON ANSWERS WITHIN 60 s.[/]"
        )
        say(f"Answer it: parley stop reply {plain(line)} {stopped.id[:12]} stopping")
        return
    say_done(node, line, f"[bold]⛔ STOP {stopped.id[:12]} is called. RING THEM AS WELL.[/]")
    say("It stands until you release it. See whether a person has answered: parley board")


def only_line(node: Node) -> str:
    """Return the id of the only joined line; where none is joined yet, of the only one with another side.

    Raises:
        InputError: line-missing, with the command for each line.
    """
    known = [one.line for one in lines_known(node) if one.line.peer_name is not None]
    joined = [line.id for line in known if line.joined] or [line.id for line in known]
    if len(joined) != 1:
        what = "no line was named, and several are open" if joined else "no line is open"
        raise InputError("line-missing", what, do=commands_for(node, "parley stop call"))
    return joined[0]


def _call(
    node: Node, line: str, said: str | None, about: tuple[str | None, str | None, str | None]
) -> tuple[_Stopped, str | None]:
    """Call it; return it, and why it went out on the whole line instead, if it did."""
    notice, at, radius_m = about
    try:
        scope = _scope(notice, at, radius_m)
        return node.post(("lines", line, "stops"), {**scope, "text": said}, _Stopped), None
    except InputError as error:
        if error.name in LINE_FAULTS or error.name == NOT_OPEN:
            raise
        typed = " ".join(part for part in (said, notice, at, radius_m) if part)
        text = short(typed) or None
        return node.post(("lines", line, "stops"), {"text": text}, _Stopped), error.what


@stops.command()
@takes(node=reach_speaker)
def reply(
    line: LineArgument,
    stop: StopArgument,
    answer: Annotated[StopAnswer, typer.Argument(help="The answer of a person on duty.")],
    *,
    node: Node,
    ground: Annotated[str | None, typer.Option(help="The ground for continuing; it may be withheld.")] = None,
) -> None:
    """Answer a STOP of the other side."""
    body = {"answer": answer.value, "ground": short(ground) if ground else None}
    _act(node, line, stop, "reply", body, f"Answered with {answer.value}.")


@stops.command()
@takes(node=reach_speaker)
def reaffirm(line: LineArgument, stop: StopArgument, *, node: Node) -> None:
    """Say that our STOP still stands."""
    _act(node, line, stop, "reaffirm", {}, "The STOP stands, and this says so again.")


@stops.command()
@takes(node=reach_speaker)
def release(line: LineArgument, stop: StopArgument, *, node: Node, text: TextOption = None) -> None:
    """Release our STOP: the only thing that ends it."""
    body = {"text": short(text) if text else None}
    _act(node, line, stop, "release", body, "The STOP is released.")


@stops.command(name="list")
@takes(node=reach_node)
def list_stops(
    line: LineArgument,
    *,
    node: Node,
    every: Annotated[bool, typer.Option("--all", help="Also those that were released.")] = False,
) -> None:
    """List the STOPs of a line that stand."""
    from parley.cli.showing import stop_lines
    from parley.cli.views import line_of
    from parley.node.board import NoticeView, StopView

    found = node.get(("lines", line, "stops"), list[StopView], all_of_them=every)
    if node.as_json:
        print_json(found)
        return
    verified = line_of(node, line).line.verified
    notices = node.get(("lines", line, "notices"), list[NoticeView], all_of_them=True) if found else ()
    for view in found:
        for text in stop_lines(view, node.now.now_ms, verified=verified, notices=notices):
            say(text)
    say(
        f"{mark_of(node, line)}{len(found)} {'STOP' if len(found) == 1 else 'STOPs'}{'' if every else ' standing'}."
    )


def _act(node: Node, line: str, stop: str, what: str, body: Mapping[str, object], sentence: str) -> None:
    stopped = node.post(("lines", line, "stops", stop, what), body, _Stopped)
    if node.as_json:
        print_json(stopped)
        return
    say_done(node, line, sentence)
