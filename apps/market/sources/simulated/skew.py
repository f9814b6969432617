"""Volatility skew and positioning of the simulated market: what Trading Volatility's `/skew` says, and how it is made.

implied_volatility: 30 days, at the money, fraction a year. pcr_oi: puts per call by open interest. one_day_std,
one_week_std: that volatility over 1 and 7 trading days, fraction of spot. put_call_delta_spread: volatility of the call
with a delta of 0.25 less that of the put with -0.25, 30 days, fraction a year. avg_PC_delta_spread: its mean over the
last 20 sessions. bollinger_band_width: 4 standard deviations of the last 20 closes, fraction of their mean.
pcr_oi_30_day_change, pcr_oi_60_day_change: pcr_oi less what it was that many days before; null without such a session.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from apps.market.sources.simulated.gamma_facts import standard_deviation
from apps.market.sources.simulated.observed import Observed

WINDOW = 20  # sessions
MEMORY = timedelta(days=70)  # what a row looks back on


def row(moments: Sequence[Observed]) -> dict[str, Any]:
    """Return the row of the last of `moments`, which are sessions without gaps, oldest first."""
    newest, window = moments[-1], moments[-WINDOW:]
    closes = np.array([each.price for each in window])
    return {
        "collection_date": newest.as_of.date().isoformat(),
        "implied_volatility": newest.implied_volatility,
        "pcr_oi": newest.put_call_ratio,
        "one_day_std": standard_deviation(newest.implied_volatility, days=1),
        "one_week_std": standard_deviation(newest.implied_volatility, days=7),
        "put_call_delta_spread": newest.delta_spread,
        "avg_PC_delta_spread": float(np.mean([each.delta_spread for each in window])),
        "bollinger_band_width": float(4 * closes.std() / closes.mean()),
        "pcr_oi_30_day_change": _change(moments, days=30),
        "pcr_oi_60_day_change": _change(moments, days=60),
    }


def _change(moments: Sequence[Observed], *, days: int) -> float | None:
    newest = moments[-1]
    day = newest.as_of.date() - timedelta(days=days)
    before = [each for each in moments if each.as_of.date() <= day]
    return newest.put_call_ratio - before[-1].put_call_ratio if before else None
