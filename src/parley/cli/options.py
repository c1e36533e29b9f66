"""Options and arguments that several commands share, and the node that they reach."""

import sys
import unicodedata
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct

from parley.cli.client import Node
from parley.config.home import home_at
from parley.words.codes import Medium, Reason, Role
from parley.words.errors import InputError
from parley.words.units import ShortText

HomeOption = Annotated[
    Path | None, typer.Option("--home", envvar="PARLEY_HOME", help="The node's folder; ~/.parley by default.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and ask nothing.")]
DutyOption = Annotated[
    str | None,
    typer.Option(
        "--duty",
        envvar="PARLEY_DUTY",
        help='Your duty designation, which the other side sees: "BLUE WATCH 2". By default the party\'s'
        ' name and "WATCH".',
    ),
]
RoleOption = Annotated[
    Role,
    typer.Option(
        "--role",
        envvar="PARLEY_ROLE",
        metavar="ROLE",
        help=f"Your role at the desk: {', '.join(one.value for one in Role if one is not Role.NODE)}.",
    ),
]
AnyRoleOption = Annotated[
    str | None,
    typer.Option(
        "--role", envvar="PARLEY_ROLE", help="Your role; one that is not known counts as watch_officer."
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Release without asking; needed without a terminal.")]
LineArgument = Annotated[
    str, typer.Argument(metavar="LINE", help="The line: its name, its id, or eight characters of the id.")
]
NoticeArgument = Annotated[
    str,
    typer.Argument(metavar="NOTICE", help='The notice: "EASTERN-12", its id, or eight characters of the id.'),
]
StopArgument = Annotated[
    str, typer.Argument(metavar="STOP", help="The STOP: its id, or eight characters of it.")
]
TextOption = Annotated[
    str | None, typer.Option("--text", help="Free text in your language; nobody must need it to understand.")
]
ReasonOption = Annotated[
    Reason | None, typer.Option("--reason", help='The stated reason; it may be "withheld".')
]
ReasonTextOption = Annotated[str | None, typer.Option("--reason-text", help="The reason in your words.")]
VersionOption = Annotated[
    int | None, typer.Option("--version", min=1, help="The version that you read; the newest by default.")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Write the file for the other side here, never over another; - prints it."),
]


def reach_node(
    *,
    home: HomeOption = None,
    duty: DutyOption = None,
    role: RoleOption = Role.WATCH_OFFICER,
    as_json: JsonOption = False,
) -> Node:
    """Return the node that a command talks to."""
    return Node(home_at(home), duty=duty, role=role.value, as_json=as_json)


HeardFromOption = Annotated[
    str | None,
    typer.Option(
        "--heard-from",
        metavar="WHO",
        help="They said it on the telephone, and this person said so: it is recorded as heard, in their name.",
    ),
]
MediumOption = Annotated[Medium, typer.Option("--medium", help="How people spoke.")]
InterpreterOption = Annotated[
    str | None, typer.Option("--interpreter", help="The duty designation of who interpreted.")
]
SpokenOption = Annotated[
    str, typer.Option("--spoken", metavar="LANGUAGE", help="The language spoken: en, ru.")
]


def spoken_by(who: str | None, medium: Medium, interpreter: str | None, language: str) -> dict[str, object]:
    """Return how people spoke, as the API takes it; `who` may be empty: not named."""
    return {
        "with_whom": who or None,
        "medium": medium.value,
        "interpreter": interpreter,
        "language": language,
    }


def reach_speaker(  # noqa: PLR0913 - each is an option
    *,
    home: HomeOption = None,
    duty: DutyOption = None,
    role: RoleOption = Role.WATCH_OFFICER,
    as_json: JsonOption = False,
    heard_from: HeardFromOption = None,
    medium: MediumOption = Medium.TELEPHONE,
    interpreter: InterpreterOption = None,
    spoken: SpokenOption = "en",
) -> Node:
    """Return the node for a statement: ours, or on a phone line theirs, as we heard it."""
    heard = None if heard_from is None else spoken_by(heard_from, medium, interpreter, spoken)
    return Node(home_at(home), duty=duty, role=role.value, as_json=as_json, heard=heard)


class Caller(Struct, frozen=True):
    """Who calls a STOP, through which node; and what was put right to let the call through."""

    node: Node
    notes: tuple[str, ...]


def reach_node_for_stop(
    *,
    home: HomeOption = None,
    duty: DutyOption = None,
    role: AnyRoleOption = None,
    as_json: JsonOption = False,
    heard_from: HeardFromOption = None,
) -> Caller:
    """Return the node for a STOP: a role or duty that cannot be used never holds one up."""
    notes = []
    wanted = Role.WATCH_OFFICER
    if role:
        tidy = role.strip().lower().replace("-", "_").replace(" ", "_")
        known = {one.value: one for one in Role if one is not Role.NODE}
        wanted = known.get(tidy, Role.WATCH_OFFICER)
        if tidy not in known:
            notes.append(f"the role {role[:40]!a} is not known: called as watch_officer")
    if duty is not None and not _fit_duty(duty):
        notes.append("the duty designation cannot be sent: called under the default one")
        duty = None
    heard = None if heard_from is None else {"with_whom": heard_from or None}
    node = Node(home_at(home), duty=duty, role=wanted.value, as_json=as_json, heard=heard)
    return Caller(node, tuple(notes))


def _fit_duty(duty: str) -> bool:
    """Tell whether a duty designation can go over the line."""
    try:
        msgspec.convert(unicodedata.normalize("NFC", duty).encode().decode(), ShortText)
    except (UnicodeEncodeError, msgspec.ValidationError):
        return False
    return True


def refuse_unasked(node: Node, *, yes: bool) -> None:
    """Refuse a release that nobody confirms: without --yes there must be a person at a terminal.

    Raises:
        InputError: yes-missing.
    """
    if not yes and not may_ask(node):
        raise InputError(
            "yes-missing", "give --yes to release without a terminal", do="Nothing was released."
        )


def may_ask(node: Node) -> bool:
    """Tell whether there is a person at a terminal who can be asked."""
    return not node.as_json and sys.stdin.isatty()
