"""The `parley` command."""

import io
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Final, NoReturn

import typer

from parley.cli import (
    answers,
    call,
    check,
    coord,
    desk,
    doctor,
    drafts,
    hazards,
    incidents,
    lines,
    nodes,
    notices,
    phone,
    picture,
    records,
    relays,
    stops,
    track,
)
from parley.cli.output import BAD_INPUT, SYSTEM_FAILED, THE_ANSWER_IS_NO, print_error, troubles, warn
from parley.words.errors import InputError, ParleyError, SystemFault

app = typer.Typer(
    name="parley",
    help="A deconfliction line between parties that share a space but not trust.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
nodes.add_to(app)
desk.add_to(app)
doctor.add_to(app)
coord.add_to(app)
check.add_to(app)
track.add_to(app)
phone.add_to(app, lines.lines)
call.add_to(app)
app.add_typer(lines.lines, name="line")
drafts.add_to(notices.notices)
app.add_typer(notices.notices, name="notice")
answers.add_to(app)
app.add_typer(stops.stops, name="stop")
hazards.add_to(app)
app.add_typer(relays.relays, name="relay")
app.add_typer(picture.picture, name="picture")
app.add_typer(incidents.incidents, name="incident")
app.add_typer(records.record, name="record")
app.add_typer(records.journal, name="journal")
if find_spec("parley.cli.exercise"):
    import_module("parley.cli.exercise").add_to(app)

AT_ONCE: Final = frozenset({"stop", "hazard", "call", "board", "take"})
"""What an officer looks for when there is no time: a panel of its own, last, where the terminal stands still."""
for _command in app.registered_commands:
    _name = _command.name or getattr(_command.callback, "__name__", "")
    _command.rich_help_panel = "At once" if _name in AT_ONCE else "Commands"
for _group in app.registered_groups:
    _group.rich_help_panel = "At once" if _group.name in AT_ONCE else "Commands"


NOT_CALLED: Final = "THE STOP WAS NOT CALLED. RING THEM NOW."
NOT_KNOWN_CALLED: Final = "IT IS NOT KNOWN WHETHER THE STOP WAS CALLED. RING THEM NOW, AND CALL IT AGAIN."
MAYBE_CALLED: Final = frozenset({"answer-lost", "answer-unreadable"})


def run() -> NoReturn:
    """Run the command line; every failure has its exit status."""
    as_json = "--json" in sys.argv
    calling = sys.argv[1:3] == ["stop", "call"]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a glyph must not end a command
    try:
        status = app(prog_name="parley", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as end:  # Typer's own: completion, or 1 when whoever read the output has gone
        sys.exit(_unread() if end.code == 1 else end.code)
    except KeyboardInterrupt:
        if calling:
            warn(f"[bold]{NOT_KNOWN_CALLED}[/]")
        sys.exit(SYSTEM_FAILED)
    except Exception as error:  # noqa: BLE001 - the last resort: an uncaught failure has status 3
        sys.exit(_fail(error, as_json=as_json, calling=calling))
    sys.exit(status if isinstance(status, int) else 0)


def _fail(error: Exception, *, as_json: bool, calling: bool) -> int:
    """Say what failed; return the exit status. A STOP that failed says so before anything else."""
    if calling:
        error = _not_called(error)
    match error:
        case ParleyError():
            print_error(error, as_json=as_json)
            return error.exit_status
        case typer.Abort():
            warn("Nothing was done.")
            return THE_ANSWER_IS_NO
        case BrokenPipeError():
            return _unread()
        case OSError():
            place = str(error.filename or "")
            what = error.strerror or "a file cannot be used"
            what = f"{NOT_KNOWN_CALLED} {what}" if calling else what
            print_error(SystemFault("file-failed", what, where=place, do="Check the disk."), as_json=as_json)
            return SYSTEM_FAILED
        case _:
            return _fail_otherwise(error, as_json=as_json)


def _not_called(error: Exception) -> Exception:
    """Return the failure of `stop call` with what it means for the STOP in front."""
    match error:
        case ParleyError():
            loud = NOT_KNOWN_CALLED if error.name in MAYBE_CALLED else NOT_CALLED
            what = f"{loud} {error.what[:1].upper()}{error.what[1:]}"
            return type(error)(error.name, what, where=error.where, do=error.do)
        case BrokenPipeError():
            return error
        case _ if hasattr(error, "format_message"):
            what = f"{NOT_CALLED} {usage_text(str(error.format_message()))}"
            return InputError("usage", what, do="Call it on the whole line: parley stop call")
        case _:
            return error


def usage_text(message: str) -> str:
    """Return Typer's sentence on one line, without the words of the library that looked at the value."""
    return " ".join(message.replace("Value error, ", "").split()).rstrip(".")


def _unread() -> int:
    """Whoever read the output has gone: nothing more can be said, nor counts as said."""
    sys.stdout = io.StringIO()
    return SYSTEM_FAILED


def _fail_otherwise(error: Exception, *, as_json: bool) -> int:
    """Tell a command that was typed wrongly from a failure of ours.

    Typer carries a copy of Click in some versions and uses the package in others: what its errors have
    in common is `format_message`.
    """
    message = getattr(error, "format_message", None)
    if message is not None:
        context = getattr(error, "ctx", None)
        usage = f"See: {context.command_path} --help" if context is not None else "See: parley --help"
        what = usage_text(str(message()))
        if what or as_json:  # without a word typed the help is shown already
            print_error(InputError("usage", what or "no command was given", do=usage), as_json=as_json)
        return BAD_INPUT
    if os.environ.get("PARLEY_DEBUG"):
        troubles.print_exception()
    do = "Please report it; PARLEY_DEBUG=1 shows where it happened."
    loud = f"{NOT_KNOWN_CALLED} " if sys.argv[1:3] == ["stop", "call"] else ""
    print_error(SystemFault("uncaught", f"{loud}parley failed: {error!r}", do=do), as_json=as_json)
    return SYSTEM_FAILED


if __name__ == "__main__":
    run()
