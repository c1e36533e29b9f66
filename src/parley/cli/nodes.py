"""`parley init` and `parley serve`: the two commands that do not talk to a running node."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from parley.cli.options import HomeOption, JsonOption
from parley.cli.output import plain, print_json, say
from parley.config.home import home_at
from parley.config.settings import Settings
from parley.words.errors import InputError
from parley.words.party import PartyName

SWITCH_S: Final = 0.0005
"""How long one thread may keep the interpreter: the writer must not wait 5 ms behind the event loop."""

PassphraseOption = Annotated[
    Path | None, typer.Option("--passphrase-file", help="A file whose first line is the keys' passphrase.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(init)
    app.command()(serve)


def read_passphrase(path: Path | None) -> bytes | None:
    """Return the first line of a file; null when none was named.

    Raises:
        InputError: passphrase-unreadable.
    """
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            passphrase = file.readline(1_025).rstrip(b"\r\n")
    except OSError as error:
        what = f"the passphrase cannot be read: {error.strerror}"
        raise InputError(
            "passphrase-unreadable", what, where=str(path), do="Check the file's name."
        ) from error
    if not 0 < len(passphrase) <= 1_024:  # noqa: PLR2004 - what the key format takes
        what = "the file's first line is no passphrase: it has none, or over 1,024 bytes"
        raise InputError("passphrase-unreadable", what, where=str(path))
    return passphrase


def init(  # noqa: PLR0913 - each is an option that a person may give
    name: Annotated[
        str, typer.Argument(help='Short name of this party on the line, fit for voice: "EASTERN".')
    ],
    *,
    home: HomeOption = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option(help="Address at which peers reach this node, https://…; may be repeated."),
    ] = None,
    peer_listen: Annotated[str, typer.Option(help="Address and port for peers.")] = "127.0.0.1:7443",
    desk_listen: Annotated[
        str, typer.Option(help="Loopback address and port for our desks.")
    ] = "127.0.0.1:7080",
    high_water: Annotated[
        Path | None, typer.Option(help="The high-water file; best on another volume than the node's folder.")
    ] = None,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a node: keys, certificate, databases, settings."""
    from parley.wiring.making import init as make

    _check_name(name)
    at = home_at(home)
    mark = (high_water or at.path / "high-water.json").absolute()
    settings = Settings(name=name, peer_listen=peer_listen, desk_listen=desk_listen, high_water=str(mark))
    endpoints = tuple(endpoint or [f"https://{peer_listen}"])
    descriptor = make(at, settings, endpoints, passphrase=read_passphrase(passphrase_file))
    if as_json:
        print_json({"home": str(at.path), "name": descriptor.name, "root": descriptor.root})
        return
    path = plain(str(at.path))
    say(f"[bold]{descriptor.name}[/] is ready in {path}")
    say(f"  Move the root key offline:  {plain(str(at.root_key))}")
    say(f"  Serve it:                   parley serve --home {path}")
    say(f"  See that it is fit:         parley doctor --home {path}")
    say(f"  Then open a line:           parley line propose --home {path} --out proposal.json")


def _check_name(name: str) -> None:
    """Refuse a name that nobody could say on the line, before anything is made.

    Raises:
        InputError: name-unfit.
    """
    try:
        msgspec.convert(name, PartyName)
    except msgspec.ValidationError as error:
        do = 'Take 2 to 24 capital letters, digits and hyphens, a letter first: "EASTERN".'
        raise InputError("name-unfit", "the name is not fit for voice", where=name[:40], do=do) from error


def serve(
    *,
    home: HomeOption = None,
    passphrase_file: PassphraseOption = None,
    driven_clock: Annotated[
        int | None, typer.Option(help="Start of a driven clock, UTC milliseconds; exercise lines only.")
    ] = None,
    with_stdin: Annotated[
        bool,
        typer.Option(
            "--with-stdin", help="End also when standard input closes: for a program that starts nodes."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run the node until it is interrupted."""
    import uvloop

    from parley.cli.alarms import show_alarms
    from parley.wiring.running import RunningNode
    from parley.wiring.running import serve as run_node

    sys.setswitchinterval(SWITCH_S)

    shown: list[asyncio.Task[None]] = []  # kept: a task that nobody holds may be dropped

    def ready(node: RunningNode) -> None:
        said = {
            "name": node.own.descriptor.name,
            "peer_listen": node.settings.peer_listen,
            "desk_listen": node.settings.desk_listen,
        }
        if as_json:
            print_json(said)
        else:
            say(
                f"[bold]{said['name']}[/] serves peers on {said['peer_listen']}, desks on {said['desk_listen']}"
            )
        sys.stdout.flush()
        if not as_json and sys.stdout.isatty():
            shown.append(asyncio.get_running_loop().create_task(show_alarms(node)))

    uvloop.run(
        run_node(
            home_at(home),
            passphrase=read_passphrase(passphrase_file),
            driven_from_ms=driven_clock,
            ready=ready,
            with_stdin=with_stdin,
        )
    )
