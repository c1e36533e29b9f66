"""Fragments: one line of typing to fragments, each with what it was read as. Nothing raises.

With a field the whole line is about that; without one it is free text, kept whole, and what can be read
in it stands beside it as parts: "air strike south of tanf, soon" says what, where and when.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from parley.geo.measures import read_altitude
from parley.watch.call import (
    MOST_TEXT,
    Extent,
    Field,
    Fragment,
    Height,
    Name,
    Reading,
    Stopping,
    What,
    Why,
)
from parley.watch.vocabulary import any_of, codes_of, finder, tidy
from parley.watch.whens import cut, cut_end, cut_start, read_end, read_start
from parley.watch.wheres import read_length_m, read_where, try_where
from parley.words.codes import Activity, Reason
from parley.words.errors import InputError
from parley.words.units import TimeMs
from parley.words.volume import Band

_LARGEST_MM: Final = 20_000_000_000
_MOST_PARTS: Final = 12
_MOST_NAME: Final = 120
_DIRECTIONS: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_HANDLE: Final = re.compile(r"[A-Z][A-Z0-9 -]*-\d{1,15}")
_EMPTY: Final = "…"
_PARTS: Final = re.compile(r"[,;\n]+|\.(?=\s|$)")
_LOOSE: Final = " .,;:-–?!"


def read(field: Field, text: str, now_ms: TimeMs, *, start_ms: TimeMs | None = None) -> tuple[Fragment, ...]:
    """Read one line of typing.

    Args:
        field: what it is about; `FREE` where nobody said.
        text: as typed; what a message cannot carry is marked, and what is too long cut.
        now_ms: when it was said, UTC milliseconds.
        start_ms: the start that counts so far: a length of time begins there; null is now.

    Returns:
        The fragment, then for free text its parts, whose `part_of` is 0; numbers are given by `call.take`.
    """
    said = fit(text)
    if field is not Field.FREE:
        return (_fragment(field, said, now_ms, start_ms),)
    parts = _parts(said, now_ms)
    doubt = "" if any(field is Field.STOP for field, _ in parts) else _maybe_stop(said)
    whole = Fragment(n=0, at_ms=now_ms, field=Field.FREE, text=said, problem=doubt)
    return (whole, *(_part(*part, now_ms, start_ms) for part in parts))


def _maybe_stop(said: str) -> str:
    """Return what to ask the officer where a word of stopping was said that demands nothing for certain."""
    found = finder(any_of("stop")).search(tidy(said))
    return f'they said "{found.group(0)}": if it is a STOP, type s' if found else ""


def fit(text: str) -> str:
    """Return text that can be kept and shown: composed, without what turns or hides, not too long."""
    composed = unicodedata.normalize("NFC", text.encode(errors="replace").decode()[: 2 * MOST_TEXT])
    shown = "".join("\ufffd" if _harms(one) else one for one in composed)
    return " ".join(shown.split())[:MOST_TEXT].strip() or _EMPTY


def _harms(one: str) -> bool:
    if one.isspace() and unicodedata.category(one) != "Zl":
        return False
    return unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} or one in _DIRECTIONS


def _fragment(field: Field, said: str, now_ms: TimeMs, start_ms: TimeMs | None) -> Fragment:
    found, problem = None, ""
    try:
        found = _read_field(field, said, now_ms, start_ms)
        if found is None and field is not Field.FREE:
            problem = _PROBLEMS.get(field, "")
    except InputError as error:
        problem = f"{error.what}. {error.do}".strip()
    return Fragment(n=0, at_ms=now_ms, field=field, text=said, read=found, problem=problem)


def _part(field: Field, said: str, now_ms: TimeMs, start_ms: TimeMs | None) -> Fragment:
    one = _fragment(field, said, now_ms, start_ms)
    return Fragment(n=0, at_ms=now_ms, field=field, text=said, read=one.read, problem=one.problem, part_of=0)


_PROBLEMS: Final = {
    Field.WHAT: "no single activity that is known, or several: kept as said",
    Field.EXTENT: "no length: 5 km, 2000 m",
    Field.START: "no time that is certain: presumed from now. Ask for hours and minutes in UTC",
    Field.END: "no time that is certain: no end is taken. Ask for hours and minutes in UTC",
    Field.HEIGHT: "no band that is certain: every altitude counts",
}


def _read_field(field: Field, said: str, now_ms: TimeMs, start_ms: TimeMs | None) -> Reading | None:
    match field:
        case Field.START:
            return read_start(said, now_ms)
        case Field.END:
            return read_end(said, now_ms if start_ms is None else start_ms, now_ms)
        case _:
            read_timeless = _TIMELESS.get(field)
            return None if read_timeless is None else read_timeless(said)


def _what(said: str) -> What | None:
    code = _only_code(said, "activity")
    return None if code is None else What(activity=Activity(code))


def _why(said: str) -> Why:
    return Why(code=Reason(_only_code(said, "reason") or Reason.OTHER))


def _name(said: str) -> Name:
    return Name(name=said[:_MOST_NAME].strip())


def _only_code(said: str, group: str) -> str | None:
    """Return the one code that is named; of words inside longer ones only the longer count."""
    words = codes_of(group)
    found = {words[hit] for hit in finder(any_of(group)).findall(tidy(said))}
    found |= {code for code in words.values() if tidy(said) in {code, code.replace("_", " ")}}
    return found.pop() if len(found) == 1 else None


def _extent(said: str) -> Extent | None:
    length_m = read_length_m(tidy(said))
    if length_m is None or not 0 < length_m * 1e3 <= _LARGEST_MM:
        return None
    return Extent(radius_mm=round(length_m * 1_000))


def _height(said: str) -> Height | None:
    words = tidy(said)
    if finder(any_of("height", "all")).fullmatch(words):
        return Height(band=Band(floor=None, ceiling=None))
    below = finder(rf"{any_of('height', 'below')} (.+)").fullmatch(words)
    if below is not None:
        return Height(band=Band(floor=None, ceiling=read_altitude(below.group(1))))
    ends = re.split(rf" {any_of('height', 'to')} | - ", words, maxsplit=1)
    above = finder(rf"{any_of('height', 'above')} (.+)").fullmatch(ends[0])
    floor = read_altitude(above.group(1) if above else ends[0])
    if len(ends) == 1:
        return Height(band=Band(floor=floor, ceiling=None if above else floor))
    return Height(band=Band(floor=floor, ceiling=read_altitude(ends[1])))


def _stopping(said: str) -> Stopping:
    """Read a STOP: of everything, unless a notice or a place is named for certain."""
    _, rest = cut(tidy(said), any_of("stop"))
    handle = _HANDLE.search(said.upper())
    if handle is not None:
        return Stopping(notice=handle.group(0)[:_MOST_NAME])
    place = try_where(rest.strip(_LOOSE)) if rest.strip(_LOOSE) else None
    return Stopping(place=place)


def _parts(said: str, now_ms: TimeMs) -> list[tuple[Field, str]]:
    """Return what can be read in free text, as fields and their words."""
    found: list[tuple[Field, str]] = []
    for piece in _pieces(said)[:_MOST_PARTS]:
        found += _read_piece(piece, now_ms)
    if any(field is Field.STOP for field, _ in found):  # what they name beside a STOP is what we do
        found = [(field, words) for field, words in found if field is not Field.WHAT]
    return found


def _pieces(said: str) -> list[str]:
    """Cut free text at its commas, but not where two pieces together are a coordinate."""
    cuts = [piece.strip() for piece in _PARTS.split(said) if piece.strip(_LOOSE)]
    pieces: list[str] = []
    for piece in cuts:
        joined = f"{pieces[-1]}, {piece}" if pieces else ""
        if joined and any(one.isdigit() for one in piece) and try_where(joined) is not None:
            pieces[-1] = joined
        else:
            pieces.append(piece)
    return pieces


def _read_piece(piece: str, now_ms: TimeMs) -> list[tuple[Field, str]]:
    words = tidy(piece).strip(_LOOSE)
    if finder(any_of("stop", "words")).match(words) or finder(any_of("stop", "demands")).search(words):
        return [(Field.STOP, piece)]
    if finder(any_of("person")).search(words):
        return [(Field.PERSON, piece)]
    if try_where(words) is not None:
        return [(Field.WHERE, piece)]
    found: list[tuple[Field, str]] = []
    end, words = cut_end(words)
    start, words = cut_start(words)
    ends = finder(any_of("stop")).search(words) is not None  # "we will stop at 1600Z" is no STOP
    if start and ends:
        found.append((Field.END, start))
    elif start and read_start(start, now_ms) is not None:
        found.append((Field.START, start))
    if end:
        found.append((Field.END, end))
    what = _only_code(words, "activity")
    if what is not None:
        _, words = cut(words, any_of("activity"))
        found.insert(0, (Field.WHAT, _first(tidy(piece), any_of("activity"))))
    words = words.strip(_LOOSE)
    if words and try_where(words) is not None:
        found.append((Field.WHERE, words))
    return found


def _first(said: str, pattern: str) -> str:
    return cut(said, pattern)[0]


_TIMELESS: Final[Mapping[Field, Callable[[str], Reading | None]]] = {
    Field.WHAT: _what,
    Field.WHERE: read_where,
    Field.EXTENT: _extent,
    Field.HEIGHT: _height,
    Field.REASON: _why,
    Field.WHO: _name,
    Field.PERSON: _name,
    Field.STOP: _stopping,
}
