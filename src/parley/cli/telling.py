"""Telling: what a command says after an act about a line: which line, EXERCISE, and whether their node has it."""

import shlex
import time
from typing import TYPE_CHECKING, Final

from parley.cli.client import Node
from parley.cli.output import plain, say
from parley.config.home import home_at
from parley.words.codes import LineKind
from parley.words.errors import InputError, ParleyError

if TYPE_CHECKING:
    from parley.cli.views import LineStatus
    from parley.node.board import LineView

SETTLE_S: Final = 1.0
"""How long a command waits for their receipt before it says that what it did waits."""
LOOK_AGAIN_S: Final = 0.05
HAS_IT: Final = "Recorded here, and their node has it."
WAITS: Final = (
    "Recorded here; [bold]WAITS[/]: their node has not receipted it yet. Ring them if it is urgent."
)
SAID: Final = "Recorded here, on our word; nothing waits to be said to them."
ON_OUR_WORD: Final = "Recorded here, on our word."
TO_SAY: Final = (
    "Recorded here; [bold]SAY IT TO THEM[/], then: parley told. What waits to be said: parley line status"
)
NOT_KNOWN: Final = "Recorded here; whether their node has it could not be asked: parley line status"
LINE_FAULTS: Final = frozenset({"line-unknown", "line-ambiguous"})


def line_mark(line: "LineView") -> str:
    """Return what stands before a result about a line: its marks and its name."""
    from parley.cli.showing import marks

    return f"{marks(exercise=line.exercise, verified=line.verified)}Line {plain(line.name)}: "


def mark_of(node: Node, line: str) -> str:
    """Return the mark of a line, or only what was typed where the line cannot be asked for."""
    from parley.cli.views import line_of

    try:
        return line_mark(line_of(node, line).line)
    except ParleyError:
        return f"Line {plain(line)}: "


def say_done(node: Node, line: str, sentence: str, *, by_voice: bool = False) -> None:
    """Say what was done on a line, then whether their node has it; it is looked at for a second at most.

    What is done `by_voice` was said already, as a message that was told is; so is all that a node hears.
    """
    say(f"{mark_of(node, line)}{sentence}")
    say(f"  {delivery(node, line, by_voice=by_voice or node.hears)}")


def delivery(node: Node, line: str, *, by_voice: bool = False) -> str:
    """Return whether their node has receipted everything of ours on a line."""
    from parley.cli.views import line_of

    end = time.monotonic() + SETTLE_S
    try:
        found = line_of(node, line).line
        if found.kind is LineKind.PHONE:
            return _on_the_telephone(found, by_voice=by_voice)
        while line_of(node, line).line.waiting:
            if time.monotonic() > end:
                return WAITS
            time.sleep(LOOK_AGAIN_S)
    except ParleyError:
        return NOT_KNOWN
    return HAS_IT


def _on_the_telephone(line: "LineView", *, by_voice: bool) -> str:
    """Return what waits to be said; of what was said or heard itself, never that it waits."""
    waits = len(line.to_say)
    if not waits:
        return SAID
    if not by_voice:
        return TO_SAY
    more = "1 message of ours waits" if waits == 1 else f"{waits} messages of ours wait"
    return f"{ON_OUR_WORD} ⚠ {more} to be said to them: parley line status {plain(line.name)}"


def lines_known(node: Node) -> "list[LineStatus]":
    """Return all lines of the node."""
    from parley.cli.views import LineStatus

    return node.get(("lines", ""), list[LineStatus])


def commands_for(node: Node, before: str, after: tuple[str, ...] = ()) -> str:
    """Return one command for each open line, a row each, as it can be typed."""
    found = [one.line for one in lines_known(node) if one.line.peer_name is not None]
    if not found:
        return "No line is open here: see `parley line status`."
    home = () if node.home == home_at(None) else ("--home", str(node.home.path))
    named = {line.name for line in found}
    rows = []
    for line in found:
        name = line.name if len(named) == len(found) else line.id
        rows.append("  " + " ".join([before, *(shlex.quote(word) for word in (name, *after, *home))]))
    return "\n".join(["Type one of these:", *rows])


def with_lines(node: Node, error: InputError, before: str, after: tuple[str, ...] = ()) -> InputError:
    """Return the error that a line is not known, with the commands that would do instead."""
    try:
        do = commands_for(node, before, after)
    except ParleyError:
        do = error.do
    return InputError(error.name, error.what, where=error.where, do=do)
