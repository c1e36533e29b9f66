"""`parley line …`: open a line, confirm it, look at it, test it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from msgspec import Struct

from parley.cli.client import Node, typed_text
from parley.cli.options import LineArgument, OutOption, may_ask, reach_node
from parley.cli.output import THE_ANSWER_IS_NO, plain, print_json, say, warn
from parley.cli.reading import read_length_mm
from parley.cli.takes import takes
from parley.cli.telling import line_mark, say_done
from parley.words.errors import InputError, ParleyError
from parley.words.units import Language, ShortText

if TYPE_CHECKING:
    from parley.cli.views import Paper
    from parley.node.board import LineView
    from parley.words.bodies import LineTerms
    from parley.words.volume import Area

MAX_PAPER_BYTES = 1024 * 1024
RECENT = 200
SHORTEST_PREFIX = 8
SAFETY_DIGITS = 60
MAX_LANGUAGES = 8

lines = typer.Typer(help="Lines: open, confirm, look at, test.", no_args_is_help=True)


class _Entry(Struct):
    entry: str
    kind: str
    envelope: str | None


@lines.command()
@takes(node=reach_node)
def propose(  # noqa: PLR0913 - each is one of the terms
    *,
    node: Node,
    purpose: Annotated[str, typer.Option(help="What the line is for.")] = "safety",
    exercise: Annotated[
        bool, typer.Option("--exercise", help="An exercise line, marked so for ever.")
    ] = False,
    language: Annotated[
        list[str] | None, typer.Option(help="ISO 639 code of a language of the line; may be repeated.")
    ] = None,
    area: Annotated[
        str | None,
        typer.Option(help='Where the line applies: "CENTRE; RADIUS_M", or a polygon "COORD; COORD; COORD".'),
    ] = None,
    separation_m: Annotated[str, typer.Option(help="Separation on the ground, metres.")] = "5000",
    vertical_m: Annotated[str, typer.Option(help="Separation in height, metres.")] = "300",
    time_s: Annotated[int, typer.Option(min=0, max=31_536_000, help="Separation in time, seconds.")] = 900,
    separation_for: Annotated[
        list[str] | None,
        typer.Option(
            help='Another separation on the ground for one activity, metres: "missile_launch=40000".'
        ),
    ] = None,
    out: OutOption = None,
) -> None:
    """Propose a line: writes the paper that the other side accepts."""
    from parley.cli.views import Paper

    spoken = language or ["en"]
    _check_terms(purpose, spoken)
    _check_free(out)
    general = {
        "horizontal_mm": read_length_mm(separation_m),
        "vertical_mm": read_length_mm(vertical_m),
        "time_ms": time_s * 1_000,
    }
    wish = {
        "purpose": typed_text(purpose),
        "area": _read_area(area),
        "exercise": exercise,
        "languages": spoken,
        "separation": general,
        "separation_by_activity": {
            activity: {**general, "horizontal_mm": apart_mm}
            for activity, apart_mm in map(_read_separation, separation_for or ())
        },
    }
    answer = node.post(("lines", "propose"), {"wish": wish}, Paper)
    _hand_over(node, answer, out)
    if not node.as_json:
        warn(f"The line is proposed as [bold]{plain(answer.line.name)}[/].")
        warn("Give the paper to the other side; they answer it with: parley line accept FILE")


def _read_separation(text: str) -> tuple[str, int]:
    """Read "missile_launch=40000": an activity, and metres; return millimetres.

    Raises:
        InputError: separation-unreadable, activity-unknown, or as `read_length_mm`.
    """
    from parley.cli.answers import read_activity

    activity, equals, metres = text.partition("=")
    if not equals:
        do = "Write activity and metres: missile_launch=40000."
        raise InputError(
            "separation-unreadable", "this is no separation for an activity", where=text[:60], do=do
        )
    return read_activity(activity).value, read_length_mm(metres)


@lines.command()
@takes(node=reach_node)
def accept(
    file: Annotated[Path, typer.Argument(help="The paper of the other side; - reads the standard input.")],
    *,
    node: Node,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Write the answering paper here, never over another; acceptance.json by default,"
            " - is the standard output.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Accept the terms without asking.")] = False,
) -> None:
    """Take the other side's paper: a proposal is accepted, an acceptance completes the line."""
    from parley.cli.composing import read_input
    from parley.cli.views import Paper

    try:
        paper = read_input(file, MAX_PAPER_BYTES).decode()
    except UnicodeDecodeError as error:
        raise InputError("paper-unreadable", "the paper is no text", where=str(file)) from error
    proposed = _proposed(paper)
    if proposed is not None:
        if out is None and not node.as_json:
            out = Path("acceptance.json")
        _check_free(out)
        _ask_to_accept(node, *proposed, yes=yes)
    answer = node.post(("lines", "papers"), {"paper": paper}, Paper)
    _hand_over(node, answer, out)
    if node.as_json:
        return
    from parley.cli.showing import line_lines, terms_lines

    for text in [*line_lines(answer.line, None), *terms_lines(answer.line)]:
        warn(text)
    if answer.paper is not None:
        warn("Give the answering paper back to the other side.")


def _read_area(text: str | None) -> "Area | None":
    from parley.cli.reading import read_line_area

    return read_line_area(text) if text else None


def _check_terms(purpose: str, languages: list[str]) -> None:
    """Refuse terms that no line can have.

    Raises:
        InputError: purpose-unfit, language-unfit.
    """
    try:
        msgspec.convert(typed_text(purpose), ShortText)
    except msgspec.ValidationError as error:
        do = "Give 1 to 120 characters on one line."
        raise InputError("purpose-unfit", "this is no purpose", where=ascii(purpose[:60]), do=do) from error
    for language in languages:
        try:
            msgspec.convert(language, Language)
        except msgspec.ValidationError as error:
            do = "Give its ISO 639 code, two or three small letters: en, ru, ar, fra."
            raise InputError(
                "language-unfit", "no such language", where=ascii(language[:40]), do=do
            ) from error
    if len(languages) > MAX_LANGUAGES:
        what = f"a line has at most {MAX_LANGUAGES} languages"
        raise InputError("language-unfit", what, do="Leave some out.")


def _check_free(out: Path | None) -> None:
    """Refuse a place that cannot be written before anything is signed; - is the standard output."""
    if out is None or str(out) == "-":
        return
    if out.exists():
        raise InputError("file-exists", "there is a file already", where=str(out), do="Choose another name.")
    if not out.absolute().parent.is_dir():
        raise InputError("folder-missing", "there is no such folder", where=str(out.absolute().parent))


def _hand_over(node: Node, answer: "Paper", out: Path | None) -> None:
    if answer.paper is not None and out is not None and str(out) != "-":
        out.write_text(answer.paper, "utf-8")
        if not node.as_json:
            warn(f"The paper is in {plain(str(out))}")
    if node.as_json:
        print_json(answer)
    elif answer.paper is not None and (out is None or str(out) == "-"):
        typer.echo(answer.paper)


def _proposed(paper: str) -> "tuple[str, LineTerms] | None":
    """Return who proposes which terms; null when the paper is no proposal that can be read."""
    from parley.wire.document import read_proposal

    try:
        proposal, peer, _ = read_proposal(paper.encode())
    except ParleyError:
        return None  # the node says what it is, or what is wrong with it
    return peer.name, proposal.terms


def _ask_to_accept(node: Node, name: str, terms: "LineTerms", *, yes: bool) -> None:
    """Show the terms to a person at a terminal, and ask."""
    if yes or not may_ask(node):
        return
    from parley.cli.showing import agreed_lines, marks

    warn(f"{marks(exercise=terms.exercise, verified=False)}{plain(name)} proposes a line with these terms:")
    for text in agreed_lines(terms):
        warn(text)
    typer.confirm("Accept them?", default=False, abort=True, err=True)


@lines.command()
@takes(node=reach_node)
def confirm(
    line: LineArgument,
    digits: Annotated[
        list[str] | None, typer.Argument(help="The 60 digits that you heard, with or without spaces.")
    ] = None,
    *,
    node: Node,
) -> None:
    """Compare the safety number over another channel, and confirm that it is the same."""
    from parley.cli.views import LineStatus, line_of

    typed = " ".join(digits or ())
    if not typed:
        shown = line_of(node, line).line
        if shown.safety_number is None:
            raise InputError("line-not-open", "the other side has not accepted yet", where=shown.name)
        if not may_ask(node):
            do = "Give the 60 digits that you heard."
            raise InputError("digits-missing", "there is nobody here to ask", where=shown.name, do=do)
        _read_aloud(shown)
        typed = typer.prompt("Type the 60 digits that THEY read to you")
    _check_digits(typed, line)
    try:
        answer = node.post(("lines", line, "confirm"), {"typed": typed}, LineStatus)
    except InputError as error:
        if error.name != "safety-number-differs":
            raise
        raise NumberDiffers(error.name, error.what, where=error.where, do=error.do) from error
    if node.as_json:
        print_json(answer)
        return
    say(f"{line_mark(answer.line)}confirmed by {plain(node.duty)}.")


class NumberDiffers(InputError):
    """Sixty digits were typed, and they are not this line's: the answer is no."""

    exit_status = THE_ANSWER_IS_NO


def _check_digits(typed: str, line: str) -> None:
    """Refuse what cannot be a whole safety number: a slip of the hand is no sign of somebody between.

    Raises:
        InputError: digits-missing, digits-too-many.
    """
    count = sum(one.isdigit() for one in typed)
    if count == SAFETY_DIGITS:
        return
    missing = SAFETY_DIGITS - count
    what = (
        f"{count} digits were typed: {missing} are missing"
        if missing > 0
        else (f"{count} digits were typed: {-missing} too many")
    )
    name = "digits-missing" if missing > 0 else "digits-too-many"
    raise InputError(name, what, where=line, do="Twelve groups of five make 60. Type them again.")


def _read_aloud(line: "LineView") -> None:
    from parley.cli.showing import groups

    say(f"{line_mark(line)}the safety number, twelve groups of five. Read it aloud to the other side:")
    for row in groups(line.safety_number or ""):
        say(f"    [bold]{row}[/]")
    say(
        "Use another channel than this line: telephone, radio, or face to face. Then let THEM read theirs to you."
    )
    say("If one digit differs, somebody stands between: do not use the line.")


@lines.command()
@takes(node=reach_node)
def status(
    line: Annotated[
        str | None, typer.Argument(metavar="[LINE]", help="One line; all of them by default.")
    ] = None,
    *,
    node: Node,
) -> None:
    """Show the lines: joined or not, verified or not, heard from or silent."""
    from parley.cli.showing import line_lines, terms_lines
    from parley.cli.views import LineStatus, line_of

    found = node.get(("lines", ""), list[LineStatus]) if line is None else [line_of(node, line)]
    if node.as_json:
        print_json(found[0] if line is not None else found)
        return
    if not found:
        say("No line yet. Propose one: parley line propose --out proposal.json")
    for one in found:
        for text in line_lines(one.line, one.observed):
            say(text)
        if line is not None:
            for text in [*terms_lines(one.line), *_test_lines(node, one.line)]:
                say(text)


def _recent(node: Node, line: "LineView") -> list[tuple[str, dict[str, Any]]]:
    """Return (message id, payload) of the newest tests and answers to tests, oldest first."""
    from base64 import b64decode

    start = max(0, line.entries - RECENT)
    rows = node.get(("lines", line.id, "record"), list[_Entry], start=start, count=RECENT)
    found = []
    for row in rows:
        if row.kind in {"line_test", "line_test_reply"} and row.envelope is not None:
            payload = b64decode(msgspec.json.decode(row.envelope)["payload"])
            found.append((msgspec.json.decode(row.entry)["id"], msgspec.json.decode(payload)))
    return found


def _test_lines(node: Node, line: "LineView") -> list[str]:
    from parley.cli.times import zulu

    found = _recent(node, line)
    answered = {payload["body"].get("of") for _, payload in found}
    shown = []
    for message, payload in found:
        header, body = payload["header"], payload["body"]
        if body["kind"] != "line_test":
            continue
        side = "by us" if header["from"] == node.now.party else "BY THEM"
        state = "answered" if message in answered else "no answer"
        shown.append(f'  test {message[:12]} {side}, {zulu(header["at"])}: "{plain(body["text"])}", {state}')
    return shown[-5:]


@lines.command(name="test")
@takes(node=reach_node)
def send_test(
    line: LineArgument,
    text: Annotated[str, typer.Argument(help="Something new each time, for a person to repeat.")],
    *,
    node: Node,
    language: Annotated[str, typer.Option(help="ISO 639 code of the text's language.")] = "en",
) -> None:
    """Send a line test, which a person at the other desk answers."""
    from parley.cli.views import Sent

    sent = node.post(("lines", line, "test"), {"text": typed_text(text), "language": language}, Sent)
    if node.as_json:
        print_json(sent)
        return
    say_done(node, line, f"line test {sent.id[:12]} is released. It counts when a person has answered it.")
    say(f"See: parley line status {plain(line)}")


@lines.command(name="test-reply")
@takes(node=reach_node)
def test_reply(
    line: LineArgument,
    of: Annotated[str, typer.Argument(help="The test: its id, or eight characters of it.")],
    text: Annotated[str, typer.Argument(help="What you read in it.")],
    *,
    node: Node,
) -> None:
    """Answer a line test of the other side with what you read in it."""
    from parley.cli.views import Sent, line_of

    shown = line_of(node, line).line
    wanted = of.lower()
    hits = {
        message
        for message, payload in _recent(node, shown)
        if payload["body"]["kind"] == "line_test" and payload["header"]["from"] != node.now.party
        and len(wanted) >= SHORTEST_PREFIX and message.startswith(wanted)
    }  # fmt: skip
    if len(hits) != 1:
        do = f"See them: parley line status {shown.name}"
        raise InputError("test-unknown", "no such line test of theirs, or several", where=of[:80], do=do)
    sent = node.post(("lines", line, "test-reply"), {"of": hits.pop(), "text": typed_text(text)}, Sent)
    if node.as_json:
        print_json(sent)
        return
    say_done(node, line, f"the test is answered ({sent.id[:12]}).")
