"""Closed trades as the journal's engine reads them."""

from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from django.db.models import FloatField, QuerySet
from django.db.models.expressions import Func
from django.db.models.functions import Cast

from alphagex import clock
from apps.journal.models import JournalEntry

SECONDS_AN_HOUR = 3600


class _WholeSeconds(Func):
    """Unix time without its fraction: the old table kept whole seconds."""

    template = "floor(extract(epoch from %(expressions)s))::float8"
    output_field = FloatField()


def frame_of(entries: QuerySet[JournalEntry]) -> pd.DataFrame:
    """Return the trades newest first: symbol, strategy, pnl (USD), winner, closed_at (New York wall clock), hold_time.

    hold_time is of the true moments, hours, so that a change of the clocks in between does not count. Empty in, empty
    out.
    """
    rows = entries.order_by("-closed_at", "-pk").values_list(
        "symbol",
        "strategy",
        Cast("pnl", FloatField()),
        _WholeSeconds("opened_at"),
        _WholeSeconds("closed_at"),
    )
    with connection.cursor() as cursor:
        # Past the model fields' converters, which would take as long as the rest.
        cursor.execute(*rows.query.sql_with_params())
        found = cursor.fetchall()
    if not found:
        return pd.DataFrame()
    columns: list[Any] = list(zip(*found, strict=True))
    symbol, strategy, pnl, opened, closed = columns
    results, ended = np.array(pnl, dtype=np.float64), np.array(closed, dtype=np.float64)
    moments = pd.to_datetime(pd.Series(ended), unit="s", utc=True).dt.tz_convert(clock.NEW_YORK).dt.tz_localize(None)
    return pd.DataFrame(
        {
            "symbol": symbol,
            "strategy": strategy,
            "pnl": results,
            "closed_at": moments,
            "hold_time": (ended - np.array(opened, dtype=np.float64)) / SECONDS_AN_HOUR,
            "winner": results > 0,
        }
    )
