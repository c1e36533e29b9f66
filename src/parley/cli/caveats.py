"""Caveats: what the author of a notice asks of whoever holds it."""

from typing import TYPE_CHECKING

from parley.cli.output import plain

if TYPE_CHECKING:
    from parley.words.bodies import Caveats


def caveat_lines(caveats: "Caveats | None") -> list[str]:
    """Return caveats as rows; none where none were stated."""
    from parley.cli.times import zulu

    if caveats is None:
        return []
    onward = "may be passed on" if caveats.onward else "[bold]NOT TO BE PASSED ON[/]"
    rows = [f"Caveats   {onward}"]
    rows += [f"          marked: {plain(caveats.marking)}"] if caveats.marking else []
    rows += [f"          for this purpose only: {plain(caveats.purpose)}"] if caveats.purpose else []
    if caveats.destroy_after_ms is not None:
        rows.append(f"          to be destroyed after {zulu(caveats.destroy_after_ms)}")
    return rows
