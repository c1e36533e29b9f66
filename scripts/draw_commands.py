# ruff: noqa: INP001 - a script, not a package
"""Write docs/commands.md from the commands themselves.

Run: python scripts/draw_commands.py. A test fails when the page and the commands differ.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, get_args

from typer import Typer
from typer.models import OptionInfo

from parley.cli.main import app

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
SHARED: Final = ("--home", "--duty", "--role", "--json", "--help")
HEAD: Final = """# Commands

*Every command and option. This page is drawn from the code: `python scripts/draw_commands.py`.*

`parley` works from any directory. All commands but `init`, `serve`, `doctor`, `demo`, `exercise`, `check`, `coord`
and `track --zones` talk to the running node through its local API. How to open a line with them:
[how-to-open-a-line.md](how-to-open-a-line.md).

| exit status | meaning |
|---|---|
| 0 | good |
| 1 | the answer is no: no match, a record that does not verify, a paper that breaks a rule, a person who said no |
| 2 | bad input: the command, a file or a value cannot be used as it stands |
| 3 | the system failed: the node does not answer, a disk, an uncaught failure |

With `--json` a command prints one JSON document and asks nothing; an error is
`{"error", "what", "where", "do"}`. Without a terminal nothing is asked either: `notice send`, `amend` and
`release` then need `--yes`.

What is typed:

- **Times** are UTC: `2022-06-15T14:32Z`, the date-time group `151432ZJUN22`, or, where something is composed,
  `+20m`, `+1h30m`, `+2d` from now. A time that does not say Z is refused.
- **Coordinates** are read in every format ([coordinates](coordinates.md)): `33.5N 38.6167E`, `33 30 00 N 38 37 00 E`,
  `37SDT64390731`, `37 north 464390 3707317`, latitude first. A circle's centre may be a place's name. What could
  mean two things is refused.
- **Altitudes** carry number, unit and datum: `5000 ft msl`, `100 m agl`, `30 m hae`, `FL250`, `ground`, `unlimited`.
- **A notice** is its handle (`EASTERN-12`), its id, or eight characters of it; **a line** its name or id; **a STOP**
  and **a draft** their id or eight characters.
- **A draft file** (`--file`) is JSON with `precedence`, `activity`, `actor`, `volume` and `reason`, as in the API's
  schema (`/api/v1/schema/openapi.json`).

`parley stop call` refuses nothing that it can help. Where the notice or place that was typed cannot be read, the
STOP goes out on the whole line; a role or duty that cannot be used gives way to the default; the only open line
need not be named. Each time the command says so. Where no STOP could be called it says that before anything else.

## Shared options

Every command that talks to the node takes these; they are left out below.

| option | meaning |
|---|---|
| `--home` | the node's folder; `PARLEY_HOME`, else `~/.parley` |
| `--duty` | your duty designation, which the other side sees; `PARLEY_DUTY`, else the party's name and WATCH |
| `--role` | your role at the desk; `PARLEY_ROLE`, else `watch_officer` |
| `--json` | print JSON, and ask nothing |
| `--help` | say what a command does |

Shell completion: `parley --install-completion`, or `parley --show-completion`.
"""


def page() -> str:
    """Return the page."""
    sections = [HEAD]
    for path, command in commands():
        sections.append(_section(path, command))
    return "\n".join(sections)


def commands() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield (words, function) of every command, in the order of the help."""
    yield from _below("parley", app)


def _below(path: str, group: Typer) -> Iterator[tuple[str, Callable[..., object]]]:
    for command in group.registered_commands:
        if command.callback is not None:
            yield f"{path} {command.name or command.callback.__name__.replace('_', '-')}", command.callback
    for child in group.registered_groups:
        if child.typer_instance is not None:
            yield from _below(f"{path} {child.name}", child.typer_instance)


def options(function: Callable[..., object]) -> Iterator[tuple[str, str, bool]]:
    """Yield (name, meaning, whether it is an option) of each thing that a command takes."""
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        kind, info = get_args(parameter.annotation)[:2]
        is_option = isinstance(info, OptionInfo)
        flags = [text for text in (info.default, *(info.param_decls or ())) if isinstance(text, str)]
        name = ", ".join(flags) if is_option and flags else f"--{parameter.name.replace('_', '-')}"
        if not is_option:
            name = str(info.metavar or parameter.name.upper())
            if parameter.default is not inspect.Parameter.empty and not name.startswith("["):
                name = f"[{name}]"
        yield name, _meaning(kind, info.help, parameter.default), is_option


def _meaning(kind: object, text: str | None, default: object) -> str:
    text = (text or "").replace("|", "\\|")
    codes = [one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, StrEnum)]
    if codes:
        text += " One of: " + ", ".join(f"`{code.value}`" for code in codes[0]) + "."
    if isinstance(default, str | int) and not isinstance(default, bool):
        text += f" Default: `{getattr(default, 'value', default)}`."
    return text.strip()


def _section(path: str, function: Callable[..., object]) -> str:
    found = [one for one in options(function) if one[0] not in SHARED]
    usage = " ".join([path, *(name for name, _, is_option in found if not is_option)])
    lines = [f"## {path}", "", f"`{usage}`", "", (inspect.getdoc(function) or "").strip(), ""]
    if found:
        rows = (f"| `{name}` | {text} |" for name, text, _ in found)
        lines += ["| | |", "|---|---|", *rows, ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{PAGE}\n")
