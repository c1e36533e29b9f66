"""Importing a layer: read the file, say what was understood, compare with the node's layer, replace it.

Nothing changes before a person at a terminal, or `--yes`, could see what would be removed and moved.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from msgspec import Struct

from parley.cli.client import Node, typed_text
from parley.cli.options import may_ask
from parley.words.errors import InputError, ParleyError

if TYPE_CHECKING:
    from parley.cli.picture_report import Difference, Outcome
    from parley.formats.place_file import PlaceFile
    from parley.formats.places import Place

PIECE: Final = 2_000
"""Items in one request: half a megabyte or so."""
APPLY_S: Final = 900.0
"""How long the node may take over 200,000 items, polygons with geodesic edges among them."""
REFUSED_MOST: Final = 100_000


class ImportWish(Struct, frozen=True, kw_only=True):
    """What was typed about an import."""

    layer: str
    cell: str | None
    as_of: str | None
    kind: str | None
    columns: tuple[str, ...]
    encoding: str | None
    sheet: str | None
    dry_run: bool
    accept_partial: bool
    yes: bool
    shown: int


class _Import(Struct):
    number: str
    items: int


class _Version(Struct):
    version: int


def wish_for_import(  # noqa: PLR0913 - each is an option of one command
    *,
    layer: Annotated[str, typer.Option(help="The layer that the file replaces, whole.")],
    cell: Annotated[str | None, typer.Option(help='Seal it: a check answers only "call cell K".')] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="When the positions were last known, for rows that do not say; now by default."),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="position, unit or site, for rows that do not say.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help='Read a field from a column of another name: "id=Site No."; may be repeated.'),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of a CSV that is neither UTF-8 nor marked UTF-16: windows-1251.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet, where a workbook shows several.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    accept_partial: Annotated[
        bool,
        typer.Option(
            "--accept-partial",
            help="Import although rows are refused; what the layer holds under their ids stays.",
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also a large change, or rows in doubt, without asking.")
    ] = False,
    shown: Annotated[int, typer.Option(min=0, max=200_000, help="How many rows of each sort to show.")] = 10,
) -> ImportWish:
    """Return what was typed about an import."""
    return ImportWish(
        layer=typed_text(layer),
        cell=typed_text(cell) if cell else None,
        as_of=as_of,
        kind=_known_kind(kind),
        columns=tuple(column or ()),
        encoding=encoding,
        sheet=typed_text(sheet) if sheet else None,
        dry_run=dry_run,
        accept_partial=accept_partial,
        yes=yes,
        shown=shown,
    )


def import_file(node: Node, file: Path, wish: ImportWish) -> None:
    """Read a file and put it in a layer's place.

    Raises:
        InputError: as `read_place_file` and the node; picture-rows-refused, yes-missing.
    """
    from parley.cli.composing import read_input
    from parley.cli.picture_report import Outcome, print_outcome, show_file
    from parley.cli.times import read_time
    from parley.formats.place_file import MAX_BYTES

    now_ms = node.now.now_ms
    known_ms = read_time(wish.as_of, now_ms) if wish.as_of else now_ms
    found = _read(node, read_input(file, MAX_BYTES), file, wish)
    outcome = Outcome(
        layer=wish.layer, dry_run=wish.dry_run, imported=False, items=len(found.places), report=found.report
    )
    if not node.as_json:
        show_file(found.report, wish.shown)
    problem = _refused_rows(found, file, wish)
    if problem is not None and not wish.dry_run:
        print_outcome(node, outcome, problem, wish.shown)
        raise typer.Exit(problem.exit_status)
    staged = _upload(node, found, wish, known_ms)
    try:
        _finish(node, staged, wish, outcome, problem)
    finally:
        if not outcome.imported:
            with suppress(ParleyError):  # the node forgets it by itself
                node.delete(("picture", "imports", staged))
    if outcome.imported and not node.as_json:
        _warn_of_age(found.places, wish, now_ms)


def _finish(
    node: Node,
    staged: str,
    wish: ImportWish,
    outcome: "Outcome",
    problem: InputError | None,
) -> None:
    """Show what would change; ask where that is due; then change it, unless it was a dry run."""
    from parley.cli.output import THE_ANSWER_IS_NO
    from parley.cli.picture_report import print_outcome, show_difference

    difference = _compare(node, staged, wish)
    outcome.difference = difference
    if not node.as_json:
        show_difference(difference, wish.layer)
    doubtful = bool(outcome.report.doubts) or difference.large
    if wish.dry_run:
        print_outcome(node, outcome, problem, wish.shown)
        if problem is not None or (doubtful and not wish.yes):
            raise typer.Exit(THE_ANSWER_IS_NO)
        return
    if doubtful and not wish.yes:
        if not may_ask(node):
            do = "Look at it with --dry-run; then give --yes. Nothing was imported."
            what = "much would be removed or moved far, or rows are in doubt, and there is nobody to ask"
            error = InputError("yes-missing", what, do=do)
            print_outcome(node, outcome, error, wish.shown)
            raise typer.Exit(error.exit_status)
        typer.confirm("Import it all the same?", default=False, abort=True)
    body = {"version": difference.version}
    with progress(node, "The node takes it up"):
        applied = node.post(("picture", "imports", staged, "apply"), body, _Version, answer_s=APPLY_S)
    outcome.version = applied.version
    outcome.imported = True
    print_outcome(node, outcome, None, wish.shown)


def _read(node: Node, data: bytes, file: Path, wish: ImportWish) -> "PlaceFile":
    """Read the file; name it in whatever is wrong with it."""
    from parley.formats.place_file import read_place_file
    from parley.formats.table import Wish

    said = Wish(
        layer=wish.layer,
        kind=wish.kind,
        by_hand=_by_hand(wish.columns),
        encoding=wish.encoding,
        sheet=wish.sheet,
    )
    try:
        with progress(node, "Reading") as tell:
            return read_place_file(data, said, tell)
    except ParleyError as error:
        where = f"{file}: {error.where}" if error.where else str(file)
        raise type(error)(error.name, error.what, where=where, do=error.do) from error


def _by_hand(columns: tuple[str, ...]) -> dict[str, str]:
    """Read what `--column` said."""
    found: dict[str, str] = {}
    for each in columns:
        field, equals, name = each.partition("=")
        if not equals or not field.strip() or not name.strip() or field.strip() in found:
            do = 'Write FIELD=NAME, each field once: --column "id=Site No.".'
            raise InputError("column-unreadable", "this names no column", where=each[:80], do=do)
        found[field.strip()] = name.strip()
    return found


def _known_kind(kind: str | None) -> str | None:
    from parley.formats.places import KINDS

    if kind is None or kind.strip().lower() in KINDS:
        return kind and kind.strip().lower()
    raise InputError("kind-unknown", "there is no such kind", where=kind[:40], do=f"Give {', '.join(KINDS)}.")


def _refused_rows(found: "PlaceFile", file: Path, wish: ImportWish) -> InputError | None:
    """Say that rows are refused, where that means that nothing can be imported."""
    refused = found.report.refused
    if not found.places:
        what = "every row is refused, and nothing is imported"
        return InputError("picture-rows-refused", what, where=str(file), do="Correct them.")
    if not refused or wish.accept_partial:
        return None
    rows = len(refused) + len(found.places)
    what = f"{len(refused):,} of {rows:,} rows are refused, and nothing is imported"
    do = "Correct them and import again; or import the others: --accept-partial."
    return InputError("picture-rows-refused", what, where=str(file), do=do)


def _upload(node: Node, found: "PlaceFile", wish: ImportWish, known_ms: int) -> str:
    """Hand the items to the node, a piece at a time; return the import's number."""
    keep = [refusal.id for refusal in found.report.refused if refusal.id is not None]
    body: dict[str, Any] = {
        "layer": {"name": wish.layer, "compartment": wish.cell, "loaded_ms": node.now.now_ms},
        "keep": keep[:REFUSED_MOST],
    }
    number = node.post(("picture", "imports"), body, _Import).number
    places = found.places
    with progress(node, "Handing to the node") as tell:
        for start in range(0, len(places), PIECE):
            items = [_item(place, wish.layer, known_ms) for place in places[start : start + PIECE]]
            node.ask_only(("picture", "imports", number, "items"), {"items": items}, _Import)
            tell(start + len(items), len(places))
    return number


def _item(place: "Place", layer: str, known_ms: int) -> dict[str, Any]:
    """Return an item as the API takes it."""
    return {
        "id": place.id,
        "name": place.name,
        "kind": place.kind,
        "layer": layer,
        "area": place.area,
        "band": place.band,
        "window": place.window,
        "as_of_ms": known_ms if place.as_of_ms is None else place.as_of_ms,
    }


def _compare(node: Node, number: str, wish: ImportWish) -> "Difference":
    from parley.cli.picture_report import Difference

    shown = 200_000 if node.as_json else wish.shown
    return node.get(("picture", "imports", number, "difference"), Difference, shown=shown)


def _warn_of_age(places: "list[Place]", wish: ImportWish, now_ms: int) -> None:
    from parley.cli.output import say
    from parley.cli.times import zulu

    if wish.as_of is None and any(place.as_of_ms is None for place in places):
        say(f"⚠ rows without as_of count as known at {zulu(now_ms)}: give --as-of if they are older")


@contextmanager
def progress(node: Node, what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far something is, on the error stream of a terminal; elsewhere nothing."""
    from parley.cli.output import troubles

    if node.as_json or not troubles.is_terminal:
        yield lambda _done, _of: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=troubles, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of or None)
