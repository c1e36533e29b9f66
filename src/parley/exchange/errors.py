"""What the tables refuse."""

from parley.words.errors import ParleyError


class OutOfOrder(ParleyError):
    """An event that the table has no landing for. It is recorded, and changes nothing."""

    exit_status = 2
