"""Output: one place that prints, for people or, with --json, for programs; and the exit statuses.

0 good; 1 the answer is no; 2 bad input; 3 the system failed, an uncaught failure too.
"""

import sys
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.markup import escape

from parley.words.errors import ParleyError

GOOD: Final = 0
THE_ANSWER_IS_NO: Final = 1
BAD_INPUT: Final = 2
SYSTEM_FAILED: Final = 3

people = Console(highlight=False)
troubles = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:  # noqa: ANN401 - any value that msgspec can write
    """Print a value as one JSON document."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_error(error: ParleyError, *, as_json: bool) -> None:
    """Say what, where, and what to do next."""
    if as_json:
        print_json({"error": error.name, "what": error.what, "where": error.where, "do": error.do})
        return
    place = f" [dim]({escape(error.where)})[/]" if error.where else ""
    troubles.print(f"[bold]{escape(error.what)}[/]{place}")
    if error.do:
        troubles.print(f"  {escape(error.do)}")
