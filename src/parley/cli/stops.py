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
from parley.cli.options import LineArgument, StopArgument, TextOption, reach_node
from parley.cli.output import plain, print_json, say, warn
from parley.cli.takes import takes
from parley.words.codes import StopAnswer
from parley.words.errors import InputError

stops = typer.Typer(help="STOP: a demand to cease now. Anyone on duty may.", no_args_is_help=True)
DEFAULT_RADIUS_M: Final = "5000"
MAX_TEXT: Final = 2_000
LINE_FAULTS: Final = frozenset({"line-unknown", "line-ambiguous", "line-not-open"})


class _Stopped(Struct):
    id: str


def _short(text: str) -> str:
    """Return text that cannot hold up a STOP: cut to what a message carries, unreadable bytes marked."""
    import unicodedata

    readable = text.encode(errors="replace").decode()
    return unicodedata.normalize("NFC", readable)[:MAX_TEXT]


def _scope(notice: str | None, at: str | None, radius_m: str | None) -> dict[str, object]:
    """Return what the STOP is about, as the API takes it; nothing is the whole line."""
    if notice:
        return {"notice": notice}
    if not at:
        return {}
    from parley.cli.reading import read_circle

    return {"scope": {"scope": "place", "area": read_circle(at, radius_m or DEFAULT_RADIUS_M)}}


@stops.command()
@takes(node=reach_node)
def call(
    line: LineArgument,
    *,
    node: Node,
    notice: Annotated[str | None, typer.Option(help='Stop this activity: "EASTERN-12".')] = None,
    at: Annotated[str | None, typer.Option(help="Stop whoever is firing at this place.")] = None,
    radius_m: Annotated[
        str | None, typer.Option(help="How far round the place, metres; 5000 by default.")
    ] = None,
    text: TextOption = None,
) -> None:
    """Call a STOP, at once: on a notice, on a place, or, with neither, on the whole line."""
    said = _short(text) if text else None
    widened = None
    try:
        scope = _scope(notice, at, radius_m)
        stopped = node.post(("lines", line, "stops"), {**scope, "text": said}, _Stopped)
    except InputError as error:
        if error.name in LINE_FAULTS or not (notice or at):
            raise
        widened = error.what
        typed = " ".join(part for part in (said, notice, at, radius_m) if part)
        stopped = node.post(("lines", line, "stops"), {"text": _short(typed)}, _Stopped)
    if node.as_json:
        print_json({"id": stopped.id, "widened": widened})
        return
    if widened is not None:
        warn(f"[bold]⚠ {plain(widened)}: the STOP was called on the WHOLE LINE instead.[/]")
    say(f"[bold]⛔ STOP {stopped.id[:12]} is called.[/] It is recorded and on its way. RING THEM AS WELL.")
    say("It stands until you release it. See whether a person has answered: parley board")


@stops.command()
@takes(node=reach_node)
def reply(
    line: LineArgument,
    stop: StopArgument,
    answer: Annotated[StopAnswer, typer.Argument(help="The answer of a person on duty.")],
    *,
    node: Node,
    ground: Annotated[str | None, typer.Option(help="The ground for continuing; it may be withheld.")] = None,
) -> None:
    """Answer a STOP of the other side."""
    body = {"answer": answer.value, "ground": _short(ground) if ground else None}
    _act(node, line, stop, "reply", body, f"Answered with {answer.value}. They are told.")


@stops.command()
@takes(node=reach_node)
def reaffirm(line: LineArgument, stop: StopArgument, *, node: Node) -> None:
    """Say that our STOP still stands."""
    _act(node, line, stop, "reaffirm", {}, "The STOP stands, and they are told so again.")


@stops.command()
@takes(node=reach_node)
def release(line: LineArgument, stop: StopArgument, *, node: Node, text: TextOption = None) -> None:
    """Release our STOP: the only thing that ends it."""
    body = {"text": _short(text) if text else None}
    _act(node, line, stop, "release", body, "The STOP is released. They are told.")


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
    from parley.node.board import StopView

    found = node.get(("lines", line, "stops"), list[StopView], all_of_them=every)
    if node.as_json:
        print_json(found)
        return
    verified = line_of(node, line).line.verified
    for view in found:
        for text in stop_lines(view, node.now.now_ms, verified=verified):
            say(text)
    say(f"{len(found)} {'STOP' if len(found) == 1 else 'STOPs'}{'' if every else ' standing'}.")


def _act(node: Node, line: str, stop: str, what: str, body: Mapping[str, object], sentence: str) -> None:
    stopped = node.post(("lines", line, "stops", stop, what), body, _Stopped)
    if node.as_json:
        print_json(stopped)
        return
    say(sentence)
