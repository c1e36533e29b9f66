"""`parley relay send | list`: "pass this to X" and "heard from X". Hearsay, with its chain."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from parley.cli.client import Node, typed_text
from parley.cli.options import (
    LineArgument,
    TextOption,
    YesOption,
    may_ask,
    reach_node,
    reach_speaker,
    refuse_unasked,
)
from parley.cli.output import plain, print_json, say
from parley.cli.takes import takes
from parley.cli.telling import mark_of, say_done
from parley.words.codes import RelayMedium, RelayWay
from parley.words.errors import InputError

if TYPE_CHECKING:
    from parley.node.board import RelayView
    from parley.words.bodies import Said

relays = typer.Typer(help="Relays: hearsay with its chain. They move nothing.", no_args_is_help=True)
LINK_PARTS: Final = 4


@relays.command()
@takes(node=reach_speaker)
def send(  # noqa: PLR0913 - each is one thing that a relay says
    line: LineArgument,
    *,
    node: Node,
    to: Annotated[str | None, typer.Option("--to", metavar="PARTY", help="Pass this to them.")] = None,
    heard: Annotated[
        str | None, typer.Option("--from", metavar="PARTY", help="This was heard from them.")
    ] = None,
    text: TextOption = None,
    of: Annotated[
        str | None, typer.Option(metavar="NOTICE", help="The notice or relay that is repeated.")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="LINE", help="The line of that notice.")] = None,
    said: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHO,TO,HOW,TIME", help="Who said it to whom, how and when; ? is not known. First first."
        ),
    ] = None,
    yes: YesOption = False,
) -> None:
    """Relay what another party said, or is to be told. Refused where its author forbids onward sharing."""
    from parley.cli.views import Sent

    if (to is None) == (heard is None):
        raise InputError("relay-of-whom", "a relay is to a party or from one", do="Give --to or --from.")
    body: dict[str, object] = {
        "way": (RelayWay.PASS_ON if to else RelayWay.HEARD_FROM).value,
        "party": typed_text(to or heard or ""),
        "text": typed_text(text) if text else None,
        "chain": [_link(one, node) for one in said or ()],
        "notice": of,
        "on": on,
    }
    refuse_unasked(node, yes=yes)
    if may_ask(node) and not yes:
        typer.confirm("Relay it? It stands as hearsay, under your designation", abort=True)
    sent = node.post(("lines", line, "relays"), body, Sent)
    if node.as_json:
        print_json(sent)
        return
    say_done(node, line, f"relayed as hearsay: {sent.id[:12]}.")


@relays.command(name="list")
@takes(node=reach_node)
def list_relays(line: LineArgument, *, node: Node) -> None:
    """List what was relayed on a line: hearsay, and nobody's own statement."""
    from parley.cli.views import line_of
    from parley.node.board import RelayView

    found = node.get(("lines", line, "relays"), list[RelayView])
    if node.as_json:
        print_json(found)
        return
    verified = line_of(node, line).line.verified
    for view in found:
        for row in relay_lines(view, verified=verified):
            say(row)
    say(f"{mark_of(node, line)}{len(found)} relayed.")


def _link(text: str, node: Node) -> dict[str, object]:
    """Return one link of the chain as the API takes it."""
    from parley.cli.times import read_time

    parts = [part.strip() for part in typed_text(text).split(",")]
    if len(parts) != LINK_PARTS or not parts[0] or parts[0] == "?":
        do = 'Give --said "WESTERN DUTY,EASTERN DUTY,telephone,151432ZJUN22".'
        raise InputError("link-unreadable", "a link is who, to whom, how and when", where=text[:80], do=do)
    who, to_whom, medium, at = (None if part in {"", "?"} else part for part in parts)
    known = {one.value for one in RelayMedium}
    if medium is not None and medium not in known:
        do = f"One of: {', '.join(sorted(known))}."
        raise InputError("medium-unknown", "nothing is said so", where=medium[:40], do=do)
    at_ms = None if at is None else read_time(at, node.now.now_ms)
    return {"who": who, "to_whom": to_whom, "medium": medium, "at_ms": at_ms}


def relay_lines(view: "RelayView", *, verified: bool) -> list[str]:
    """Return a relay: that it is hearsay, its chain, and its caveats."""
    from parley.cli.caveats import caveat_lines
    from parley.cli.showing import area_lines, marks, words
    from parley.cli.times import clock

    kept, body = view.relay, view.relay.body
    who = "us" if view.ours else f"THEM, {plain(kept.by.duty)}"
    heard = ", heard and attested by us" if kept.attested else ""
    way = f"{words('relay_way', body.way.value)} {plain(body.party)}"
    lines = [
        f"{marks(exercise=view.exercise, verified=verified)}[bold]HEARSAY {kept.id[:12]}[/], {way}",
        f"    relayed by {who}{heard}, {clock(kept.at_ms)}",
        f'    "{plain(body.text)}" ({plain(body.language)})',
        *(f"    {_said(one)}" for one in body.chain),
    ]
    if body.volume is not None:
        lines += [f"    {text}" for text in area_lines(body.volume.area)]
    lines += [f"    {text}" for text in caveat_lines(body.caveats)]
    if not view.delivered:
        waits = "nobody here has said it to them" if view.phone else "their node has not receipted it"
        lines.append(f"    ⚠ WAITS: {waits}")
    return lines


def _said(one: "Said") -> str:
    from parley.cli.showing import words
    from parley.cli.times import zulu

    to_whom = plain(one.to_whom) if one.to_whom else "?"
    how = words("relay_medium", one.medium.value) if one.medium else "?"
    at = zulu(one.at_ms) if one.at_ms is not None else "?"
    return f"said by {plain(one.who)} to {to_whom}, {how}, {at}"
