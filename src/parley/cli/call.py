"""`parley call`: the call pane in a terminal. It needs only the keyboard, and one hand.

What is typed is what was said, in any order; `cli.call_lines` names the few commands. What the node could
not take is kept here and offered again before the next line: nothing that was said is lost.
"""

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from msgspec import Struct

from parley.cli.client import Node, NodeNow
from parley.cli.options import reach_node
from parley.cli.output import plain, print_error, say, warn
from parley.cli.takes import takes
from parley.words.errors import InputError, ParleyError, SystemFault

if TYPE_CHECKING:
    from parley.cli.call_lines import Typed
    from parley.node.call_view import CallView

LINES_MOST: Final = 10_000
MOST_AGO_MS: Final = 86_400_000
_TIMED: Final = re.compile(r"\+(\d{1,4}):(\d{2})\s+(.*)", re.ASCII)


@takes(node=reach_node)
def call(  # noqa: PLR0913 - each is one thing about a call
    line: Annotated[
        str | None,
        typer.Argument(metavar="[LINE]", help="Whose call; the only line by default, or nobody's."),
    ] = None,
    *,
    node: Node,
    out: Annotated[bool, typer.Option("--out", help="We rang them.")] = False,
    who: Annotated[str | None, typer.Option("--from", help="Who is at the other end.")] = None,
    spoken: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="What is spoken; the line's first by default.")
    ] = None,
    interpreter: Annotated[str | None, typer.Option(help="Who interprets.")] = None,
    again: Annotated[
        str | None, typer.Option(metavar="CALL", help="Go on with a call that broke off.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the calls that are not closed.")] = False,
    script: Annotated[
        Path | None, typer.Option(help='Play lines of the form "+MM:SS TEXT"; on a driven clock at once.')
    ] = None,
) -> None:
    """Take a call, or make one: type what is said, as it is said."""
    if listed:
        _list(node)
        return
    direction = "outgoing" if out else "incoming"
    opened: dict[str, object] = {
        "direction": direction,
        "language": spoken,
        "who": who,
        "interpreter": interpreter,
    }
    pane = _Pane(node, _again(node, again) if again else _open(node, line, opened))
    pane.show()
    if script is not None:
        pane.play(script)
    else:
        pane.attend()


def _list(node: Node) -> None:
    from parley.cli.times import zulu
    from parley.node.call_view import CallView

    found = node.get(("calls", ""), list[CallView])
    if node.as_json:
        _print_state(found)
        return
    for view in found:
        name = plain(view.line_name or "no line")
        state = view.call.state.value
        say(
            f"{view.call.id[:8]}  {name}  {zulu(view.call.started_ms)}  {state}  {len(view.call.fragments)} said"
        )
    say(f"{len(found)} not closed. Go on with one: parley call --again CALL")


def _again(node: Node, text: str) -> "CallView":
    from parley.node.call_view import CallView

    return node.post(("calls", text, "check"), {}, CallView)


def _open(node: Node, line: str | None, opened: dict[str, object]) -> "CallView":
    """Begin a call; what is wrong with the line's name never holds it up."""
    from parley.cli.telling import lines_known
    from parley.node.call_view import CallView

    known = {one.line.name.upper(): one.line for one in lines_known(node) if one.line.peer_name is not None}
    found = known.get(line.upper()) if line else None
    if found is None and line:
        named = [one for one in known.values() if len(line) >= 8 and one.id.startswith(line.lower())]  # noqa: PLR2004
        found = named[0] if len(named) == 1 else None
        if found is None:
            warn(f"⚠ no line {plain(line)} is known: the call is taken without one. Name it: line NAME")
    elif found is None and len(known) == 1:
        found = next(iter(known.values()))
    language = opened["language"] or (found.terms.languages[0] if found else "en")
    opened = {**opened, "language": language}
    return node.post(("calls",), {"line": found.id if found else None, "opened": opened}, CallView)


def _print_state(state: object) -> None:
    """Print one state as one line of JSON."""
    sys.stdout.write(msgspec.json.encode(state).decode() + "\n")
    sys.stdout.flush()


class NodeAnswer(Struct):
    """What was released about a STOP."""

    id: str


class _Pane:
    """One call at a terminal, from its opening to its end."""

    def __init__(self, node: Node, view: "CallView") -> None:
        self._node, self.view = node, view
        self._kept: list[tuple[str, float]] = []
        self._ended = False

    def show(self) -> None:
        """Show the call as it stands."""
        from parley.cli.call_showing import call_lines

        if self._node.as_json:
            _print_state(self.view)
            return
        say()
        for row in call_lines(self.view):
            say(row)

    def attend(self) -> None:
        """Take lines from the keyboard until the call ends; its breaking off is noted."""
        if sys.stdin.isatty():
            import readline  # noqa: F401 - lines can be edited
        try:
            for text in self._typed():
                self._take_kindly(text)
                if self._ended:
                    return
        except KeyboardInterrupt:
            pass
        self._take_kindly("hold")

    def _typed(self) -> Iterator[str]:
        prompt = "> " if sys.stdin.isatty() and not self._node.as_json else ""
        for _ in range(LINES_MOST):
            try:
                yield input(prompt)
            except EOFError:
                return
            except UnicodeDecodeError:
                warn("⚠ what was typed is no UTF-8 text: type it again")

    def _take_kindly(self, text: str) -> None:
        """Take a line; a refusal is said, and what the node could not take is kept for the next try."""
        waiting, self._kept = [*self._kept, (text, time.monotonic())], []
        for number, (one, said_s) in enumerate(waiting):
            try:
                self.take(one, said_s)
            except SystemFault as fault:
                self._kept = waiting[number:]
                print_error(fault, as_json=self._node.as_json)
                warn(
                    f"[bold]NOT TAKEN YET, KEPT HERE: {len(self._kept)} line(s). Press Enter to try again.[/]"
                )
                return
            except ParleyError as error:
                print_error(error, as_json=self._node.as_json)

    def take(self, text: str, said_s: float | None = None) -> None:
        """Do what one line asks for, and show the call.

        Args:
            text: as typed.
            said_s: when it was typed, by this machine's monotonic clock; null is now.

        Raises:
            ParleyError: as the node, or the reader of lines.
        """
        from parley.cli.call_lines import HELP, Act, read_line

        typed = read_line(text.encode(errors="replace").decode())
        if typed.act is Act.HELP:
            for row in HELP:
                say(f"  {plain(row)}")
            return
        ago_s = 0.0 if said_s is None else time.monotonic() - said_s
        ago_s = ago_s if ago_s >= 1 else 0.0  # it was not held up
        self._do(typed, ago_ms=min(MOST_AGO_MS, round(ago_s * 1_000)))
        self._ended = typed.act in {Act.CLOSE, Act.HOLD}
        self.show()

    def _do(self, typed: "Typed", ago_ms: int) -> None:
        from parley.cli.call_lines import Act, Typed
        from parley.node.call_view import CallView

        what = {Act.SAY: "fragments", Act.WARN: "warn-all", Act.HOLD: "hang-up", Act.LOOK: "check"}
        body = dict(typed.body)
        if typed.act is Act.SAY:
            body["ago_ms"] = ago_ms
        if typed.act is Act.TOLD:
            if typed.number > len(self.view.to_say):
                raise InputError(
                    "told-unreadable", "nothing of that number waits to be said", do="See: Say it"
                )
            body = {"of": self.view.to_say[typed.number - 1].id}
        if typed.act is Act.ANSWER:
            self._answer_stop(body)
            typed, body = Typed(act=Act.LOOK), {}
        path = ("calls", self.view.call.id, what.get(typed.act, typed.act.value))
        self.view = self._node.post(path, body, CallView)

    def _answer_stop(self, body: dict[str, object]) -> None:
        """Answer the newest STOP of theirs in this call; what we answer then waits to be said to them."""
        stops = [one.id for one in self.view.done if one.kind == "stop"]
        if not stops or self.view.call.line is None:
            raise InputError("stop-unknown", "no STOP was recorded in this call", do="If they said it: s")
        self._node.post(("lines", self.view.call.line, "stops", stops[-1], "reply"), body, NodeAnswer)

    def play(self, script: Path) -> None:
        """Play a script: each line at its time since the call began.

        Raises:
            InputError: script-unreadable, naming the row; or as the node.
        """
        from parley.cli.composing import read_input

        rows = read_input(script).decode("utf-8", "replace").splitlines()
        for number, row in enumerate(rows, 1):
            if not row.strip() or row.startswith("#"):
                continue
            found = _TIMED.fullmatch(row.strip())
            if found is None:
                do = 'Write "+MM:SS TEXT": the time since the call began, then what is typed.'
                raise InputError(
                    "script-unreadable", "the row has no time", where=f"{script} row {number}", do=do
                )
            self._wait_until((int(found.group(1)) * 60 + int(found.group(2))) * 1_000)
            self.take(found.group(3))
            if self._ended:
                return

    def _wait_until(self, offset_ms: int) -> None:
        at_ms = self.view.call.started_ms + offset_ms
        now = self._node.get(("status",), NodeNow)
        if at_ms <= now.now_ms:
            return
        if now.driven_clock:
            self._node.ask_only(("clock",), {"now_ms": at_ms}, NodeNow)
        else:
            time.sleep((at_ms - now.now_ms) / 1_000)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(call)
