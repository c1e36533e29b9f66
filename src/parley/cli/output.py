"""Output: one place that prints, for people or, with --json, for programs; and the exit statuses.

0 good; 1 the answer is no; 2 bad input; 3 the system failed, an uncaught failure too.

Text of another party never reaches the terminal raw: `plain` takes out what could move the cursor,
change the direction of the writing or pass for our own words.
"""

import re
import sys
import unicodedata
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from parley.words.errors import ParleyError

GOOD: Final = 0
THE_ANSWER_IS_NO: Final = 1
BAD_INPUT: Final = 2
SYSTEM_FAILED: Final = 3
FOLLOWING: Final = 2
"""By how much the rest of a broken line is set in."""
NARROWEST: Final = 20
LABEL_WIDTH: Final = 10
LABEL: Final = re.compile(r"[A-Z][a-z]+(?: [a-z]+)? +(?=\S)")
"""What stands before a field of a notice: "Where     "."""
REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories that are shown as a replacement mark: controls, direction marks, line breaks."""

people = Console(highlight=False, soft_wrap=True)
troubles = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:  # noqa: ANN401 - any value that msgspec can write
    """Print a value as one JSON document."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def say(line: str = "") -> None:
    """Print one line for people; `line` is Rich markup, so quote what others wrote with `plain`."""
    _print(people, line)


def warn(line: str) -> None:
    """Print one line on the error stream; Rich markup."""
    _print(troubles, line)


def _print(console: Console, line: str) -> None:
    """Print a line; on a terminal broken only between words, with what follows set in under it."""
    if not console.is_terminal:
        console.print(line)
        return
    text = Text.from_markup(line)
    label = LABEL.match(text.plain)
    inset = len(text.plain) - len(text.plain.lstrip(" "))
    inset = 0 if inset == 1 else inset  # the reversed space before EXERCISE
    following = LABEL_WIDTH if label and label.end() == LABEL_WIDTH else FOLLOWING
    room = console.width - inset - following
    if room < NARROWEST or text.cell_len <= console.width:
        console.print(text)
        return
    rows = text[inset:].wrap(console, room)
    for number, row in enumerate(rows):
        row.rstrip()
        row.pad_left(inset + (following if number else 0))
        console.print(row)


def plain(text: str) -> str:
    """Return somebody's text so that it can only be read: no controls, no markup."""
    safe = "".join("\ufffd" if unicodedata.category(each) in REFUSED_CATEGORIES else each for each in text)
    return escape(safe)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 row", "2,000 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_error(error: ParleyError, *, as_json: bool) -> None:
    """Say what, where, and what to do next."""
    if as_json:
        print_json({"error": error.name, "what": error.what, "where": error.where, "do": error.do})
        return
    place = f" [dim]({plain(error.where)})[/]" if error.where else ""
    warn(f"[bold]{plain(error.what)}[/]{place}")
    for row in error.do.splitlines():
        warn(f"  {plain(row)}")
