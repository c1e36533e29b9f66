"""Books of phrases: read once from the package, asked by language, group and code."""

from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from parley.words.errors import InputError

ENGLISH: Final = "en"
"""What is shown where a book lacks a phrase: marked as English and unreviewed, never left out."""


class Book(Struct, frozen=True, kw_only=True):
    """One language's phrases.

    Attributes:
        version: rises with every change; a review is of one version.
        reviewed: a linguist of each side signed this version.
        groups: group of codes, then code, then phrase.
    """

    language: str
    name: str
    direction: Literal["ltr", "rtl"]
    version: int
    reviewed: bool
    groups: dict[str, dict[str, str]]


class Phrase(Struct, frozen=True, kw_only=True):
    """One code in one language.

    Attributes:
        language: of the text: English where the wanted book lacks the phrase.
        code: what the signed bytes hold; it alone counts.
        reviewed: whether this text was signed by linguists; else it shows UNREVIEWED.
    """

    text: str
    language: str
    code: str
    reviewed: bool


def languages() -> tuple[str, ...]:
    """Return the languages that have a book, as ISO 639 codes."""
    names = (entry.name for entry in (files(__package__) / "books").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def read_book(language: str) -> Book:
    """Return the book of a language.

    Raises:
        InputError: language-unknown, when it has none.
    """
    known = languages()
    if language not in known:
        raise InputError(
            "language-unknown",
            "there is no phrase book for this language",
            where=language[:20],
            do=f"There are books for: {', '.join(known)}.",
        )
    text = (files(__package__) / "books" / f"{language}.toml").read_text("utf-8")
    parts: dict[str, Any] = msgspec.toml.decode(text)
    groups = {name: parts.pop(name) for name, value in list(parts.items()) if isinstance(value, dict)}
    return msgspec.convert({**parts, "groups": groups}, Book)


def phrase(language: str, group: str, code: str) -> Phrase:
    """Render one code.

    A code that the book lacks comes in English; one that no book knows comes as itself, in brackets.
    Neither counts as reviewed.

    Raises:
        InputError: language-unknown.
    """
    book = read_book(language)
    text = book.groups.get(group, {}).get(code)
    if text is not None:
        return Phrase(text=text, language=language, code=code, reviewed=book.reviewed)
    english = read_book(ENGLISH).groups.get(group, {}).get(code, f"[{code}]")
    return Phrase(text=english, language=ENGLISH, code=code, reviewed=False)
