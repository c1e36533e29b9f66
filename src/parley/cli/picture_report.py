"""What an import says: how the file was understood, what was refused and why, and what changes."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import UNSET, Struct, UnsetType

from parley.cli.client import Node
from parley.cli.output import counted, plain, print_error, print_json, say
from parley.formats.rows import Doubt, Heading, Refusal, Repair, Report

if TYPE_CHECKING:
    from parley.words.errors import ParleyError

T = TypeVar("T")


class Difference(Struct, kw_only=True):
    """What the node says an import would change."""

    version: int
    sealed_cell: str | None
    counts: dict[str, int] | None
    added: list[dict[str, Any]] = []
    removed: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    large: bool


class Outcome(Struct, kw_only=True):
    """All that an import says to a program; with an error, its four members stand in front."""

    error: str | UnsetType = UNSET
    what: str | UnsetType = UNSET
    where: str | UnsetType = UNSET
    do: str | UnsetType = UNSET
    layer: str
    dry_run: bool
    imported: bool
    version: int | None = None
    items: int
    report: Report
    difference: Difference | None = None


def print_outcome(node: Node, outcome: Outcome, problem: "ParleyError | None", shown: int) -> None:
    """Print how it ended."""
    if node.as_json:
        if problem is not None:
            outcome.error, outcome.what = problem.name, problem.what
            outcome.where, outcome.do = problem.where, problem.do
        print_json(outcome)
        return
    if len(outcome.report.refused) > shown:
        say("[dim]--json lists every row; --shown N shows more.[/]")
    if problem is not None:
        print_error(problem, as_json=False)
    if outcome.imported:
        say(
            f"The layer {plain(outcome.layer)} holds {counted(outcome.items, 'item')}; the picture is at version"
            f" {outcome.version}."
        )
        say("Open notices near what changed are being checked again.")
    elif outcome.dry_run:
        say("Nothing was changed: this was a dry run.")


def show_file(report: Report, shown: int) -> None:
    """Show how a file was understood, and what was refused, put right, or is in doubt."""
    how = f": {'; '.join(plain(each) for each in report.read_as)}" if report.read_as else ""
    say(f"Read {counted(report.rows, 'row')} of {report.format}{how}.")
    if report.headings:
        say(f"Columns: {_headings(report.headings)}.")
    _list(report.refused, "is refused", "are refused", _refusal, shown)
    _list(report.repaired, "repair", "repairs", _repair, shown)
    _list(report.doubts, "is in doubt", "are in doubt", _doubt, shown)


def _headings(headings: Sequence[Heading]) -> str:
    read = [each for each in headings if each.field is not None]
    unread = [plain(each.column) for each in headings if each.field is None]
    said = [
        each.field if each.column == each.field else f"{each.field} from {plain(each.column)}"
        for each in read
        if each.field is not None
    ]
    return ", ".join(said) + (f"; not read: {', '.join(unread[:20])}" if unread else "")


def _list(rows: Sequence[T], one: str, several: str, line: Callable[[T], str], shown: int) -> None:
    if not rows:
        return
    count = f"{len(rows):,}"
    if one == "repair":
        say(f"{count} {one if len(rows) == 1 else several}:")
    else:
        say(f"⚠ {count} {f'row {one}' if len(rows) == 1 else f'rows {several}'}:")
    for row in rows[:shown]:
        say(f"  {line(row)}")
    if len(rows) > shown:
        rules = Counter(getattr(row, "rule", "") for row in rows[shown:])
        told = ", ".join(f"{rule} {number:,}" for rule, number in rules.most_common(6))
        say(f"  and {len(rows) - shown:,} more: {told}")


def _refusal(refusal: Refusal) -> str:
    column = f", {plain(refusal.column)}" if refusal.column else ""
    value = f' "{plain(refusal.value)}"' if refusal.value else ""
    return f"row {refusal.row:,}{column}{value}: {plain(refusal.what)}. [dim]{plain(refusal.do)}[/]"


def _repair(repair: Repair) -> str:
    column = f", {plain(repair.column)}" if repair.column else ""
    return f'row {repair.row:,}{column} "{plain(repair.value)}": {plain(repair.became)}'


def _doubt(doubt: Doubt) -> str:
    return f"row {doubt.row:,}, {plain(doubt.id)}: {plain(doubt.what)}"


def show_difference(difference: Difference, layer: str) -> None:
    """Show what would change in the layer: counts, then the first items of each sort."""
    if difference.counts is None:
        say(
            "The layer is sealed, so what changes is not shown. It stays with cell"
            f" {plain(difference.sealed_cell or '?')}."
        )
        return
    counts = difference.counts
    say(f"Layer {plain(layer)}, {counted(counts['held'], 'item')} now, {counts['loaded']:,} after:")
    words = {"added": "+", "removed": "-", "moved": "→", "changed": "~"}
    for word, sign in words.items():
        items: list[dict[str, Any]] = getattr(difference, word)
        if counts[word]:
            say(f"  [bold]{counts[word]:,} {word}[/]")
        for item in items:
            say(f"    {sign} {_named(item)}{_what(item)}")
        if len(items) < counts[word]:
            say(f"    {sign} and {counts[word] - len(items):,} more")
    if counts["kept"]:
        names = ", ".join(plain(str(item["id"])) for item in difference.kept)
        say(
            f"  [bold]{counts['kept']:,} kept[/] as in the layer now, because of rows that are refused: {names}"
        )
    newer = f", and {counts['refreshed']:,} that only were known more recently" if counts["refreshed"] else ""
    say(f"  {counts['unchanged']:,} unchanged{newer}")
    if difference.large:
        say("⚠ [bold]a large change[/]: over a fifth of the layer is removed, or moved by more than 1 km")


def _named(item: dict[str, Any]) -> str:
    name = "" if item["name"] == item["id"] else f"  {plain(str(item['name']))}"
    return f"{plain(str(item['id']))}{name}"


def _what(item: dict[str, Any]) -> str:
    moved = f"  by {item['moved_m']:,.1f} m" if "moved_m" in item else ""
    fields = f"  ({', '.join(item['fields'])})" if item.get("fields") else ""
    return moved + fields
