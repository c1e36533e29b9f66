"""`make bench`: Parley against the bare floor, in one run, as a table and as JSON.

Floor and Parley are measured in turn, several times, on this machine and disk; a ratio is that of the
medians. With --readme the tables are also written into README.md between its markers.
"""

import argparse
import sys
from pathlib import Path
from statistics import median
from typing import Final

from rich.progress import Progress

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import check, floor, record, send
from bench.measure import machine, print_table, write_results

README: Final = Path(__file__).resolve().parents[1] / "README.md"
BEGIN: Final = "<!-- bench: begin (written by `make bench-readme`) -->"
END: Final = "<!-- bench: end -->"
SLOW_FLUSH_MS: Final = 2.0

Figures = dict[str, float]


def medians(runs: list[Figures]) -> Figures:
    """Return the median of each figure over several runs."""
    return {name: median(run[name] for run in runs) for name in runs[0]}


def in_turn(rounds: int, flush_delay_ms: float, progress: Progress) -> tuple[Figures, Figures]:
    """Measure the floor and Parley in turn; return the medians of each."""
    label = f"flush +{flush_delay_ms:g} ms" if flush_delay_ms else "flush as it is"
    task = progress.add_task(label, total=2 * rounds)
    floors, parleys = [], []
    for _ in range(rounds):
        floors.append(floor.measure(flush_delay_ms=flush_delay_ms))
        progress.advance(task)
        parleys.append(send.measure(flush_delay_ms=flush_delay_ms))
        progress.advance(task)
    return medians(floors), medians(parleys)


def rows(bare: Figures, parley: Figures) -> list[tuple[str, str, str, str, str]]:
    """Return the table: what, floor, Parley, ratio, aim."""
    median_ratio = parley["send_median_ms"] / bare["send_median_ms"]
    p99_ratio = parley["send_p99_ms"] / bare["send_p99_ms"]
    batched = bare["messages_per_s_batched"]
    return [
        (
            "send, median",
            f"{bare['send_median_ms']:.2f} ms",
            f"{parley['send_median_ms']:.2f} ms",
            f"{median_ratio:.1f}×",
            "≤ 3×",
        ),
        (
            "send, 99th percentile",
            f"{bare['send_p99_ms']:.2f} ms",
            f"{parley['send_p99_ms']:.2f} ms",
            f"{p99_ratio:.1f}×",
            "≤ 5×",
        ),
        (
            "sustained, signed, recorded at both, checked against 1,000 positions, receipted",
            f"{batched:,.0f}/s (neither checked nor in order of precedence)",
            f"{parley['notices_per_s']:,.0f}/s",
            f"{parley['notices_per_s'] / batched:.2f}×",
            "≥ 1,000/s",
        ),
        (
            f"catching up {parley['queued']:,.0f} queued messages",
            "",
            f"{parley['catch_up_s']:.1f} s",
            "",
            "< 5 s",
        ),
        (
            "memory of a node, greatest (sender, recipient)",
            "",
            f"{parley['sender_peak_mb']:.0f} MB, {parley['recipient_peak_mb']:.0f} MB",
            "",
            "< 200 MB",
        ),
    ]


COLUMNS: Final = ("", "bare floor", "Parley", "ratio", "aim")


def as_markdown(title: str, table: list[tuple[str, str, str, str, str]]) -> str:
    """Return a table for the README."""
    lines = [f"**{title}**", "", "| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in table]) + "\n"


def write_readme(text: str) -> None:
    """Put the tables between the README's markers."""
    readme = README.read_text()
    head, rest = readme.split(BEGIN)
    _, tail = rest.split(END)
    README.write_text(f"{head}{BEGIN}\n{text}{END}{tail}")


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--readme", action="store_true", help="write the tables into README.md")
    asked = parser.parse_args()
    with Progress(transient=True) as progress:
        plain = in_turn(asked.rounds, 0.0, progress)
        slow = in_turn(asked.rounds, SLOW_FLUSH_MS, progress)
    titles = (
        "Disk as it is",
        f"With {SLOW_FLUSH_MS:g} ms added to every flush, on both sides and in the floor",
    )
    tables = [rows(*plain), rows(*slow)]
    for title, table in zip(titles, tables, strict=True):
        print_table(title, COLUMNS, table)
    figures = {
        "floor": plain[0],
        "parley": plain[1],
        "floor_slow_flush": slow[0],
        "parley_slow_flush": slow[1],
        "check": check.measure(),
        "record": record.measure(),
    }
    print(f"JSON: {write_results('run', figures)}")
    if asked.readme:
        about = machine()
        note = f"Measured on {about['cores']} cores, Python {about['python']}, SQLite {about['sqlite']}.\n\n"
        write_readme(note + "\n".join(map(as_markdown, titles, tables)))


if __name__ == "__main__":
    main()
