"""Trading Volatility as a source of gamma, and of what it knows besides."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import requests

from apps.market.chain import Origin
from apps.market.exposure.result import Exposure
from apps.market.sources import stand_in
from apps.market.sources.protocol import Answer, Kind, Meter, Question, SourceUnavailable, UnknownSymbol, Unmetered
from apps.market.sources.tradingvolatility.account import Account, InProcess, Remembered
from apps.market.sources.tradingvolatility.answers import WHO
from apps.market.sources.tradingvolatility.exposure import exposure_of, moment_of
from legacy_engines.gamma.trading_volatility.parsing import STD_NAMES

DEFAULT_BASE_URL = "https://stocks.tradingvolatility.net/api"
ENDPOINTS = {
    Kind.GAMMA_DAYS: "gex/history",
    Kind.EXPIRATION_GAMMA: "gex/gamma",
    Kind.LEVELS: "gex/levels",
    Kind.SKEW: "skew/latest",
    Kind.SKEW_DAYS: "skew/history",
}
AGGREGATES = ("skew_adjusted_gex", "gex_flip_price", "price")
# The names the service really sends, beside those the old parser reads (gamma 4.8, Q4).
STD_SENT = {
    "+1STD (1-day)": "price_plus_1_day_std",
    "-1STD (1-day)": "price_minus_1_day_std",
    "+1STD (7-day)": "price_plus_7_day_std",
    "-1STD (7-day)": "price_minus_7_day_std",
}
UNMETERED = Unmetered()
_ORIGIN = Origin(source="tradingvolatility", kind="live", label=WHO)


class TradingVolatilitySource:
    """Delivers the vendor's own gamma, levels, skew and history. timeout: seconds for one answer."""

    name = "tradingvolatility"
    always_open = False
    kinds = frozenset(ENDPOINTS)

    def __init__(
        self,
        key: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        session: requests.Session | None = None,
        timeout: float = 15.0,
        meter: Meter = UNMETERED,
        remembered_version: Remembered | None = None,
    ) -> None:
        self._account = Account(
            key,
            base_url=base_url,
            session=session or requests.Session(),
            timeout=timeout,
            meter=meter,
            remembered=remembered_version or InProcess(),
        )

    def fetch_exposure(self, symbol: str, *, at: datetime) -> Exposure:
        """Return the newest gamma by strike: one request, a second one where the aggregates are missing."""
        entry = self._account.entry("gex/gammaOI", symbol, at=at)
        if not isinstance(entry, dict):
            raise SourceUnavailable(f"{WHO}'s gamma of {symbol} is JSON, but no object.")
        if any(name not in entry for name in AGGREGATES):
            entry = self._account.entry("gex/latest", symbol, at=at) | entry
        return exposure_of(symbol, entry, origin=self._origin(), at=at)

    def fetch(self, question: Question, *, at: datetime) -> Answer:
        """Return the answer of one request. Raises SourceError; UnknownSymbol where there is nothing such."""
        endpoint = ENDPOINTS.get(question.kind)
        if endpoint is None:
            raise UnknownSymbol(f"{WHO} offers no {question.kind.replace('_', ' ')}.")
        entry = self._account.entry(endpoint, question.symbol, at=at, detail=question.detail)
        value, as_of = _checked(question, entry, at=at)
        return Answer(question=question, value=value, as_of=as_of, origin=self._origin())

    def _origin(self) -> Origin:
        return stand_in.origin_of(replace(_ORIGIN, detail=self._account.version), self._account.stand_in)


def _checked(question: Question, entry: Any, *, at: datetime) -> tuple[Any, datetime]:
    """Return the value in the shape its kind promises, and its moment. Raises SourceUnavailable."""
    if question.kind in (Kind.GAMMA_DAYS, Kind.SKEW_DAYS):
        if not isinstance(entry, list) or not all(isinstance(row, dict) for row in entry):
            raise SourceUnavailable(f"{WHO}'s history of {question.symbol} is no list of days.")
        oldest = f"{at - timedelta(days=int(question.detail)):%Y-%m-%d}"
        rows = sorted((row for row in entry if str(row.get("collection_date", ""))[:10] >= oldest), key=_day)
        return rows, (moment_of(rows[-1].get("collection_date")) if rows else None) or at
    if not isinstance(entry, dict):
        raise SourceUnavailable(f"{WHO}'s {question.kind.replace('_', ' ')} of {question.symbol} is no object.")
    if question.kind is Kind.LEVELS:
        entry = both_spellings(entry)
    if question.kind is Kind.EXPIRATION_GAMMA and not isinstance(entry.get("gamma_array"), list):
        raise SourceUnavailable(f"{WHO} sent no strikes for {question.symbol} {question.detail}.")
    return entry, moment_of(entry.get("collection_date")) or at


def both_spellings(entry: dict[str, Any]) -> dict[str, Any]:
    """Return levels under the names the service sends and under those the old parser reads; gex_4 is kept."""
    upper = {f"GEX_{place}": entry[f"gex_{place}"] for place in range(5) if f"gex_{place}" in entry}
    lower = {f"gex_{place}": entry[f"GEX_{place}"] for place in range(5) if f"GEX_{place}" in entry}
    upper |= {old: entry[STD_SENT[old]] for old in STD_NAMES.values() if STD_SENT[old] in entry}
    lower |= {STD_SENT[old]: entry[old] for old in STD_NAMES.values() if old in entry}
    return lower | upper | entry


def _day(row: dict[str, Any]) -> str:
    return str(row.get("collection_date", ""))
