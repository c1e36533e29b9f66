"""Options and arguments that several commands share, and the node that they reach."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from parley.cli.client import Node
from parley.config.home import home_at
from parley.words.codes import Reason, Role

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
RoleOption = Annotated[Role, typer.Option("--role", envvar="PARLEY_ROLE", help="Your role at the desk.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Release without asking again.")]
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
    Path | None, typer.Option("--out", help="Write the file for the other side here; never over another.")
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


def may_ask(node: Node) -> bool:
    """Tell whether there is a person at a terminal who can be asked."""
    return not node.as_json and sys.stdin.isatty()
