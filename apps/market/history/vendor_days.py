"""A source's daily history as columns of DayFigures."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from apps.market.history.std import number
from apps.market.storage import price_to_decimal

Columns = dict[str, float | Decimal]
"""Columns of DayFigures; what is not known is left out."""

BAR_COLUMNS = ("open", "high", "low", "close")
GAMMA_COLUMNS = (
    "net_gex", "flip_point", "implied_volatility", "put_call_ratio", "rating", "gamma_formation",
)  # fmt: skip
_NAMES = {
    "net_gex": "skew_adjusted_gex",
    "implied_volatility": "implied_volatility",
    "put_call_ratio": "put_call_ratio_open_interest",
    "rating": "rating",
    "gamma_formation": "gamma_formation",
}


def gamma_by_day(rows: Any) -> dict[date, Columns]:
    """Return an answer to GAMMA_DAYS by day; of several rows of a day the last one. Rows without a date are left out.

    The vendor's dates carry a time behind a space or an underscore; his 0 for a flip or a price means none.
    """
    found: dict[date, Columns] = {}
    for row in rows if isinstance(rows, list) else ():
        day = _day(row.get("collection_date")) if isinstance(row, Mapping) else None
        if day is None:
            continue
        figures = {ours: number(row.get(theirs)) for ours, theirs in _NAMES.items()}
        figures["flip_point"] = number(row.get("gex_flip_price")) or None
        found[day] = _known(figures | {"close": _price(row.get("price", row.get("spot_price")))})
    return found


def bars_by_day(bars: Any) -> dict[date, Columns]:
    """Return an answer to BARS with an interval of a day by day. A bar without a close is left out."""
    if not isinstance(bars, Mapping):
        return {}
    columns = [bars.get(name) or [] for name in ("time", *BAR_COLUMNS)]
    found: dict[date, Columns] = {}
    for time, *prices in zip(*columns, strict=False):
        day, bar = _day(time), _known(dict(zip(BAR_COLUMNS, map(_price, prices), strict=True)))
        if day is not None and "close" in bar:
            found[day] = bar
    return found


def _known(columns: Mapping[str, float | Decimal | None]) -> Columns:
    return {name: value for name, value in columns.items() if value is not None}


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _price(value: Any) -> Decimal | None:
    price = number(value)
    return price_to_decimal(price) if price else None
