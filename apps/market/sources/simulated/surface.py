"""Volatility by strike and settlement, free of arbitrage by construction (surface SVI, Gatheral and Jacquier 2014).

Rates and dividends are zero here, as in the assumptions the analysis starts with: forwards equal spot, and early
exercise is worth nothing, so one formula holds for indexes and shares.
"""

import numpy as np

from apps.market.chain import FloatArray

REVERSION_DAYS = 45.0  # days of variance after which today's calm or panic has faded to 37 %


def money_variance(ahead: FloatArray, *, today: FloatArray, usual: float) -> FloatArray:
    """Return at-the-money total variance `ahead` days of variance from now; increasing, so calendars cost something.

    today, usual: variance per day now and in the long run. ahead and today broadcast.
    """
    faded = REVERSION_DAYS * -np.expm1(-ahead / REVERSION_DAYS)
    return usual * ahead + (today - usual) * faded


def total_variance(log_moneyness: FloatArray, money: FloatArray, *, skew: float, curvature: float) -> FloatArray:
    """Return total variance at ln(strike / spot), given the at-the-money total variance of its settlement."""
    bend = curvature / np.sqrt(money * (1 + money)) * log_moneyness
    return money / 2 * (1 + skew * bend + np.sqrt((bend + skew) ** 2 + 1 - skew**2))
