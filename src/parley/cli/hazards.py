"""`parley hazard`, `parley hazard-over`: a dangerous object or event. Cause unstated, nothing admitted.

One guarded touch. Like a STOP it is not held up by what was typed wrongly beside it: a place that cannot be
read stands in its text, and then the hazard counts wherever the line is about.
"""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from parley.cli.client import Node, typed_text
from parley.cli.options import (
    Caller,
    LineArgument,
    TextOption,
    YesOption,
    may_ask,
    reach_node_for_stop,
    reach_speaker,
    refuse_unasked,
)
from parley.cli.output import plain, print_json, say, warn
from parley.cli.stops import only_line, short
from parley.cli.takes import takes
from parley.cli.telling import LINE_FAULTS, say_done, with_lines
from parley.words.errors import InputError

if TYPE_CHECKING:
    from parley.cli.views import Sent
    from parley.node.board import HazardView

DEFAULT_RADIUS_M: Final = "10000"
NOT_SENT: Final = frozenset({*LINE_FAULTS, "line-not-open", "role-reads-only"})


def hazard(  # noqa: PLR0913 - each is one thing that may be known of a hazard
    line: Annotated[
        str | None, typer.Argument(metavar="[LINE]", help="The line; the only open one by default.")
    ] = None,
    *,
    caller: Caller,
    at: Annotated[str | None, typer.Option(help="Where: a coordinate or a place's name.")] = None,
    radius_m: Annotated[
        str | None, typer.Option(help="How far off it may be, metres; 10000 by default.")
    ] = None,
    floor: Annotated[str | None, typer.Option(help="Its lowest altitude.")] = None,
    ceiling: Annotated[str | None, typer.Option(help="Its highest altitude.")] = None,
    since: Annotated[str | None, typer.Option(help="Since when; now by default.")] = None,
    text: TextOption = None,
    yes: YesOption = False,
) -> None:
    """Tell of a dangerous object or event, at once: cause unstated, nothing admitted."""
    node, notes = caller.node, list(caller.notes)
    if not line:
        line = only_line(node)
        notes.append("no line was named: told on the only one that is open")
    body, unread = _read(node, at, radius_m, (floor, ceiling), since)
    said = " ".join(part for part in (text, *unread) if part)
    refuse_unasked(node, yes=yes)
    if may_ask(node) and not yes:
        typer.confirm(f"HAZARD on {line}: tell them now? Nothing is admitted", abort=True)
    try:
        sent = _tell(node, line, {**body, "text": short(said) if said else None}, said)
    except InputError as error:
        if error.name in LINE_FAULTS:
            raise with_lines(node, error, "parley hazard") from error
        raise
    notes += [f"{one}: it stands in the text, and what it was for is taken the wide way" for one in unread]
    if node.as_json:
        print_json({"id": sent.id, "notes": notes})
        return
    for note in notes:
        warn(f"⚠ {plain(note)}")
    who = "THEIR HAZARD" if node.hears else "HAZARD"
    say_done(node, line, f"[bold]⚠ {who} {sent.id[:12]} is told. RING THEM AS WELL, AND WARN YOUR UNITS.[/]")
    say(f"It counts as hot until its end is said: parley hazard-over {plain(line)} {sent.id[:12]}")


def _read(
    node: Node,
    at: str | None,
    radius_m: str | None,
    band: tuple[str | None, str | None],
    since: str | None,
) -> tuple[dict[str, object], list[str]]:
    """Return what could be read, as the API takes it, and what could not: that is taken the wide way."""
    from parley.cli.reading import read_band, read_circle
    from parley.cli.times import read_time

    body: dict[str, object] = {}
    unread: list[str] = []
    if at:
        try:
            body["area"] = read_circle(at, radius_m or DEFAULT_RADIUS_M)
        except InputError:
            unread.append(f"{at} {radius_m or ''}".strip())
            body.update(_place_alone(at))
    if any(band):
        try:
            body["band"] = read_band(*band)
        except InputError:
            unread.append(" to ".join(part or "?" for part in band))
    if since:
        try:
            body["since_ms"] = read_time(since, node.now.now_ms)
        except InputError:
            unread.append(since)
    return body, unread


def _place_alone(at: str) -> dict[str, object]:
    """Return a place whose radius could not be read, with the usual one; nothing where it cannot be read itself."""
    from parley.cli.reading import read_circle

    try:
        return {"area": read_circle(at, DEFAULT_RADIUS_M)}
    except InputError:
        return {}


def _tell(node: Node, line: str, body: dict[str, object], said: str) -> "Sent":
    """Tell it; what the node cannot take of it goes out without its place."""
    from parley.cli.views import Sent

    try:
        return node.post(("lines", line, "hazards"), body, Sent)
    except InputError as error:
        if error.name in NOT_SENT:
            raise
        return node.post(("lines", line, "hazards"), {"text": short(said) if said else None}, Sent)


def over(
    line: LineArgument,
    hazard: Annotated[
        str, typer.Argument(metavar="HAZARD", help="The hazard: its id, or eight characters of it.")
    ],
    *,
    node: Node,
    text: TextOption = None,
) -> None:
    """Say that a hazard of ours is over: until then it counts as hot."""
    from parley.cli.views import Sent

    body = {"text": typed_text(text) if text else None}
    sent = node.post(("lines", line, "hazards", hazard, "end"), body, Sent)
    if node.as_json:
        print_json(sent)
        return
    say_done(node, line, "The hazard is over.")


def hazard_lines(view: "HazardView", now_ms: int, *, verified: bool) -> list[str]:
    """Return a hazard: whose, where, since when, and what it meets here."""
    from parley.cli.showing import area_lines, band_text, marks
    from parley.cli.times import clock, from_now

    hazard = view.hazard
    whose = "told by us" if view.ours else "TOLD BY THEM"
    if hazard.attested:
        whose += ", heard and attested by us"
    since = f"since {clock(hazard.since_ms)}, {from_now(hazard.since_ms, now_ms)}"
    mark = marks(exercise=view.exercise, verified=verified)
    lines = [f"{mark}[bold]⚠ HAZARD {hazard.id[:12]}[/], {whose}, {since}: cause unstated, nothing admitted"]
    lines += [f"    {text}" for text in area_lines(hazard.area)] if hazard.area is not None else []
    if hazard.area is None:
        lines.append("    PLACE NOT KNOWN: it counts wherever the line is about")
    elif hazard.band.floor or hazard.band.ceiling:
        lines.append(f"    {band_text(hazard.band)}")
    if hazard.text:
        lines.append(f'    "{plain(hazard.text)}"')
    if hazard.folded:
        lines.append(f"    stands for {hazard.folded} more that were told beyond the cap")
    if hazard.said_over_ms is not None:
        lines.append("    its author said that it is over; those that are counted under it are not")
    if not view.delivered:
        why = "nobody here has said it to them" if view.phone else "their node has not receipted it"
        lines.append(f"    ⚠ [bold]WAITS: {why}. RING THEM NOW.[/]")
    if view.check is not None:
        lines.append(f"    check: {plain(view.check.result.summary)}")
    return lines


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(takes(caller=reach_node_for_stop)(hazard))
    app.command(name="hazard-over")(takes(node=reach_speaker)(over))
