# ruff: noqa: INP001 - a script, not a package
"""Draw into the docs what they take from the code: the ladder, the phases and the STOP, as diagrams.

Run: python scripts/draw_docs.py (or `make docs`). A test fails when a doc and a table differ.

Each diagram stands between "<!-- drawn: NAME -->" and "<!-- end of drawn: NAME -->". One arrow joins
two states and names every event that takes it; what a table leaves out is refused and changes nothing.
"""

import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from parley.exchange.ladder import TABLE, Event, Step
from parley.exchange.phase import PHASES, Phase
from parley.exchange.stop import STOPS, StopState
from parley.formats.columns import COLUMNS

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
S = TypeVar("S", bound=StrEnum)
PAGE: Final = DOCS / "life-of-a-notice.md"
IMPORTS: Final = DOCS / "picture-import.md"


def diagram(table: Mapping[tuple[S, type[Event]], S], first: S) -> str:
    """Return a table as a Mermaid state diagram that starts in `first`."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (before, event), after in table.items():
        arrows.setdefault((before.value, after.value), []).append(words(event.__name__))
    lines = [f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {first.value}", *lines, "```"])


def words(class_name: str) -> str:
    """Return "ReadBackMatched" as "read back matched"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", class_name).lower()


def columns() -> str:
    """Return the columns of an import as a table."""
    rows = [
        f"| `{each.field}` | {', '.join(f'`{name}`' for name in each.synonyms)} | {each.holds} | {each.example} |"
        for each in COLUMNS
    ]
    return "\n".join(["| field | also called | holds | example |", "|---|---|---|---|", *rows])


COLUMN_TABLE: Final[Mapping[str, str]] = {"columns": columns()}
DRAWINGS: Final[Mapping[str, str]] = {
    "ladder": diagram(TABLE, Step.DRAFTED),
    "phases": diagram(PHASES, Phase.PLANNED),
    "stop": diagram(STOPS, StopState.STANDING),
}


def redrawn(page: str, drawings: Mapping[str, str] = DRAWINGS) -> str:
    """Return a page with its drawings made anew.

    Raises:
        ValueError: a marker is missing, or stands there more than once.
    """
    for name, drawing in drawings.items():
        opening, closing = f"<!-- drawn: {name} -->", f"<!-- end of drawn: {name} -->"
        if page.count(opening) != 1 or page.count(closing) != 1:
            raise ValueError(f"the page needs {opening} and {closing}, once each")
        before, _, rest = page.partition(opening)
        _, _, after = rest.partition(closing)
        page = f"{before}{opening}\n{drawing}\n{closing}{after}"
    return page


def main() -> None:
    """Redraw the pages in place."""
    for page, drawings in ((PAGE, DRAWINGS), (IMPORTS, COLUMN_TABLE)):
        page.write_text(redrawn(page.read_text("utf-8"), drawings), "utf-8")
        sys.stdout.write(f"drawn: {', '.join(drawings)} in {page.relative_to(DOCS.parent)}\n")


if __name__ == "__main__":
    main()
