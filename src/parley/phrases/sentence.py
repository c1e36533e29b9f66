"""Sentences: codes with parameters, as people of each language say them.

A template stands in a group of the phrase book and names its parameters in braces. What a number and its
unit look like is data too: a group `plural_UNIT` holds one form for each plural category of the language
(Unicode CLDR, plural rules, cardinals). In a language that runs from right to left what runs the other
way is isolated (Unicode UAX 9: LRI … PDI).
"""

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Final

from msgspec import Struct

from parley.phrases.book import Phrase, phrase, read_book
from parley.phrases.latin import to_latin, without_vowels

LRI: Final = "\u2066"
PDI: Final = "\u2069"
DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LATIN_SCRIPT: Final = frozenset({"en"})


class Count(Struct, frozen=True):
    """A whole number of something, by the name of its `plural_` group."""

    n: int
    of: str


class Coded(Struct, frozen=True):
    """A code of another group."""

    group: str
    code: str


class Verbatim(Struct, frozen=True):
    """What is the same in every language: a time, a handle, a coordinate."""

    text: str


class Named(Struct, frozen=True):
    """A name in the language itself, and how it is spoken."""

    text: str
    latin: str


Parameter = str | Named | Count | Coded | Verbatim | tuple["Parameter", ...]
"""A plain string is text in the language itself, such as a place's name."""


class Sentence(Struct, frozen=True, kw_only=True):
    """Something to say.

    Attributes:
        latin: how it is spoken, digit by digit; null where the language is written in Latin letters.
        reviewed: whether linguists signed every part of it; else it shows UNREVIEWED.
    """

    text: str
    latin: str | None
    language: str
    direction: str
    reviewed: bool


def sentence(language: str, group: str, code: str, **parameters: Parameter) -> Sentence:
    """Say a code with its parameters. A language without a book is answered in English.

    A parameter that the template does not name is left out; one that it names and that is not given shows
    as "…".
    """
    spoken = language if language in _spoken() else "en"
    template = phrase(spoken, group, code)
    book = read_book(template.language)
    rtl = book.direction == "rtl"
    named = [name for _, name, _, _ in Formatter().parse(template.text) if name]
    values = {name: render(template.language, parameters.get(name, "…"), rtl=rtl) for name in named}
    full = template.text.format_map(values)
    return Sentence(
        text=without_vowels(full),
        latin=_spoken_latin(template, values, parameters),
        language=template.language,
        direction=book.direction,
        reviewed=template.reviewed and book.reviewed,
    )


def _spoken_latin(
    template: Phrase, values: dict[str, str], parameters: Mapping[str, Parameter]
) -> str | None:
    if template.language in _LATIN_SCRIPT:
        return None
    heard = {
        name: value.latin if isinstance(value := parameters.get(name), Named) else text
        for name, text in values.items()
    }
    return spell(template.language, template.text.format_map(heard))


def joined(sentences: tuple[Sentence, ...]) -> Sentence:
    """Return several sentences of one language as one."""
    latin = " ".join(one.latin or one.text for one in sentences)
    return Sentence(
        text=" ".join(one.text for one in sentences),
        latin=None if all(one.latin is None for one in sentences) else latin,
        language=sentences[0].language,
        direction=sentences[0].direction,
        reviewed=all(one.reviewed for one in sentences),
    )


def _spoken() -> frozenset[str]:
    return frozenset(PLURALS)


def render(language: str, value: Parameter, *, rtl: bool) -> str:
    """Return a parameter as text of a language."""
    match value:
        case str():
            return f"{LRI}{value}{PDI}" if rtl and value.isascii() else value
        case Named(text=text):
            return text
        case Verbatim(text=text):
            return f"{LRI}{text}{PDI}" if rtl else text
        case Coded(group=group, code=code):
            return phrase(language, group, code).text
        case Count(n=n, of=of):
            form = PLURALS[language](n)
            return phrase(language, f"plural_{of}", form).text.format(n=_number(n, rtl=rtl))
        case _:
            return " ".join(render(language, one, rtl=rtl) for one in value)


def _number(n: int, *, rtl: bool) -> str:
    return f"{LRI}{n}{PDI}" if rtl else str(n)


def spell(language: str, text: str) -> str:
    """Return how a text is spoken: its letters in Latin, its numbers digit by digit."""
    bare = text.replace(LRI, "").replace(PDI, "")
    words = bare.split(" ")
    return to_latin(
        " ".join(_spell_word(language, word) if any(map(str.isdigit, word)) else word for word in words)
    )


def _spell_word(language: str, word: str) -> str:
    pieces: list[str] = []
    for one in word:
        if one.isascii() and one.isdigit():
            name = phrase(language, "digit", DIGITS[int(one)]).text
            pieces.append(f"-{name}" if pieces and pieces[-1][-1:].isalpha() else name)
        else:
            pieces.append(" " if one == ":" else one)
    return "".join(pieces)


def _english(n: int) -> str:
    return "one" if n == 1 else "other"


def _russian(n: int) -> str:
    if n % 10 == 1 and n % 100 != 11:  # noqa: PLR2004 - as the rules have it
        return "one"
    if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14:  # noqa: PLR2004 - as the rules have it
        return "few"
    return "many"


def _arabic(n: int) -> str:
    if n <= 2:  # noqa: PLR2004 - none, one, two
        return ("zero", "one", "two")[n]
    if 3 <= n % 100 <= 10:  # noqa: PLR2004 - as the rules have it
        return "few"
    return "many" if n % 100 >= 11 else "other"  # noqa: PLR2004 - as the rules have it


PLURALS: Final[dict[str, Callable[[int], str]]] = {"en": _english, "ru": _russian, "ar": _arabic}
FORMS: Final = {
    "en": ("one", "other"),
    "ru": ("one", "few", "many"),
    "ar": ("zero", "one", "two", "few", "many", "other"),
}
"""The plural categories that whole numbers of each language fall into."""
