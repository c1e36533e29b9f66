"""Settings: one table of name, default, unit and meaning, read from `parley.toml`."""

import ipaddress
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from parley.config.home import Home
from parley.words.errors import InputError
from parley.words.party import PartyName


class OwnContact(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rung of our own ladder.

    Attributes:
        who: a duty or name; private to this node.
        channels: "siren", or addresses as Apprise reads them; all are used at once.
        wait_s: seconds until the next contact is tried.
    """

    who: Annotated[str, Meta(min_length=1, max_length=80)]
    channels: Annotated[tuple[Annotated[str, Meta(max_length=400)], ...], Meta(min_length=1, max_length=8)]
    wait_s: Annotated[float, Meta(ge=5.0, le=3_600.0)] = 60.0


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a node is told.

    Attributes:
        name: this party's short name on the line, fit for voice.
        peer_listen: address and port for other parties' nodes.
        desk_listen: address and port for our own desks; a loopback address.
        high_water: the high-water file; best on another volume than the database.
        two_person: a second person must release what one drafted.
        warn_at_once: in a call, under ten minutes to the start, own units inside or too near are warned
            without asking the officer.
        beat_s: seconds between beats, 1 to 3600.
        contacts: whom alarms climb to when nobody at the desk deals with them, in order; none by default.
        siren_command: the program that sounds the siren; none rings the terminal that serves the node.
        exercises_reach_contacts: whether alarms of exercise lines reach these contacts.
    """

    name: PartyName
    peer_listen: str = "127.0.0.1:7443"
    desk_listen: str = "127.0.0.1:7080"
    high_water: str
    two_person: bool = False
    warn_at_once: bool = False
    beat_s: Annotated[float, Meta(ge=1.0, le=3_600.0)] = 10.0
    contacts: Annotated[tuple[OwnContact, ...], Meta(max_length=32)] = ()
    siren_command: Annotated[tuple[str, ...], Meta(max_length=32)] = ()
    exercises_reach_contacts: bool = False


def read_settings(home: Home) -> Settings:
    """Read and check the settings.

    Raises:
        InputError: home-missing, settings-invalid.
    """
    try:
        text = home.settings.read_bytes()
    except OSError as error:
        raise InputError(
            "home-missing",
            "there is no node here",
            where=str(home.path),
            do="Name its folder with --home or PARLEY_HOME, or make a node with `parley init`.",
        ) from error
    try:
        settings = msgspec.toml.decode(text, type=Settings)
        parse_address(settings.peer_listen)
        host, _ = parse_address(settings.desk_listen)
    except (msgspec.DecodeError, ValueError) as error:
        raise InputError(
            "settings-invalid", str(error), where=str(home.settings), do="Correct the file."
        ) from error
    if not ipaddress.ip_address(host).is_loopback:
        raise InputError(
            "settings-invalid",
            "desk_listen must be a loopback address: the local API has no TLS",
            where=str(home.settings),
            do="Use 127.0.0.1, and a TLS proxy in front for desks on other machines.",
        )
    return settings


def parse_address(text: str) -> tuple[str, int]:
    """Split "address:port".

    Raises:
        ValueError: it is not a numeric address and a port.
    """
    host, _, port = text.rpartition(":")
    address = ipaddress.ip_address(host.strip("[]"))
    number = int(port)
    if not 0 <= number <= 65_535:  # noqa: PLR2004 - the range of ports
        raise ValueError(f"no such port: {port}")
    return str(address), number


def write_settings(path: Path, settings: Settings) -> None:
    """Write the settings with a comment on each."""
    text = f"""# Parley: the settings of one node. Restart `parley serve` after a change.

# This party's short name on the line, fit for voice.
name = "{settings.name}"

# Address and port for other parties' nodes (mutual TLS).
peer_listen = "{settings.peer_listen}"

# Address and port for our own desks and commands; a loopback address.
desk_listen = "{settings.desk_listen}"

# The high-water file. Move it to another volume than the database: it shows when an old copy is put back.
high_water = "{settings.high_water}"

# Whether a second person must release what one drafted (under ten minutes to start, one is enough).
two_person = {str(settings.two_person).lower()}

# In a call, under ten minutes to the start: warn own units inside or too near without asking the officer.
warn_at_once = {str(settings.warn_at_once).lower()}

# Seconds between beats, 1 to 3600.
beat_s = {settings.beat_s}

# Whether alarms of exercise lines reach the contacts below.
exercises_reach_contacts = {str(settings.exercises_reach_contacts).lower()}

# The program that sounds the siren, with its arguments; none rings the terminal that serves the node.
siren_command = [{", ".join(map(_quoted, settings.siren_command))}]

# Whom an alarm climbs to when nobody at the desk deals with it, in this order, one block for each:
#   [[contacts]]
#   who = "DUTY OFFICER"
#   channels = ["siren", "mailto://user:password@mail.example"]   # as Apprise reads addresses
#   wait_s = 60
{_contacts(settings)}"""
    path.write_text(text)


def _contacts(settings: Settings) -> str:
    """Return the contacts as blocks of TOML."""
    return "".join(
        f"""
[[contacts]]
who = {_quoted(one.who)}
channels = [{", ".join(map(_quoted, one.channels))}]
wait_s = {one.wait_s}
"""
        for one in settings.contacts
    )


def _quoted(text: str) -> str:
    """Return text as a basic string of TOML, which JSON's form is too."""
    return msgspec.json.encode(text).decode()
