"""`parley incident …`: what was observed and waits for a person's look. Private."""

from typing import Annotated

import typer

from parley.cli.client import Node
from parley.cli.options import reach_node
from parley.cli.output import print_json, say
from parley.cli.takes import takes

incidents = typer.Typer(
    help="Incidents: drafts of observed tracks that no notice covers. Private.", no_args_is_help=True
)


@incidents.command()
@takes(node=reach_node)
def drafts(
    *,
    node: Node,
    line: Annotated[str | None, typer.Option(help="Only those of this line.")] = None,
    count: Annotated[int, typer.Option(min=1, max=1_000, help="How many, the newest first.")] = 50,
    points: Annotated[bool, typer.Option("--points", help="With --json: the tracks too.")] = False,
) -> None:
    """List the incident drafts that `parley track` left at the node, newest first."""
    from parley.cli.track_showing import say_draft
    from parley.intake.draft import IncidentDraft

    asked = {"count": count, "points": points, **({"line": line} if line is not None else {})}
    found = node.get(("incidents", "drafts"), list[IncidentDraft], **asked)
    if node.as_json:
        print_json(found)
        return
    for draft in found:
        say_draft(draft)
    if not found:
        say("No draft is kept. What was not observed, or not fed to `parley track`, is unknown.")
    say(f"{len(found)} draft{'' if len(found) == 1 else 's'}. Nothing here leaves this node.")
