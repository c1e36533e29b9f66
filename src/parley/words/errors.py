"""The errors that people and peers meet: what happened, where, and what to do next.

Who erred is a type: `InputError` the person at this node, `PeerError` the other party's node,
`SystemFault` this machine. Anything else that escapes is a bug of ours.
"""

from typing import Final


class ParleyError(Exception):
    """An error with a stable name that programs can match and three sentences that people can use.

    Args:
        name: stable kebab-case name, e.g. "polygon-self-crossing"; the same in API, logs and vectors.
        what: what is wrong, one sentence without a full stop.
        where: the member, file or message concerned; empty when there is only one place.
        do: what to do next.
    """

    exit_status: int = 3

    def __init__(self, name: str, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(name, what)
        self.name: Final = name
        self.what: Final = what
        self.where: Final = where
        self.do: Final = do

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.do}" if self.do else ""
        return f"{self.what}{place}.{advice}"


class InputError(ParleyError):
    """What was typed, imported or asked for cannot be done as it stands."""

    exit_status = 2


class PeerError(ParleyError):
    """What came from another party breaks the protocol; `name` is the rule it breaks."""

    exit_status = 1


class SystemFault(ParleyError):
    """This machine or installation cannot go on: a disk, a lease, a missing database."""

    exit_status = 3
