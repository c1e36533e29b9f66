"""What was put right in a file, and what was refused: each with the feature's id and place."""

from typing import Final

from msgspec import Struct

from parley.words.errors import InputError

SHOWN: Final = 10
REPAIRS_MAX: Final = 1_000
"""The most repairs that are listed one by one; the rest are counted."""


class Refused(Exception):
    """Why one feature cannot be read.

    Args:
        rule: stable kebab-case name.
        detail: one sentence that says what is wrong and where in the feature, without a full stop.
        do: what to do about it.
    """

    def __init__(self, rule: str, detail: str, do: str = "") -> None:
        super().__init__(rule, detail)
        self.rule: Final = rule
        self.detail: Final = detail
        self.do: Final = do


class Repair(Struct, frozen=True, kw_only=True):
    """Something that was put right, because there was only one way to understand it.

    Attributes:
        file: the file's name.
        index: which feature, from 0.
        id: the feature's id.
        repair: stable kebab-case name.
        detail: what was done, one sentence without a full stop.
    """

    file: str
    index: int
    id: str
    repair: str
    detail: str


class Refusal(Struct, frozen=True, kw_only=True):
    """One feature that cannot be read, and why."""

    index: int
    id: str | None
    rule: str
    detail: str
    do: str

    @property
    def place(self) -> str:
        """Where it stands: `features[2], id "A"`."""
        return f"features[{self.index}]" + (f', id "{self.id}"' if self.id is not None else ", without an id")


def refuse(refusals: list[Refusal], features: int, where: str) -> InputError:
    """Return the error for a file of which some features cannot be read: then nothing is checked."""
    first = refusals[0]
    do = f"{first.do} " if first.do else ""
    if len(refusals) == 1:
        do += f"Nothing was checked: 1 of {features:,} features cannot be read."
    else:
        others = "\n".join(f"{each.place}: {each.rule}: {each.detail}" for each in refusals[1:SHOWN])
        hidden = len(refusals) - SHOWN
        more = f"\nand {hidden:,} more" if hidden > 0 else ""
        do += f"Nothing was checked: {len(refusals):,} of {features:,} features cannot be read. Also:\n{others}{more}"
    what = first.detail[:1].upper() + first.detail[1:]
    return InputError(first.rule, what, where=f"{where}: {first.place}", do=do)
