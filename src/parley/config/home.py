"""Home: the folder of one node, and what lies where in it."""

import os
from pathlib import Path

from msgspec import Struct

DEFAULT = "~/.parley"


class Home(Struct, frozen=True):
    """The paths of a node."""

    path: Path

    @property
    def settings(self) -> Path:
        """Settings, for people to edit."""
        return self.path / "parley.toml"

    @property
    def root_key(self) -> Path:
        """The root key. It belongs offline: move it away after `parley init`."""
        return self.path / "root" / "root.key"

    def key(self, purpose: str) -> Path:
        """Return the working key for a purpose: message, head, cosign or tls."""
        return self.path / "keys" / f"{purpose}.key"

    @property
    def picture_key(self) -> Path:
        """The key that the picture's rows are encrypted with."""
        return self.path / "keys" / "picture.key"

    @property
    def certificate(self) -> Path:
        """The TLS certificate that peers pin."""
        return self.path / "tls.crt"

    @property
    def descriptor(self) -> Path:
        """The root-signed descriptor."""
        return self.path / "descriptor.json"

    @property
    def lines_db(self) -> Path:
        """The database of lines and journal."""
        return self.path / "lines.db"

    @property
    def reserve(self) -> Path:
        """Room on the disk, kept for STOPs."""
        return self.path / "reserve"

    @property
    def picture_db(self) -> Path:
        """The database of the picture, apart."""
        return self.path / "picture.db"

    @property
    def lock(self) -> Path:
        """The lease's file."""
        return self.path / "lock"

    @property
    def token(self) -> Path:
        """What our own desks and commands show to the local API."""
        return self.path / "token"


def home_at(given: Path | None) -> Home:
    """Return the home that was given, or PARLEY_HOME unless it is empty, or the default `~/.parley`."""
    return Home((given or Path(os.environ.get("PARLEY_HOME") or DEFAULT)).expanduser().absolute())
