"""`parley init` and `parley serve`: the two commands that do not talk to a running node."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from parley.cli.output import people, print_json
from parley.config.home import home_at
from parley.config.settings import Settings

SWITCH_S: Final = 0.0005
"""How long one thread may keep the interpreter: the writer must not wait 5 ms behind the event loop."""

HomeOption = Annotated[
    Path | None, typer.Option("--home", envvar="PARLEY_HOME", help="The node's folder; ~/.parley by default.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PassphraseOption = Annotated[
    Path | None, typer.Option("--passphrase-file", help="A file whose first line is the keys' passphrase.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(init)
    app.command()(serve)


def _passphrase(path: Path | None) -> bytes | None:
    return path.read_bytes().splitlines()[0] if path else None


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
    from parley.wiring.making import init as make  # noqa: PLC0415 - loads what only this command needs

    at = home_at(home)
    mark = (high_water or at.path / "high-water.json").absolute()
    settings = Settings(name=name, peer_listen=peer_listen, desk_listen=desk_listen, high_water=str(mark))
    endpoints = tuple(endpoint or [f"https://{peer_listen}"])
    descriptor = make(at, settings, endpoints, passphrase=_passphrase(passphrase_file))
    if as_json:
        print_json({"home": str(at.path), "name": descriptor.name, "root": descriptor.root})
        return
    people.print(f"[bold]{descriptor.name}[/] is ready in {at.path}")
    people.print(f"  Move the root key offline:  {at.root_key}")
    people.print(f"  Serve it:                   parley serve --home {at.path}")
    people.print(f"  Then open a line:           parley line propose --home {at.path} --out proposal.json")


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
    import uvloop  # noqa: PLC0415

    from parley.wiring.running import RunningNode  # noqa: PLC0415 - loads what only this command needs
    from parley.wiring.running import serve as run_node  # noqa: PLC0415

    sys.setswitchinterval(SWITCH_S)

    def ready(node: RunningNode) -> None:
        said = {
            "name": node.own.descriptor.name,
            "peer_listen": node.settings.peer_listen,
            "desk_listen": node.settings.desk_listen,
        }
        if as_json:
            print_json(said)
        else:
            people.print(
                f"[bold]{said['name']}[/] serves peers on {said['peer_listen']}, desks on {said['desk_listen']}"
            )
        sys.stdout.flush()

    uvloop.run(
        run_node(
            home_at(home),
            passphrase=_passphrase(passphrase_file),
            driven_from_ms=driven_clock,
            ready=ready,
            with_stdin=with_stdin,
        )
    )
