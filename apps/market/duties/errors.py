"""How a duty says that it cannot be done yet."""


class NotYetError(Exception):
    """What the duty needs has not come in; it is tried again on the next tick. The message says what is missing."""
