"""What the tables refuse."""

from parley.words.errors import ParleyError


class OutOfOrder(ParleyError):  # noqa: N818 - the field's word; it is a fact before it is an error
    """An event that the table has no landing for. It is recorded, and changes nothing."""

    exit_status = 2
