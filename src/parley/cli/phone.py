"""`parley line open --phone`, `parley told`: a side that has a telephone and no node."""

from typing import Annotated

import typer

from parley.cli.client import Node, typed_text
from parley.cli.options import (
    InterpreterOption,
    LineArgument,
    MediumOption,
    SpokenOption,
    reach_node,
    spoken_by,
)
from parley.cli.output import plain, print_json, say
from parley.cli.reading import read_length_mm
from parley.cli.takes import takes
from parley.cli.telling import say_done
from parley.words.codes import Medium
from parley.words.errors import InputError


def open_line(  # noqa: PLR0913 - each is one thing a phone line needs
    name: Annotated[str, typer.Argument(metavar="NAME", help='What you call them: "EASTERN".')],
    *,
    node: Node,
    phone: Annotated[bool, typer.Option("--phone", help="They have a telephone, and no node.")] = False,
    number: Annotated[str, typer.Option(help="Their number.")] = "",
    contact: Annotated[
        list[str] | None,
        typer.Option(metavar="WHO,NUMBER", help="Whom to ring, in this order; at least two."),
    ] = None,
    area: Annotated[str, typer.Option(metavar="PLACE", help="The centre of the area it is about.")] = "",
    area_radius_m: Annotated[str, typer.Option(help="The area's radius, metres.")] = "",
    purpose: Annotated[str, typer.Option(help="What the line is for.")] = "safety",
    language: Annotated[
        list[str] | None, typer.Option(help="A language spoken on it; may be repeated.")
    ] = None,
    exercise: Annotated[bool, typer.Option("--exercise", help="An exercise line.")] = False,
) -> None:
    """Open a line to a side that has only a telephone. It can be used at once; every step is our word."""
    from parley.cli.showing import line_lines
    from parley.cli.views import LineStatus
    from parley.geo.coordinate import read_coordinate

    if not phone:
        do = "Give --phone; for a side that runs a node: parley line propose"
        raise InputError("phone-missing", "only a phone line is opened by one side alone", do=do)
    if not number:
        raise InputError("number-missing", "a phone line needs their number", do="Give --number.")
    if not area or not area_radius_m:
        do = 'Give --area "33 30 00 N 38 37 00 E" --area-radius-m 55000.'
        raise InputError("area-missing", "a phone line needs the area it is about", do=do)
    circle = {
        "shape": "circle",
        "centre": read_coordinate(area),
        "radius_mm": read_length_mm(area_radius_m),
    }
    wish = {
        "purpose": typed_text(purpose),
        "exercise": exercise,
        "languages": language or ["en"],
        "area": circle,
    }
    kept = {"number": typed_text(number), "contacts": [_contact(text) for text in contact or ()]}
    body: dict[str, object] = {"name": name.strip().upper(), "phone": kept, "wish": wish}
    status = node.post(("lines", "phone"), body, LineStatus)
    if node.as_json:
        print_json(status)
        return
    for text in line_lines(status.line, None):
        say(text)
    shown = plain(status.line.name)
    say(f"They call: parley notice send {shown} … --heard-from WHO   You call: parley told {shown} NOTICE")


def _contact(text: str) -> dict[str, str]:
    who, comma, number = typed_text(text).rpartition(",")
    if not comma or not who.strip() or not number.strip():
        do = 'Give --contact "DUTY OFFICER,+99 123".'
        raise InputError(
            "contact-unfit", "a contact is a person or duty, a comma, and a number", where=text[:60], do=do
        )
    return {"who": who.strip(), "number": number.strip()}


def told(
    line: LineArgument,
    of: Annotated[
        str, typer.Argument(metavar="MESSAGE", help="What was said: a notice's handle, or a message's id.")
    ],
    *,
    node: Node,
    to: Annotated[str, typer.Option(metavar="WHO", help="Who heard it, as they call themselves.")] = "",
    medium: MediumOption = Medium.TELEPHONE,
    interpreter: InterpreterOption = None,
    spoken: SpokenOption = "en",
) -> None:
    """Note that you said a message of ours to the other side: your word, never theirs."""
    from parley.cli.views import Sent

    wanted = _waiting(node, line, of)
    how = spoken_by(to, medium, interpreter, spoken)
    sent = node.post(("lines", line, "told"), {"of": wanted, "how": how}, Sent)
    if node.as_json:
        print_json(sent)
        return
    say_done(node, line, f"{plain(of)} is noted as said to them, on your word.", by_voice=True)


def _waiting(node: Node, line: str, of: str) -> str:
    """Return the full id of a message that waits to be said, where its beginning was typed."""
    from parley.cli.views import line_of

    hits = [one.id for one in line_of(node, line).line.to_say if one.id.startswith(of.lower())]
    return hits[0] if len(hits) == 1 and len(of) >= SHORTEST_PREFIX else of


SHORTEST_PREFIX = 8


def add_to(app: typer.Typer, lines: typer.Typer) -> None:
    """Add the commands."""
    lines.command(name="open")(takes(node=reach_node)(open_line))
    app.command()(takes(node=reach_node)(told))
