"""Phrases: codes in people's languages, as data; and a small pure renderer.

A phrase book is one TOML file in `books`: `language`, `name`, `direction`, `version`, `reviewed`, and one
table for each group of codes. A book is reviewed only after a linguist of each side signed that version;
until then whatever is rendered for the other side shows UNREVIEWED. `sentence` puts parameters into phrases,
and `latin` says how they are spoken.
"""

from parley.phrases.book import Book, Phrase, languages, phrase, read_book
from parley.phrases.sentence import (
    Coded,
    Count,
    Named,
    Parameter,
    Sentence,
    Verbatim,
    joined,
    sentence,
)

__all__ = [
    "Book",
    "Coded",
    "Count",
    "Named",
    "Parameter",
    "Phrase",
    "Sentence",
    "Verbatim",
    "joined",
    "languages",
    "phrase",
    "read_book",
    "sentence",
]
