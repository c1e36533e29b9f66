"""Names compared: without case, marks, hyphens and articles, so that "At Tanf" is "al-Tanf".

Nothing is guessed: two names are the same when what remains is equal, letter for letter.
"""

import re
import unicodedata
from typing import Final

_ARTICLES: Final = frozenset({
    "al", "el", "at", "et", "ut", "as", "es", "ash", "esh", "ad", "ed", "ar", "er", "an", "en", "az", "ez", "ath",
    "adh", "аль", "эль", "ат", "эт", "ас", "эс", "аш", "эш", "ад", "эд", "ар", "эр", "аз", "эз",
})  # fmt: skip
_ARABIC_ARTICLE: Final = "ال"
_SHORTEST_STEM: Final = 3
_SAME: Final = str.maketrans(
    {"ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ё": "е"}
)
_MARKS: Final = re.compile("['\u2018\u2019\u02bb\u02bc\u02be\u02bf`\u00b4\u0640]")


def fold(name: str) -> str:
    """What remains of a name; empty when nothing does."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    words = re.findall(r"[^\W_]+", _MARKS.sub("", bare.translate(_SAME)))
    stems = [word for word in words if word not in _ARTICLES] or words
    return "".join(_without_article(stem) for stem in stems)


def _without_article(word: str) -> str:
    if word.startswith(_ARABIC_ARTICLE) and len(word) >= len(_ARABIC_ARTICLE) + _SHORTEST_STEM:
        return word[len(_ARABIC_ARTICLE) :]
    return word
