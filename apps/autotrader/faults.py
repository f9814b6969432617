"""Named steps of opening, marking and closing, told to whoever wants to know: tests end the process at one of them."""

from collections.abc import Callable

AtStep = Callable[[str], None]


def unwatched(step: str) -> None:
    """Let a step pass."""


STEPS = (
    "account locked",
    "trade row written",
    "entry filled",
    "entry linked",
    "mark written",
    "exit wanted",
    "exit filled",
    "exit written",
    "decision stored",
)
"""In the order of a day. Everything of one run is one transaction, so that none of them leaves half of it behind."""
