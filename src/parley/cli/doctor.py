"""`parley doctor`: whether a node is fit, one row for each check, each with its remedy."""

from typing import TYPE_CHECKING

import typer

from parley.cli.client import Node
from parley.cli.nodes import PassphraseOption, read_passphrase
from parley.cli.options import reach_node
from parley.cli.output import THE_ANSWER_IS_NO, plain, print_json, say
from parley.cli.takes import takes
from parley.words.errors import ParleyError

if TYPE_CHECKING:
    from parley.wiring.examining import Row

GLYPHS = {"good": "✓ good   ", "warning": "⚠ warning", "bad": "✕ BAD    "}


def doctor(*, node: Node, passphrase_file: PassphraseOption = None) -> None:
    """Look at the folder, permissions, settings, keys, databases, high-water mark, lease and the node."""
    from parley.wiring.examining import examine

    rows = [*examine(node.home, passphrase=read_passphrase(passphrase_file)), _answering(node)]
    fit = all(row.state != "bad" for row in rows)
    if node.as_json:
        print_json({"fit": fit, "checks": rows})
    else:
        for row in rows:
            say(f"{GLYPHS[row.state]}  [bold]{row.check}[/]: {plain(row.found)}")
            if row.remedy:
                say(f"             {plain(row.remedy)}")
    if not fit:
        raise typer.Exit(THE_ANSWER_IS_NO)


def _answering(node: Node) -> "Row":
    """Ask the node itself."""
    from parley.wiring.examining import Row

    try:
        now = node.now
    except ParleyError as error:
        return Row(check="node", state="bad", found=error.what, remedy=error.do)
    return Row(check="node", state="good", found=f"{now.name} answers, Parley {now.version}")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(takes(node=reach_node)(doctor))
