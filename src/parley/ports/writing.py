"""Writing: the door to the one writer, for those who wait on the event loop."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from parley.ports.store import Tx

T = TypeVar("T")


class Submit(Protocol):
    """Hands a command to the one writer."""

    def __call__(self, command: Callable[[Tx], T], *, urgent: bool = False) -> Awaitable[T]:
        """Return what is done once the command is durable; it raises what the command raised.

        An urgent command comes first in the next batch.
        """
        ...
