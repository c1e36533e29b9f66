"""The vocabulary of `heard.toml`: words to codes, matched whole, the longest first."""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

# The last: io to ie, which Russian writes for it.
_SAME: Final = str.maketrans(
    {"\u2019": "'", "\u2032": "'", "\u2033": '"', "\u2212": "-", "\u2013": "-", "\u0451": "\u0435"}
)
_END: Final = r"(?![^\W_])"
_BEGIN: Final = r"(?<![^\W_])"


def tidy(text: str) -> str:
    """Return text as it is compared: in small letters, composed, with single spaces and plain marks."""
    small = unicodedata.normalize("NFC", text).casefold()
    bare = "".join(one for one in small if not _is_vowel_mark(one))
    return " ".join(bare.translate(_SAME).split())


def _is_vowel_mark(one: str) -> bool:
    return "\u064b" <= one <= "\u0652" or one == "\u0640"


@cache
def _vocabulary() -> dict[str, dict[str, tuple[str, ...]]]:
    text = files("parley.watch").joinpath("heard.toml").read_text("utf-8")
    found = msgspec.toml.decode(text, type=dict[str, dict[str, tuple[str, ...]]])
    return {
        group: {code: tuple(map(tidy, words)) for code, words in codes.items()}
        for group, codes in found.items()
    }


@cache
def codes_of(group: str) -> dict[str, str]:
    """Return the words of a group, each with its code."""
    return {word: code for code, words in _vocabulary()[group].items() for word in words}


@cache
def any_of(group: str, code: str | None = None) -> str:
    """Return a pattern without groups for the words of a group, or of one code of it, as whole words."""
    words = codes_of(group) if code is None else _vocabulary()[group][code]
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return f"{_BEGIN}(?:{'|'.join(map(re.escape, longest_first))}){_END}"


@cache
def unit_of(group: str) -> str:
    """Return the same for units of measure, which may stand close to their number: "20km"."""
    return any_of(group).removeprefix(_BEGIN)


@cache
def finder(pattern: str) -> re.Pattern[str]:
    """Return a compiled pattern."""
    return re.compile(pattern)
