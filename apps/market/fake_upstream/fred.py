"""FRED's observations of a series."""

import re
from datetime import datetime

from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.wire import Asked, Reply, as_json
from apps.market.sources.protocol import Kind, UnknownSymbol

FRED_KEY = "0123456789abcdef0123456789abcdef"
_KEY = re.compile(r"[0-9a-z]{32}")
_MANUAL = "Read https://fred.stlouisfed.org/docs/api/api_key.html for more information."


def answer(asked: Asked, market: Market, at: datetime) -> Reply:
    """Return observations, newest first with sort_order=desc; whatever is wrong is 400 with `error_message`."""
    if asked.path != "/fred/series/observations":
        return _refused(404, "Not Found.")
    key = asked.query.get("api_key")
    if key is None:
        return _refused(400, f"Bad Request.  Variable api_key is not set.  {_MANUAL}")
    if not _KEY.fullmatch(key):
        return _refused(
            400, f"Bad Request.  The value for variable api_key is not a 32 character alpha-numeric string.  {_MANUAL}"
        )
    if key != FRED_KEY:
        return _refused(400, f"Bad Request.  The value for variable api_key is not registered.  {_MANUAL}")
    try:
        newest_first = market.value(Kind.MACRO, asked.symbol, at)
    except UnknownSymbol:
        return _refused(400, "Bad Request.  The series does not exist.")
    order = asked.query.get("sort_order", "asc")
    rows = newest_first if order == "desc" else newest_first[::-1]
    limit = int(asked.query["limit"]) if asked.query.get("limit", "").isdecimal() else 100_000
    today = f"{at:%Y-%m-%d}"
    observations = [
        {"realtime_start": today, "realtime_end": today, "date": row["date"], "value": str(row["value"])}
        for row in rows[:limit]
    ]
    return as_json(
        {
            "realtime_start": today,
            "realtime_end": today,
            "observation_start": "1600-01-01",
            "observation_end": "9999-12-31",
            "units": "lin",
            "output_type": 1,
            "file_type": "json",
            "order_by": "observation_date",
            "sort_order": order,
            "count": len(rows),
            "offset": 0,
            "limit": limit,
            "observations": observations,
        }
    )


def _refused(status: int, message: str) -> Reply:
    return as_json({"error_code": status, "error_message": message}, status=status)
