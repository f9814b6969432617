"""Symbols with armed rules are polled, whether or not somebody looks at them."""

from datetime import datetime

from django.db.models import Count

from apps.alerts.models import Alert
from apps.market.watching import note_watched

MOST = 50  # the request budget is shared with the pages


def keep_watched(*, at: datetime) -> list[str]:
    """Keep the symbols with the most armed rules polled; return them."""
    armed = Alert.objects.filter(state=Alert.State.ARMED).exclude(symbol="")
    counted = armed.values("symbol").annotate(rules=Count("pk")).order_by("-rules", "symbol")
    symbols = [row["symbol"] for row in counted[:MOST]]
    note_watched(symbols, at=at)
    return symbols
