"""Channel: the door through which a person of our own is reached outside the desk."""

from typing import Protocol

from parley.watch.climbing import Attempt


class Channel(Protocol):
    """One way to reach one's own people: a siren, a text message, a pager.

    What is handed over names the precedence and the desk, never content (rule 7): a channel is not ours.
    """

    def send(self, attempt: Attempt) -> str:
        """Hand an attempt over; may take seconds, and is called on a thread of its own.

        Returns:
            What the channel said, for the journal.

        Raises:
            OSError: it was not taken. Whatever else it raises counts as that too.
        """
