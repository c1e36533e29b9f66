"""Phrase books: every code in every language, and none that looks reviewed without being so."""

from enum import StrEnum
from string import Formatter

import pytest

from parley.check.model import Level
from parley.exchange.due import Owed
from parley.exchange.ladder import Step
from parley.exchange.phase import Phase
from parley.exchange.stop import StopState
from parley.node.board import LEGAL
from parley.node.framing import Gap
from parley.phrases import languages, phrase, read_book
from parley.words import codes
from parley.words.errors import InputError

GROUPS: dict[str, type[StrEnum]] = {
    "precedence": codes.Precedence,
    "activity": codes.Activity,
    "reason": codes.Reason,
    "reply": codes.ReplyCode,
    "stop_answer": codes.StopAnswer,
    "datum": codes.Datum,
    "length_unit": codes.LengthUnit,
    "edges": codes.Edges,
    "coordinate_format": codes.CoordinateFormat,
    "role": codes.Role,
    "assurance": codes.Assurance,
    "override": codes.Override,
    "unit_state": codes.UnitState,
    "evidence_level": codes.EvidenceLevel,
    "medium": codes.Medium,
    "line_kind": codes.LineKind,
    "step": Step,
    "phase": Phase,
    "owed": Owed,
    "stop_state": StopState,
    "gap": Gap,
    "finding": Level,
}


def test_every_code_of_the_words_has_a_group() -> None:
    known = {
        value for value in vars(codes).values() if isinstance(value, type) and issubclass(value, StrEnum)
    }
    assert known - {StrEnum} <= set(GROUPS.values())


@pytest.mark.parametrize("language", languages())
def test_a_book_has_every_code_and_no_other(language: str) -> None:
    book, english = read_book(language), read_book("en")
    assert book.language == language
    assert book.groups.keys() == english.groups.keys()
    for group, phrases in english.groups.items():
        assert book.groups[group].keys() == phrases.keys(), group
        assert all(text.strip() == text and text for text in book.groups[group].values())
        assert not any(field for text in phrases.values() for _, field, _, _ in Formatter().parse(text))
    for group, names in GROUPS.items():
        assert book.groups[group].keys() == {code.value for code in names}, group


@pytest.mark.parametrize("language", languages())
def test_no_two_codes_of_a_group_read_alike(language: str) -> None:
    for group, phrases in read_book(language).groups.items():
        if group not in {"assurance", "role"}:
            assert len(set(phrases.values())) == len(phrases), group


def test_the_first_three_languages_are_there_and_unreviewed() -> None:
    assert set(languages()) >= {"en", "ru", "ar"}
    assert not any(read_book(language).reviewed for language in languages())
    assert read_book("ar").direction == "rtl"


def test_a_code_is_rendered_with_its_review() -> None:
    found = phrase("ru", "reply", "objection")
    assert (found.text, found.language, found.code, found.reviewed) == (
        "возражение",
        "ru",
        "objection",
        False,
    )
    assert phrase("en", "mark", "legal").text == LEGAL


def test_an_unknown_code_is_shown_as_itself() -> None:
    found = phrase("ar", "activity", "something_new")
    assert (found.text, found.language, found.reviewed) == ("[something_new]", "en", False)


def test_an_unknown_language_is_refused() -> None:
    for language in ("xx", "../en", ""):
        with pytest.raises(InputError) as refused:
            phrase(language, "reply", "noted")
        assert refused.value.name == "language-unknown"
