"""`parley record …` and `parley journal …`: what can be shown afterwards."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from msgspec import Struct

from parley.cli.client import Node
from parley.cli.nodes import PassphraseOption, read_passphrase
from parley.cli.options import LineArgument, reach_node
from parley.cli.output import THE_ANSWER_IS_NO, plain, print_json, say
from parley.cli.takes import takes
from parley.cli.telling import mark_of
from parley.words.errors import SystemFault

if TYPE_CHECKING:
    from parley.node.auditing import RecordReport

record = typer.Typer(help="The record of a line: append-only, tamper-evident.", no_args_is_help=True)
journal = typer.Typer(help="The journal: what only we know.", no_args_is_help=True)
PAGE: Final = 1_000
JOURNAL_START: Final = "0" * 64


class _Head(Struct):
    note: str | None
    origin: str
    size: int
    root: str


class _Row(Struct):
    n: int
    at_ms: int
    what: str
    data: msgspec.Raw
    hash: str


@record.command()
@takes(node=reach_node)
def verify(line: LineArgument, *, node: Node, passphrase_file: PassphraseOption = None) -> None:
    """Derive our record again from its entries, also of a node that is not served. Exit status 1: it differs."""
    report, mark = _report(node, line, passphrase_file)
    if node.as_json:
        print_json(report)
    elif report.verified:
        say(f"{mark}VERIFIED: {report.entries:,} entries, {report.heads:,} signed heads, root {report.root}")
        if report.withheld:
            say(
                f"  ⚠ {report.withheld:,} envelopes are withheld: their entries verify, their content was not seen"
            )
        say("  This is our own record. That theirs is the same only shows against a head of theirs.")
    else:
        say(f"{mark}[bold]✕ DOES NOT VERIFY[/]: {plain(report.problem)}")
        say("  Stop signing with this node, keep every file as it is, and compare with the other side.")
    if not report.verified:
        raise typer.Exit(THE_ANSWER_IS_NO)


def _report(node: Node, line: str, passphrase_file: Path | None) -> "tuple[RecordReport, str]":
    """Ask the node; where it is not served, look into its folder, reading only."""
    from parley.node.auditing import RecordReport

    try:
        report = node.get(("lines", line, "record", "verify"), RecordReport)
    except SystemFault as error:
        if error.name != "node-not-answering":
            raise
        from parley.cli.showing import marks
        from parley.wiring.examining import verify_unserved

        found, report = verify_unserved(node.home, line, passphrase=read_passphrase(passphrase_file))
        return report, marks(
            exercise=found.terms.exercise, verified=None not in (found.confirmed, found.peer_confirmed)
        )
    return report, mark_of(node, line)


@record.command()
@takes(node=reach_node)
def head(line: LineArgument, *, node: Node) -> None:
    """Print the newest signed head of our record, a C2SP checkpoint."""
    found = node.get(("lines", line, "record", "head"), _Head)
    if node.as_json:
        print_json(found)
        return
    if found.note is None:
        say("Nothing is recorded on this line yet, so there is no head.")
        return
    typer.echo(found.note, nl=not found.note.endswith("\n"))


def _rows(node: Node, start: int, count: int) -> list[_Row]:
    return node.get(("journal",), list[_Row], start=start, count=count)


def _end(node: Node) -> int:
    """Return the number of rows, by doubling and halving: the journal may be long."""
    high = 1
    while _rows(node, high, 1):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _rows(node, middle, 1) else (low, middle)
    return high if _rows(node, low, 1) else low


@journal.command()
@takes(node=reach_node)
def show(
    *,
    node: Node,
    start: Annotated[
        int | None, typer.Option(min=0, help="First row; by default the newest are shown.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=PAGE, help="How many rows.")] = 50,
) -> None:
    """Show rows of the journal, the newest at the end."""
    from parley.cli.times import zulu

    rows = _rows(node, max(0, _end(node) - count) if start is None else start, count)
    if node.as_json:
        print_json(rows)
        return
    for row in rows:
        data = msgspec.json.decode(row.data)
        said = (
            "  ".join(f"{key}={_short(value)}" for key, value in data.items())
            if isinstance(data, dict)
            else ""
        )
        say(f"{row.n:>6}  {zulu(row.at_ms)}  [bold]{plain(row.what)}[/]  {said}")


def _short(value: object) -> str:
    text = str(value)
    return plain(text[:12] if len(text) in {32, 64} and text.isalnum() else text[:200])


@journal.command(name="verify")
@takes(node=reach_node)
def verify_journal(*, node: Node) -> None:
    """Compute the journal's chain of hashes again, here and not in the node. Exit status 1 on a break."""
    before, n, problem = JOURNAL_START, 0, ""
    while not problem and (rows := _rows(node, n, PAGE)):
        for row in rows:
            expected = _hash(before, row)
            if row.n != n or row.hash != expected:
                problem = f"row {n} is not what was written"
                break
            before, n = row.hash, n + 1
    if node.as_json:
        print_json({"verified": not problem, "rows": n, "last": before, "problem": problem})
    elif problem:
        say(f"[bold]✕ DOES NOT VERIFY[/]: {problem}")
    else:
        say(f"VERIFIED: {n:,} rows, last hash {before}")
        say("  Rows cut off at the end do not show this way: note the last hash elsewhere.")
    if problem:
        raise typer.Exit(THE_ANSWER_IS_NO)


def _hash(before: str, row: _Row) -> str:
    """The chained hash of a row: SHA-256 over the hash before it and the row, with NUL between."""
    parts = (
        before.encode(),
        str(row.n).encode(),
        str(row.at_ms).encode(),
        row.what.encode(),
        bytes(row.data),
    )
    return sha256(b"\x00".join(parts)).hexdigest()
