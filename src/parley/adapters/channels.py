"""Channels: the siren of this machine, and what Apprise reaches (mail, text messages, pagers, chat).

A channel is named in `parley.toml`: "siren", or an address as Apprise reads it. What is sent is the
precedence and the desk. That a channel took it proves nothing: only a person's word ends an alarm.
"""

import subprocess
import sys
from typing import Final

from parley.ports.channel import Channel
from parley.watch.climbing import Attempt
from parley.words.errors import InputError

SIREN: Final = "siren"
SEND_S: Final = 20.0


def text_of(attempt: Attempt) -> str:
    """Return all that an outside channel is told."""
    return f"{attempt.precedence.value}: desk {attempt.desk}. Go to the desk."


class Siren:
    """The machine's own bell, or a command that sounds one.

    Args:
        command: a program and its arguments; none rings the terminal that serves the node.
    """

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command

    def send(self, attempt: Attempt) -> str:
        if not self._command:
            sys.stderr.write("\a")
            sys.stderr.flush()
            return "rang the terminal"
        subprocess.run(  # noqa: S603 - the operator's own command, from the settings
            [*self._command, text_of(attempt)],
            check=True,
            timeout=SEND_S,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return "the siren's command ended well"


class Outside:
    """An address that Apprise knows how to reach. Loaded when first used: most nodes start without."""

    def __init__(self, address: str) -> None:
        self._address = address

    def send(self, attempt: Attempt) -> str:
        import apprise  # noqa: PLC0415 - 25 MB that a node without outside channels never loads

        target = apprise.Apprise()
        if not target.add(self._address):
            raise OSError("the address is in no form that is known")
        if not target.notify(title="Parley", body=text_of(attempt)):
            raise OSError("the channel did not take it")
        return "taken by the channel"


def labels_of(names: tuple[str, ...]) -> dict[str, str]:
    """Return what to call channels in the journal and at the desks: an address may hold a password or a token."""
    return {
        name: name if name == SIREN else f"{name.partition('://')[0]} {number}"
        for number, name in enumerate(names, 1)
    }


def channels_of(names: tuple[str, ...], siren_command: tuple[str, ...]) -> dict[str, Channel]:
    """Return the channels of these names.

    Raises:
        InputError: channel-unknown.
    """
    made: dict[str, Channel] = {}
    for name in names:
        if name == SIREN:
            made[name] = Siren(siren_command)
        elif "://" in name:
            made[name] = Outside(name)
        else:
            do = 'Give "siren", or an address such as "mailto://user:password@mail.example".'
            raise InputError("channel-unknown", "there is no such channel", where=name[:60], do=do)
    return made
