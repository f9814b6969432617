"""The exchange's state in the words of the page header."""

from datetime import datetime
from typing import TypedDict

from alphagex import clock


class MarketNote(TypedDict):
    """is_open; label and note to show ("Closed", "opens Mon 09:30"); reason; changes_at: ISO, UTC."""

    is_open: bool
    label: str
    note: str
    reason: str
    changes_at: str


def market_note(at: datetime) -> MarketNote:
    """Return the header's market status at `at`."""
    status = clock.market_status(at)
    changes = status.changes_at
    moment = f"{changes:%H:%M}" if changes.date() == clock.in_new_york(at).date() else f"{changes:%a %H:%M}"
    return {
        "is_open": status.is_open,
        "label": "Open" if status.is_open else "Closed",
        "note": f"closes {moment}" if status.is_open else f"opens {moment}",
        "reason": status.reason,
        "changes_at": clock.utc_iso(changes),
    }
