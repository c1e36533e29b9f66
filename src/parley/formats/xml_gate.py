"""XML let in through a gate: no document type, no entities, nothing fetched; size, depth and count bounded.

A document type is where entities are declared, and so where a small file grows without end or reaches
for another file. No file that is read here needs one. The parser is expat, given large pieces: in small
ones, older versions of it take time that grows with the square of a long token.
"""

from collections.abc import Callable, Mapping
from typing import Final, NoReturn
from xml.parsers import expat

from parley.words.errors import InputError

MAX_BYTES: Final = 512 * 1024 * 1024
MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 40_000_000
PIECE: Final = 2 * 1024 * 1024
Progress = Callable[[int, int], None]
Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]


def parse_xml(
    data: bytes,
    where: str,
    *,
    start: Start,
    end: End,
    text: Callable[[str], None],
    progress: Progress | None = None,
) -> None:
    """Read a document; the handlers are given local names, without namespace.

    Args:
        data: the whole document, in the encoding that it says.
        where: the file's or part's name, for errors.
        start: an element begins: its name and attributes.
        end: an element ends.
        text: characters; one run of them may come in several pieces.
        progress: is told how many bytes of how many have been read.

    Raises:
        InputError: xml-too-large, xml-document-type, xml-too-deep, xml-too-many-elements, xml-unreadable;
            and whatever the handlers raise.
    """
    if len(data) > MAX_BYTES:
        do = "Split the file."
        raise InputError("xml-too-large", f"there are more than {MAX_BYTES:,} bytes", where=where, do=do)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = count = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > MAX_DEPTH:
            do = "No map is nested so: do not trust this file."
            raise InputError("xml-too-deep", f"elements are nested over {MAX_DEPTH} deep", where=where, do=do)
        if count > MAX_ELEMENTS:
            what = f"there are more than {MAX_ELEMENTS:,} elements"
            raise InputError("xml-too-many-elements", what, where=where, do="Split the file.")
        start(name[name.rfind(" ") + 1 :], attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name[name.rfind(" ") + 1 :])

    def refuse(*_: object) -> NoReturn:
        what = "there is a document type or an entity in the file, which may make it grow or reach elsewhere"
        do = "Export it again without a DOCTYPE, or do not trust it."
        raise InputError("xml-document-type", what, where=where, do=do)

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        whole = memoryview(data)
        for at in range(0, len(data), PIECE):
            parser.Parse(whole[at : at + PIECE], False)
            if progress is not None:
                progress(min(at + PIECE, len(data)), len(data))
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        what = f"this is no XML: {error}"
        do = "Is the file whole? Export it again."
        raise InputError("xml-unreadable", what, where=where, do=do) from error
