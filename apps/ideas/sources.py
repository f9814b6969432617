"""Where ideas come from. A feature registers a finder; an idea is named by source, symbol and a short reference.

The browser sends the name only. What is handed on is found again on the server, so nobody can slip in other figures.
"""

from collections.abc import Callable
from datetime import datetime

from apps.ideas.idea import Idea

Finder = Callable[[str, str, datetime], Idea]
"""Takes symbol, reference and moment; returns the idea as it stands now. Raises IdeaGoneError."""

_FINDERS: dict[str, Finder] = {}


class IdeaGoneError(LookupError):
    """The idea is no longer proposed: the market moved on. The message says so."""


def register(source: str, find: Finder) -> None:
    """Make the ideas of a feature known under the name `source`, which stands in addresses."""
    _FINDERS[source] = find


def find(source: str, symbol: str, reference: str, *, at: datetime) -> Idea:
    """Return an idea by its name. Raises IdeaGoneError, KeyError for a source nobody registered."""
    return _FINDERS[source](symbol, reference, at)
