"""Where the marks of a position come from, and as of when."""

from collections.abc import Sequence

from alphagex import clock
from apps.ledger.models import Leg
from apps.market.notices import BADGE_KINDS, Badge

_KINDS = {str(truth): kind for truth, kind in BADGE_KINDS.items()}


def badge_of_legs(legs: Sequence[Leg]) -> Badge | None:
    """Return the badge of the leg marked longest ago, None before the first mark."""
    marked = [(leg.marked_at, leg) for leg in legs if leg.open_quantity and leg.marked_at is not None]
    if not marked:
        return None
    when, oldest = min(marked, key=lambda one: one[0])
    label = oldest.source.capitalize() if oldest.source.islower() else oldest.source
    return {
        "kind": _KINDS.get(oldest.truth, "computed"),
        "text": f"{label} {clock.in_new_york(when):%H:%M}".strip(),
        "label": label,
        "as_of": when,
        "stale_after": None,
        "origin": "",
    }
