#!/usr/bin/env python3
"""Draw the README's picture: play the exercise between two real nodes and keep what the terminal shows.

Usage: python scripts/draw_demo.py [FILE]; docs/demo.svg by default.
"""

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.terminal_theme import MONOKAI

from parley.exercises import running
from parley.exercises.scenario import load
from parley.exercises.screen import Columns

TARGET = Path(__file__).resolve().parents[1] / "docs" / "demo.svg"
WIDTH = 112


class Still(Columns):
    """The two columns without what moves: no spinner, no state below."""

    def __init__(self, console: Console, *, paced: bool) -> None:
        super().__init__(console, paced=paced)
        self._live = Live(console=Console(file=io.StringIO()), auto_refresh=False)


def main() -> None:
    """Play and draw."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    console = Console(record=True, file=io.StringIO(), force_terminal=True, width=WIDTH, highlight=False)
    running.Columns = Still  # type: ignore[attr-defined] # a still, where the moving screen would be
    running.run(load("al-tanf-2022"), keep=None, quiet=False, paced=False, console=console)
    picture = console.export_svg(title="make demo", theme=MONOKAI)
    bare = re.sub(
        r"@font-face \{.*?\}\s*|<!--.*?-->", "", picture, flags=re.DOTALL
    )  # fetch and name nothing else
    target.write_text(bare)


if __name__ == "__main__":
    main()
