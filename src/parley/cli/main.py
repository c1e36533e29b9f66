"""The `parley` command."""

import sys
from typing import NoReturn

import click
import typer

from parley.cli import nodes
from parley.cli.output import BAD_INPUT, SYSTEM_FAILED, print_error, troubles
from parley.words.errors import ParleyError

app = typer.Typer(
    name="parley",
    help="A deconfliction line between parties that share a space but not trust.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
nodes.add_to(app)


def run() -> NoReturn:
    """Run the command line; every failure has its exit status."""
    as_json = "--json" in sys.argv
    try:
        status = app(standalone_mode=False)
    except ParleyError as error:
        print_error(error, as_json=as_json)
        sys.exit(error.exit_status)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(SYSTEM_FAILED)
    except Exception as error:  # noqa: BLE001 - the last resort: an uncaught failure has status 3
        troubles.print_exception() if "--debug" in sys.argv else troubles.print(f"parley failed: {error!r}")
        sys.exit(SYSTEM_FAILED)
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    run()
