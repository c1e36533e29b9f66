"""What our own desks and commands ask about calls. One struct for each request body."""

from typing import Annotated

from msgspec import Meta

from parley.node.calling import About, Opened
from parley.node.closing import Outcome
from parley.watch.call import Field
from parley.web.asked import Asked
from parley.words.units import MessageId


class AskCall(Asked, frozen=True, kw_only=True):
    """Begin a call; without a line the caller is one whom no line knows."""

    line: str | None = None
    opened: Opened = Opened()


class AskFragment(Asked, frozen=True, kw_only=True):
    """Take what was said, just now or so long ago; of no field it is free text."""

    text: Annotated[str, Meta(max_length=10_000)]
    field: Field = Field.FREE
    ago_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 0


class AskAbout(Asked, frozen=True, kw_only=True):
    """Say what turned out during a call."""

    about: About


class AskCallLine(Asked, frozen=True, kw_only=True):
    """Name the line of a caller."""

    line: str


class AskSaid(Asked, frozen=True, kw_only=True):
    """Note that a message of ours was said to them, by its id."""

    of: MessageId


class AskClose(Asked, frozen=True, kw_only=True):
    """End a call, with what came of it."""

    outcome: Outcome
