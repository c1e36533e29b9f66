"""Asking: one field at a time at a terminal, each again until it can be read."""

from collections.abc import Callable
from typing import TypeVar

import typer

from parley.cli.client import typed_text
from parley.cli.output import plain, say
from parley.words.errors import InputError

T = TypeVar("T")


def ask(question: str, given: str | None, read: Callable[[str], T], *, asks: bool, option: str) -> T:
    """Return a field that was given as an option, or ask a person for it.

    Args:
        question: what to ask.
        given: the option's text; null when it was not given.
        read: reads the text, or raises.
        asks: whether there is a person to ask.
        option: the option's name, for whoever runs this without a terminal.

    Raises:
        InputError: field-missing when there is nobody to ask; what was given cannot be read.
    """
    if given is not None:
        return read(typed_text(given))
    if not asks:
        do = f"Give {option}."
        raise InputError("field-missing", f"{question.lower()} is missing, and there is nobody to ask", do=do)
    while True:
        try:
            return read(typed_text(str(typer.prompt(f"  {question}"))))
        except InputError as error:
            say(f"  ⚠ {plain(error.what)}. {plain(error.do)}")
