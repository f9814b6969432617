"""Who takes ideas over: a feature registers a taker, and its button stands at every idea.

`take` gets the stored idea and returns what the browser is told: a toast, a page to go to, or a dialog.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User

from apps.ideas.idea import Idea
from apps.ideas.models import TradeIdea


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of it. title, text: the toast. url: where to go instead. dialog: HTML of a dialog to open."""

    title: str = ""
    text: str = ""
    url: str = ""
    dialog: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """key: stands in addresses and in the log. label, icon: the button. can_take: whether it is offered at an idea."""

    key: str
    label: str
    icon: str
    take: Callable[[User, Idea, TradeIdea], Outcome]
    can_take: Callable[[Idea], bool] = lambda idea: True


_TAKERS: dict[str, Taker] = {}


def register(taker: Taker) -> None:
    """Offer `taker` at every idea from now on, in the order of registering."""
    _TAKERS[taker.key] = taker


def every() -> list[Taker]:
    """Return all takers in the order of their buttons."""
    return list(_TAKERS.values())


def taker(key: str) -> Taker:
    """Return a taker. Raises KeyError."""
    return _TAKERS[key]


def _log(user: User, idea: Idea, stored: TradeIdea) -> Outcome:
    return Outcome(title="Logged", text=f"{idea.symbol} {idea.strategy} is in your log of ideas.")


LOG = Taker(key="log", label="Log", icon="bookmark", take=_log)
