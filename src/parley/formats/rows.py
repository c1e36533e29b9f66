"""What a file of rows said of itself: how it was understood, and each row that was refused and why."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

SHOWN_MOST: Final = 40
"""Characters of a value that a report repeats."""
_HARMFUL: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class Refusal(Struct, frozen=True, kw_only=True):
    """One row that is not imported.

    Attributes:
        row: its number; in a table the heading is row 1, in KML and GeoJSON features count from 1.
        id: the row's id, where it could be read.
        column: the column as the file names it; empty when the whole row is meant.
        value: what stands there, shortened and harmless.
        rule: stable kebab-case name.
        what: what is wrong, without a full stop.
        do: what to do about it.
    """

    row: int
    id: str | None = None
    column: str
    value: str
    rule: str
    what: str
    do: str


class Repair(Struct, frozen=True, kw_only=True):
    """Something put right in a row, because there was only one way to understand it."""

    row: int
    column: str
    value: str
    rule: str
    became: str


class Doubt(Struct, frozen=True, kw_only=True):
    """A row that was read, and that a person should look at before it is believed."""

    row: int
    id: str
    rule: str
    what: str


class Heading(Struct, frozen=True, kw_only=True):
    """A column of the file, and what it was read as; `field` is null when it was not read."""

    column: str
    field: str | None
    by_hand: bool = False


class Report(Struct, kw_only=True):
    """How a file was understood. Filled while it is read.

    Attributes:
        format: "CSV", "XLSX", "GeoJSON" or "KML".
        read_as: what was found out about the file, one phrase each: encoding, delimiter, sheet.
        rows: rows with something in them, the heading left out.
    """

    format: str
    read_as: list[str]
    headings: list[Heading]
    rows: int = 0
    refused: list[Refusal]
    repaired: list[Repair]
    doubts: list[Doubt]

    @classmethod
    def of(cls, format_: str, read_as: Sequence[str]) -> "Report":
        """Start a report."""
        return cls(format=format_, read_as=list(read_as), headings=[], refused=[], repaired=[], doubts=[])


class RowRefused(Exception):
    """Why a row is refused.

    Args:
        field: the field concerned; empty for the whole row.
        value: what stands there.
        rule: stable kebab-case name.
        what: one sentence without a full stop.
        do: what to do about it.
    """

    def __init__(self, field: str, value: str, rule: str, what: str, do: str) -> None:
        super().__init__(rule, what)
        self.field: Final = field
        self.value: Final = value
        self.rule: Final = rule
        self.what: Final = what
        self.do: Final = do


def shown(text: str) -> str:
    """Return a value as a report may repeat it: one line, without controls, cut."""
    short = text[: SHOWN_MOST + 1]
    safe = "".join("\ufffd" if unicodedata.category(each) in _HARMFUL else each for each in short)
    return safe if len(text) <= SHOWN_MOST else f"{safe[: SHOWN_MOST - 1]}…"
