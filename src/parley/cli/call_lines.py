"""Call lines: what an officer types with one hand, as what it asks for. Free text is never refused.

| typed | is |
|---|---|
| `w air strike` | what · `at south of tanf` where · `t soon` start · `u 1600Z` until · `x 5 km` how far round |
| `h below 3000 ft msl` | height · `r training` reason · `c EASTERN DUTY` who calls · `p Colonel X` whom they ask for |
| `s`, `s EASTERN-12`, `stop …` | STOP |
| `!` | warn all own units that are listed |
| `line EASTERN` · `lang ru` · `via LINGUIST 1` | their line · their language · who interprets |
| `answer stopping` | our answer to their STOP: stopping, stopped, continuing, not ours, cannot control |
| `told 1` | the first message under "Say" was said |
| `hold` | the call broke off; it is kept |
| `close …` | notice [ACTIVITY] · begin NOTICE · end NOTICE · reply NOTICE CODE · nothing |
| `close confirmed` | a notice, and they found our read-back correct |
| `?` · Enter | these lines · look again |
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from parley.words.codes import Activity, ReplyCode, StopAnswer
from parley.words.errors import InputError

FIELDS: Final[Mapping[str, str]] = {
    "w": "what", "what": "what", "at": "where", "where": "where", "t": "start", "when": "start", "u": "end",
    "until": "end", "x": "extent", "extent": "extent", "h": "height", "height": "height", "r": "reason",
    "reason": "reason", "c": "who", "who": "who", "p": "person", "person": "person", "s": "stop", "f": "free",
}  # fmt: skip
NOT_A_STOP: Final = frozenset({"of", "from"})
"""After "s" they make it "south": "s of tanf"."""
MOST_TEXT: Final = 5_000
OUTCOMES: Final = (
    "close notice, close confirmed, close begin NOTICE, close end NOTICE, close reply NOTICE CODE, "
    "or close nothing"
)
HELP: Final = tuple(
    row.strip("| ").replace("`", "") for row in (__doc__ or "").splitlines() if row.startswith("| `")
)


class Act(StrEnum):
    """What a line asks for."""

    SAY = "say"
    WARN = "warn"
    LINE = "line"
    ABOUT = "about"
    TOLD = "told"
    ANSWER = "answer"
    HOLD = "hold"
    CLOSE = "close"
    LOOK = "look"
    HELP = "help"


class Typed(Struct, frozen=True, kw_only=True):
    """One line of typing.

    Attributes:
        body: of the request that it becomes.
        number: of what is said under "Say".
    """

    act: Act
    body: Mapping[str, object] = {}
    number: int = 0


def read_line(text: str) -> Typed:
    """Read one line.

    Raises:
        InputError: close-unreadable, told-unreadable, line-missing: a command that lacks something. What is
            no command is something that was said.
    """
    tidy = " ".join(text.split())[:MOST_TEXT]
    if not tidy:
        return Typed(act=Act.LOOK)
    word, _, rest = tidy.partition(" ")
    command = _COMMANDS.get(word.lower())
    if command is not None and (rest or word.lower() in _ALONE):
        found = command(rest)
        if found is not None:
            return found
    return _said(tidy, word.lower(), rest)


def _said(tidy: str, word: str, rest: str) -> Typed:
    field = FIELDS.get(word)
    if field == "stop" and rest.partition(" ")[0].lower() in NOT_A_STOP:
        field = None
    if field is None or (not rest and field != "stop"):
        return Typed(act=Act.SAY, body={"field": "free", "text": tidy})
    return Typed(act=Act.SAY, body={"field": field, "text": rest or "STOP"})


def _close(rest: str) -> Typed:
    kind, *more = rest.split() or ["notice"]
    outcome: dict[str, object] = {"type": kind.lower()}
    match outcome["type"], more:
        case "nothing", []:
            pass
        case "notice" | "confirmed", [*words]:
            outcome = {"type": "notice", "confirmed": kind.lower() == "confirmed"}
            outcome |= {"activity": _code(Activity, words)} if words else {}
        case "begin" | "end", [notice]:
            outcome["notice"] = notice
        case "reply", [notice, *words] if words:
            outcome |= {"notice": notice, "code": _code(ReplyCode, words)}
        case _:
            what = "it does not say what comes of the call"
            raise InputError("close-unreadable", what, where=rest[:60], do=f"Type {OUTCOMES}.")
    return Typed(act=Act.CLOSE, body={"outcome": outcome})


def _code(codes: type[StrEnum], words: list[str]) -> str:
    code = "_".join(words).lower().replace("-", "_")
    if code not in {one.value for one in codes}:
        known = ", ".join(one.value for one in codes)
        raise InputError("close-unreadable", "there is no such code", where=code[:60], do=f"One of: {known}.")
    return code


def _told(rest: str) -> Typed:
    if not re.fullmatch(r"[1-9]\d?", rest, re.ASCII):
        raise InputError(
            "told-unreadable", "told needs the number of what was said", where=rest[:20], do="told 1"
        )
    return Typed(act=Act.TOLD, number=int(rest))


def _answer(rest: str) -> Typed | None:
    """Read our answer to their STOP; other words after "answer" were said."""
    code = rest.lower().replace(" ", "_").replace("-", "_")
    known = {one.value for one in StopAnswer}
    return Typed(act=Act.ANSWER, body={"answer": code, "ground": None}) if code in known else None


def _language(rest: str) -> Typed | None:
    return Typed(act=Act.ABOUT, body={"about": {"language": rest.lower()}}) if rest.isalpha() else None


_COMMANDS: Final = {
    "!": lambda _rest: Typed(act=Act.WARN),
    "?": lambda _rest: Typed(act=Act.HELP),
    "line": lambda rest: Typed(act=Act.LINE, body={"line": rest}),
    "lang": _language,
    "via": lambda rest: Typed(act=Act.ABOUT, body={"about": {"interpreter": rest[:120]}}),
    "told": _told,
    "answer": _answer,
    "hold": lambda rest: None if rest else Typed(act=Act.HOLD),
    "close": _close,
}
_ALONE: Final = frozenset({"!", "?", "hold", "close", "told"})
