"""Sentences: parameters in the forms of each language, from right to left where it runs so, and as spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.phrases import Coded, Count, Named, Verbatim, languages, read_book, sentence
from parley.phrases.latin import to_latin, without_vowels
from parley.phrases.sentence import FORMS, LRI, PDI, PLURALS


@pytest.mark.parametrize(
    ("language", "n", "text"),
    [
        ("en", 1, "Radius: 1 kilometre."),
        ("en", 2, "Radius: 2 kilometres."),
        ("ru", 1, "Радиус: 1 километр."),
        ("ru", 2, "Радиус: 2 километра."),
        ("ru", 5, "Радиус: 5 километров."),
        ("ru", 11, "Радиус: 11 километров."),
        ("ru", 21, "Радиус: 21 километр."),
        ("ru", 112, "Радиус: 112 километров."),
        ("ar", 1, "نصف القطر: كيلومتر واحد."),
        ("ar", 2, "نصف القطر: كيلومتران."),
        ("ar", 3, f"نصف القطر: {LRI}3{PDI} كيلومترات."),
        ("ar", 11, f"نصف القطر: {LRI}11{PDI} كيلومتراً."),
        ("ar", 100, f"نصف القطر: {LRI}100{PDI} كيلومتر."),
        ("ar", 103, f"نصف القطر: {LRI}103{PDI} كيلومترات."),
    ],
)
def test_a_number_takes_the_form_of_its_language(language: str, n: int, text: str) -> None:
    assert sentence(language, "say", "extent", distance=Count(n, "kilometre")).text == text


@given(st.sampled_from(sorted(FORMS)), st.integers(0, 10**9))
def test_every_number_has_a_form(language: str, n: int) -> None:
    assert PLURALS[language](n) in FORMS[language]


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Назовите координаты центра.", "Nazovite koordinaty tsentra."),
        ("объезд, ёлка, съёмка, Ельня", "ob'yezd, yolka, s'yomka, Yel'nya"),
        ("أَيْن؟ أَعْطِ إِحْدَاثِيَّاتِ المَرْكَز.", "ayn? a'ti ihdaathiyyaati al-markaz."),
        ("الشَّمَال", "ash-shamaal"),
        ("بِالتَّوْقِيتِ العَالَمِيّ", "bit-tawqeeti al-'aalamiyy"),
        ("COALITION-12", "COALITION-12"),
    ],
)
def test_a_sentence_is_spoken_in_latin_letters(text: str, latin: str) -> None:
    assert to_latin(text) == latin


@given(st.text(max_size=60))
def test_any_text_can_be_spoken(text: str) -> None:
    to_latin(text)
    without_vowels(text)


def test_numbers_are_spoken_digit_by_digit_and_names_by_their_latin_form() -> None:
    said = sentence("ru", "say", "near", name=Named("Эт-Танф", "al-Tanf"), distance=Count(7600, "metre"))
    assert said.latin == ("Blizhaysheye mesto: al-Tanf, rasstoyaniye sem'-shest'-nol'-nol' metrov.")


def test_what_runs_the_other_way_is_isolated_and_isolates_are_closed() -> None:
    hour = sentence("ar", "say", "start_ahead", ahead=Count(8, "minutes_ahead"), time=Verbatim("14:40")).text
    assert f"{LRI}14:40{PDI}" in hour
    assert hour.count(LRI) == hour.count(PDI) == 2
    assert hour == without_vowels(hour)


def test_everything_shows_as_unreviewed_until_linguists_have_signed() -> None:
    for language in languages():
        assert not sentence(language, "ask", "take_it").reviewed
        assert not read_book(language).reviewed


def test_a_language_without_a_book_is_answered_in_english_and_a_missing_parameter_shows() -> None:
    said = sentence("ka", "say", "activity", activity=Coded("spoken_activity", "flight"))
    assert (said.language, said.text) == ("en", "Activity: flight.")
    assert sentence("en", "say", "activity").text == "Activity: …."


def test_every_phrase_that_is_read_aloud_in_arabic_carries_its_vowels() -> None:
    for group in ("ask", "say", "spoken_activity", "digit"):
        for code, text in read_book("ar").groups[group].items():
            assert without_vowels(text) != text, f"{group}.{code}: add the vowel marks, it is read aloud"
