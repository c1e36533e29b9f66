"""`parley exercise list | run` and `parley demo`: scenarios played between two real nodes on this machine."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from parley.cli.options import JsonOption
from parley.cli.output import GOOD, THE_ANSWER_IS_NO, plain, print_json, say

DEMO = "al-tanf-2022"

exercise = typer.Typer(help="Exercises: scenarios from public facts, played between two real nodes.")

KeepOption = Annotated[
    Path | None,
    typer.Option(
        "--keep", help="A new or empty folder in which both nodes' homes are left for other commands."
    ),
]
FastOption = Annotated[bool, typer.Option("--fast", help="Do not pause between the steps.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    exercise.command("list")(list_them)
    exercise.command("run")(run)
    app.add_typer(exercise, name="exercise")
    app.command()(demo)


def list_them(*, as_json: JsonOption = False) -> None:
    """List the exercises, and the sources of their facts."""
    from parley.exercises.scenario import load, names

    scenarios = [load(name) for name in names()]
    if as_json:
        print_json(
            [{"name": one.name, "title": one.title, "sources": list(one.sources)} for one in scenarios]
        )
        return
    for one in scenarios:
        say(f"[bold]{plain(one.name)}[/]  {plain(one.title)}")
        for source in one.sources:
            say(f"  {plain(source.fact.strip())}")
            say(f"    [dim]{plain(source.source)}{'  ' + plain(source.url) if source.url else ''}[/]")
        say(f"  {plain(one.invented.strip())}")


def run(
    name: Annotated[str, typer.Argument(help="The exercise's name: see `parley exercise list`.")],
    *,
    fast: FastOption = False,
    keep: KeepOption = None,
    as_json: JsonOption = False,
) -> int:
    """Play an exercise; in a terminal with pauses to read, unless --fast is given."""
    return _run(name, fast=fast, keep=keep, as_json=as_json)


def demo(*, fast: FastOption = False, keep: KeepOption = None, as_json: JsonOption = False) -> int:
    """See two nodes play a strike notified inside a zone, from the notice to the STOP and the end."""
    return _run(DEMO, fast=fast, keep=keep, as_json=as_json)


def _run(name: str, *, fast: bool, keep: Path | None, as_json: bool) -> int:
    from parley.exercises.running import run as play
    from parley.exercises.scenario import load

    scenario = load(name)
    paced = not fast and not as_json and sys.stdout.isatty()
    result = play(scenario, keep=keep, quiet=as_json, paced=paced, console=Console(highlight=False))
    if as_json:
        print_json(result)
    elif keep is not None:
        _say_where(keep, list(scenario.sides))
    return GOOD if result.ok else THE_ANSWER_IS_NO


def _say_where(keep: Path, sides: list[str]) -> None:
    say("Both nodes are left as they are. Serve one again and look at its record:")
    for side in sides:
        say(f"  parley serve --home {plain(str(keep / side))}")
    say(f"  parley board --home {plain(str(keep / sides[0]))}")
