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
from parley.phrases.sentence import FORMS
from parley.words import codes
from parley.words.errors import InputError

GROUPS: dict[str, type[StrEnum]] = {
    "precedence": codes.Precedence,
    "activity": codes.Activity,
    "spoken_activity": codes.Activity,
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
    "relay_way": codes.RelayWay,
    "relay_medium": codes.RelayMedium,
    "line_kind": codes.LineKind,
    "step": Step,
    "phase": Phase,
    "owed": Owed,
    "stop_state": StopState,
    "gap": Gap,
    "finding": Level,
}


PLURAL = "plural_"
"""Groups with a form for each plural category of the language."""


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


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
        own = FORMS[language] if group.startswith(PLURAL) else tuple(phrases)
        assert tuple(book.groups[group]) == own, group
        assert all(text.strip() == text and text for text in book.groups[group].values())
        for code, text in book.groups[group].items():
            wanted = {"n"} if group.startswith(PLURAL) else parameters(phrases[code])
            assert parameters(text) <= wanted, (group, code)
            assert parameters(text) == wanted or group.startswith(PLURAL), (group, code)
    for group, names in GROUPS.items():
        assert book.groups[group].keys() == {code.value for code in names}, group


@pytest.mark.parametrize("language", languages())
def test_no_two_codes_of_a_group_read_alike(language: str) -> None:
    for group, phrases in read_book(language).groups.items():
        if group not in {"assurance", "role"} and not group.startswith(PLURAL):
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
