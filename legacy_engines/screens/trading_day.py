"""What a weekday is good for, as the box above every page said it (C-2)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

CENTRAL = ZoneInfo("America/Chicago")
_QUALITY = {0: ("🟢", "Best"), 1: ("🟢", "Best"), 2: ("🟡", "Good")}
_OTHER = ("🔴", "Caution")


def trading_day(now: datetime) -> dict[str, str]:
    """Return `day`, `glyph` and `quality` of the Central weekday; weekends are Caution like Thursday and Friday."""
    here = now.astimezone(CENTRAL)
    glyph, quality = _QUALITY.get(here.weekday(), _OTHER)
    return {"day": f"{here:%A}", "glyph": glyph, "quality": quality}
