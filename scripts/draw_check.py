#!/usr/bin/env python3
"""Draw the picture of docs/check.md: the check of the two files in docs/examples.

Usage: python scripts/draw_check.py [FILE]; docs/check.svg by default.
"""

import sys
from pathlib import Path

from parley.cli import main as command

DOCS = Path(__file__).resolve().parents[1] / "docs"
FILES = DOCS / "examples" / "notices.geojson", DOCS / "examples" / "sites.geojson"
WORDS = ("--separation-m", "1500", "--exercise", "--shareable")


def main() -> None:
    """Check and draw."""
    target = sys.argv[1] if len(sys.argv) > 1 else str(DOCS / "check.svg")
    notices, sites = map(str, FILES)
    sys.argv = ["parley", "check", notices, "--against", sites, *WORDS, "--picture", target]
    command.run()


if __name__ == "__main__":
    main()
