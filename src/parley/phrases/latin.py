"""Latin: how a sentence in another script is spoken, for a person who cannot read it.

* Russian: after BGN/PCGN 1947, in plain letters.
* Arabic: from vocalised text, as the phrase books keep it; long vowels doubled (aa, ee, oo), the article
  written as it sounds ("ash-shamaal"). Without vowel marks only consonants can be given.

What is in neither script stays as it is.
"""
# ruff: noqa: RUF001 - letters of these scripts are the matter of this file

from typing import Final

_RUSSIAN: Final = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        (
            [
                "a",
                "b",
                "v",
                "g",
                "d",
                "e",
                "zh",
                "z",
                "i",
                "y",
                "k",
                "l",
                "m",
                "n",
                "o",
                "p",
                "r",
                "s",
                "t",
                "u",
                "f",
                "kh",
                "ts",
                "ch",
                "sh",
                "shch",
                "'",
                "y",
                "'",
                "e",
                "yu",
                "ya",
            ]
        ),
        strict=True,
    )
) | {"ё": "yo"}
_SOUNDS_YE: Final = frozenset("аеёиоуыэюяъь")
_ARABIC: Final = {
    "ء": "'", "أ": "'", "إ": "'", "ؤ": "'", "ئ": "'", "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh",
    "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "dh", "ع": "'",
    "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y",
    "،": ",", "؟": "?", "؛": ";",
}  # fmt: skip
_FATHA, _DAMMA, _KASRA, _SHADDA, _SUKUN = "\u064e\u064f\u0650\u0651\u0652"
ALIF, ALIF_MADDA, ALIF_MAKSURA, TA_MARBUTA = "\u0627\u0622\u0649\u0629"
_VOWELS: Final = {_FATHA: "a", _DAMMA: "u", _KASRA: "i", "\u064b": "an", "\u064c": "un", "\u064d": "in"}
_MARKS: Final = frozenset({*_VOWELS, _SHADDA, _SUKUN})
_LONG: Final = {(_FATHA, "ا"): "aa", (_FATHA, "ى"): "aa", (_KASRA, "ي"): "ee", (_DAMMA, "و"): "oo"}


def to_latin(text: str) -> str:
    """Return how a text in Cyrillic or Arabic script is spoken, in Latin letters."""
    return " ".join(_arabic_word(word) for word in _from_russian(text).split(" "))


def without_vowels(text: str) -> str:
    """Return Arabic text as it is usually written, without its vowel marks."""
    return "".join(one for one in text if one not in _MARKS or one == "\u064b")


def _from_russian(text: str) -> str:
    said, before = [], " "
    for one in text:
        small = one.lower()
        sound = _RUSSIAN.get(small)
        if sound is None:
            said.append(one)
        else:
            if small == "е" and (before in _SOUNDS_YE or not before.isalpha()):
                sound = "ye"
            said.append(sound.capitalize() if one != small and sound else sound)
        before = small
    return "".join(said)


def _arabic_word(word: str) -> str:
    letters = _letters(word)
    if not any(
        letter in _ARABIC or letter in {ALIF, ALIF_MADDA, ALIF_MAKSURA, TA_MARBUTA} for letter, _ in letters
    ):
        return word
    letters, before_article = _joined_word(letters)
    letters, prefix = _article(letters)
    if before_article:
        prefix = before_article + (prefix.removeprefix("a") or "-")
    said = []
    for place, (letter, marks) in enumerate(letters):
        following = letters[place + 1] if place + 1 < len(letters) else ("", "")
        before = letters[place - 1] if place else ("", "")
        said.append(_sound(letter, marks, before, following, first=place == 0 and not prefix))
    return (prefix + "".join(said)).replace("''", "'")


def _letters(word: str) -> list[tuple[str, str]]:
    """Return each letter with its marks."""
    found: list[tuple[str, str]] = []
    for one in word:
        if one in _MARKS and found:
            letter, marks = found[-1]
            found[-1] = letter, marks + one
        else:
            found.append((one, ""))
    return found


def _joined_word(letters: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], str]:
    """Take off a preposition of one letter that is written close to an article."""
    shown = "".join(letter for letter, _ in letters[:3])
    if len(letters) > 4 and shown[1:] == "ال" and shown[0] in "بوفك" and not letters[1][1]:  # noqa: PLR2004
        letter, marks = letters[0]
        return letters[1:], _ARABIC[letter] + _VOWELS.get(_mark(marks), "")
    return letters, ""


def _mark(marks: str) -> str:
    """Return the vowel among a letter's marks, which come in any order."""
    return next((one for one in marks if one in _VOWELS), "")


def _article(letters: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], str]:
    """Take the article off: "al-", or the sound of a sun letter, which the shadda shows."""
    shown = "".join(letter for letter, _ in letters[:2])
    if shown != "ال" or len(letters) <= 3:  # noqa: PLR2004 - the article and a word
        return letters, ""
    letter, marks = letters[2]
    if _SHADDA in marks:
        rest = [(letter, marks.replace(_SHADDA, "")), *letters[3:]]
        return rest, f"a{_ARABIC.get(letter, '')}-"
    return letters[2:], "al-"


def _sound(
    letter: str, marks: str, before: tuple[str, str], following: tuple[str, str], *, first: bool
) -> str:
    lengthens = (_mark(before[1]), letter) in _LONG and not marks
    if letter == TA_MARBUTA:
        return "t" + _vowel(marks, following) if marks else ""
    if lengthens or letter == ALIF_MAKSURA:
        return ""
    if letter == ALIF:
        silent = "" if _mark(before[1]) == "\u064b" else "aa"
        return _vowel(marks, following) or ("i" if first else silent)
    if letter == ALIF_MADDA:
        return "aa"
    sound = _ARABIC.get(letter, letter)
    if first and letter in "أإ":
        sound = ""
    return sound * (2 if _SHADDA in marks else 1) + _vowel(marks, following)


def _vowel(marks: str, following: tuple[str, str]) -> str:
    mark = _mark(marks)
    if not following[1] and (mark, following[0]) in _LONG:
        return _LONG[mark, following[0]]
    return _VOWELS.get(mark, "")
