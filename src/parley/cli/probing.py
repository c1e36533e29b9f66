"""Probing flags: a blanket, and how often they have asked about the same place. Private."""

from typing import Final

from parley.watch.probing import Probing

TELL_FROM: Final = 3


def probing_flags(probing: Probing | None) -> list[str]:
    """Return what stands beside a notice of the account; nothing where nothing is out of the ordinary."""
    if probing is None:
        return []
    found = []
    if probing.blanket:
        size = f"{probing.km2_h:,.0f} km² × hours"
        found.append(f"▣ BLANKET: larger and longer than any one activity needs ({size})")
    if probing.times >= TELL_FROM:
        found.append(f"◎ they have asked about this 10 km {probing.times} times in 30 days (private)")
    return found
