"""Sessions of the simulated market in a few figures each, from the analysis of the chain at their close."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from scipy.special import ndtr

from alphagex import clock
from apps.market.chain import Chain
from apps.market.exposure.analysis import analyse
from apps.market.exposure.settlement import settlement_instant
from apps.market.sources.simulated import gamma_facts
from apps.market.sources.simulated.chains import FIRST_DAY, SECONDS_PER_YEAR, Chains, on_clock
from apps.market.sources.simulated.universe import Instrument

HORIZON_DAYS = 30
KEPT_SESSIONS = 20_000  # of a symbol, half a kilobyte each; one costs 10 to 20 ms to analyse


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One moment. price: points or USD. implied_volatility: 30 days, at the money, fraction a year.

    put_call_ratio: by open interest. delta_spread: see `delta_spread`. gamma_row: of `/gex/history`.
    """

    as_of: datetime
    price: float
    implied_volatility: float
    put_call_ratio: float
    delta_spread: float
    gamma_row: dict[str, Any]


class Sessions:
    """Observes closes, each once: a session that is over never changes."""

    def __init__(self, chains: Chains) -> None:
        self._chains = chains
        self._known: OrderedDict[tuple[str, date], Observed] = OrderedDict()

    def closes(self, instrument: Instrument, *, first: date, at: datetime) -> list[Observed]:
        """Return the sessions from `first` on that are over at `at` (New York), oldest first."""
        found = []
        day = max(first, FIRST_DAY)
        while day <= at.date():
            session = clock.session_on(day)
            if session and session.closes <= at:
                found.append(self._close(instrument, session))
            day += timedelta(days=1)
        return found

    def _close(self, instrument: Instrument, session: clock.Session) -> Observed:
        place = (instrument.symbol, session.day)
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = observe(self._chains.chain(instrument, session.closes))
            if len(self._known) > KEPT_SESSIONS:
                self._known.popitem(last=False)
        return known


def observe(chain: Chain) -> Observed:
    """Return the figures of a chain."""
    exposure = analyse(chain)
    return Observed(
        as_of=chain.as_of,
        price=chain.spot,
        implied_volatility=gamma_facts.known(exposure.implied_volatility, f"volatility of {chain.symbol}"),
        put_call_ratio=gamma_facts.known(exposure.put_call_ratio, f"put/call ratio of {chain.symbol}"),
        delta_spread=delta_spread(chain),
        gamma_row=gamma_facts.gamma_day(exposure),
    )


def delta_spread(chain: Chain) -> float:
    """Return the volatility of the 25-delta call less that of the 25-delta put, nearest to 30 days."""
    ahead = (chain.expiration - np.datetime64(chain.as_of.date())).astype(np.int64)
    nearest = chain.expiration[np.argmin(np.abs(ahead - HORIZON_DAYS))]
    rows = np.flatnonzero((chain.expiration == nearest) & chain.is_call)
    listed: date = nearest.item()
    # Where a date settles twice, the series of the close.
    last = max(set(chain.root[rows].tolist()), key=lambda root: settlement_instant(chain.roots[root], listed))
    rows = rows[chain.root[rows] == last]
    rows = rows[np.argsort(-chain.strike[rows])]  # the delta of a call rises as its strike falls
    seconds = on_clock(settlement_instant(chain.roots[last], listed)) - on_clock(chain.as_of)
    deviation = chain.iv[rows] * np.sqrt(seconds / SECONDS_PER_YEAR)
    delta = ndtr(np.log(chain.spot / chain.strike[rows]) / deviation + deviation / 2)
    of_call, of_put = np.interp([0.25, 0.75], delta, chain.iv[rows])
    return float(of_call - of_put)
