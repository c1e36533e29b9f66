"""The docs cannot drift: diagrams are what the tables are, and every link leads somewhere."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from parley.exchange.ladder import TABLE, Step
from parley.exchange.phase import PHASES
from parley.exchange.stop import STOPS
from parley.formats.columns import COLUMNS, field_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "life-of-a-notice.md"
LINKED = [
    PAGE,
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "newsfragments" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
LEGAL = (
    "A notification is neither permission nor negotiation, admits nothing, and the lack of one removes"
    " no legal protection."
)


@pytest.fixture
def draw_docs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.delitem(sys.modules, "draw_docs", raising=False)
    import draw_docs as script  # noqa: PLC0415 - scripts are no package

    return script


def test_the_diagrams_are_drawn_from_the_tables(draw_docs: ModuleType) -> None:
    page = PAGE.read_text("utf-8")
    assert draw_docs.redrawn(page) == page, "run `make docs`"


def test_the_columns_of_an_import_are_drawn_from_the_code(draw_docs: ModuleType) -> None:
    page = (ROOT / "docs" / "picture-import.md").read_text("utf-8")
    assert draw_docs.redrawn(page, draw_docs.COLUMN_TABLE) == page, "run `make docs`"
    for column in COLUMNS:
        for name in (column.field, *column.synonyms):
            assert field_of(name) == column.field, name
            assert f"`{name}`" in page


def test_another_table_draws_another_diagram(draw_docs: ModuleType) -> None:
    fewer = dict(list(TABLE.items())[1:])
    assert draw_docs.diagram(fewer, Step.DRAFTED) != draw_docs.DRAWINGS["ladder"]


def test_every_transition_is_drawn(draw_docs: ModuleType) -> None:
    for name, table in (("ladder", TABLE), ("phases", PHASES), ("stop", STOPS)):
        arrows = re.findall(r"^    (\w+) --> (\w+): (.+)$", draw_docs.DRAWINGS[name], re.MULTILINE)
        drawn = {(before, event, after) for before, after, events in arrows for event in events.split(", ")}
        assert drawn == {
            (before.value, draw_docs.words(event.__name__), after.value)
            for (before, event), after in table.items()
        }


def test_a_page_without_a_marker_is_refused(draw_docs: ModuleType) -> None:
    with pytest.raises(ValueError, match="drawn: ladder"):
        draw_docs.redrawn("no marker")


@pytest.mark.parametrize("page", sorted(set(LINKED)), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_linked_file_exists(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_first_page_says_what_a_notification_is_not() -> None:
    assert LEGAL in " ".join(PAGE.read_text("utf-8").split())
