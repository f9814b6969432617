"""Option chains from a price source: spot, approximate greeks, the chain and unusual flow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from legacy_engines.ports import Clock, Ticker, Tickers, utc_now

Array = npt.NDArray[np.float64]

DEFAULT_SPOT = 100.0
DEFAULT_DTE = 5
DEFAULT_VOLATILITY = 0.20
MOST_EXPIRATIONS = 5
CHAIN_COLUMNS = (
    "strike",
    "optiontype",
    "openinterest",
    "volume",
    "impliedvolatility",
    "gamma",
    "delta",
    "expiration",
    "dte",
)
FLOW_COLUMNS = ["strike", "optiontype", "expiration", "volume", "openinterest", "volume_oi_ratio", "dollar_volume"]
FLOW_ROWS = 20
UNUSUAL_RATIO = 2


class OptionsDataFetcher:
    """Read spot and option chain of a symbol. tickers: looks the symbol up at the price source, once."""

    def __init__(self, symbol: str = "SPY", *, tickers: Tickers, clock: Clock) -> None:
        self.symbol = symbol.upper()
        self.spot_price: float | None = None
        self.risk_free_rate = 0.045
        self.options_chain: pd.DataFrame | None = None
        self.raw_data_cache: dict[str, Any] = {}
        self.ticker: Ticker = tickers(self.symbol)
        self._clock = clock

    def get_spot_price(self) -> float:
        """Return the last close in dollars: of today's minute bars, else of the last days, else the one known."""
        try:
            bars = self.ticker.history(period="1d", interval="1m")
            if bars.empty:
                bars = self.ticker.history(period="5d")
            self.spot_price = float(bars["Close"].iloc[-1])
        except Exception:  # noqa: BLE001 - whatever the price source raises, the last known price stands in
            return self.spot_price or DEFAULT_SPOT
        return self.spot_price

    def calculate_greeks(self, option_data: pd.DataFrame, spot: float | None = None) -> pd.DataFrame:
        """Return a copy of the contracts with moneyness, gamma, delta, theta and vega.

        option_data: Yahoo's column names; `dte` in days and `impliedVolatility` as annual fraction have defaults when
        the column is absent. Deliberate (core Q3): a rule of thumb, not Black-Scholes; call delta lies in 0.5..1, put
        delta in -0.5..0, there is no interest rate and a negative dte gives NaN.
        """
        spot = self.spot_price if spot is None else spot
        if spot is None:
            raise TypeError("no spot price: pass one or call get_spot_price() first")
        data = option_data.copy()
        data["moneyness"] = data["strike"] / spot
        if data.empty:
            return data
        strike = numbers_of(data["strike"])
        if _has_mixed_columns(option_data) and bool(np.any(strike == 0)):
            raise ZeroDivisionError("strike 0: drop rows without a strike before calculating greeks")
        days = numbers_of(data["dte"]) if "dte" in data else np.full(len(data), float(DEFAULT_DTE))
        volatility = (
            numbers_of(data["impliedVolatility"])
            if "impliedVolatility" in data
            else np.full(len(data), DEFAULT_VOLATILITY)
        )
        # Only the exact lower-case word is a call.
        calls = data["optionType"].eq("call").to_numpy(bool) if "optionType" in data else np.zeros(len(data), bool)
        for name, values in _greeks(strike, float(spot), days, volatility, calls).items():
            data[name] = values
        return data

    def get_options_chain(self, days_to_expiry: float = 30, max_retries: int = 3) -> pd.DataFrame:
        """Return calls and puts of the first expirations within `days_to_expiry` days, with greeks, and keep them.

        Repaired (core Q1): both dates are naive UTC. A failed attempt waits 1, 2, 4 ... seconds on the clock before the
        next one; after `max_retries` failures the frame is empty.
        """
        for attempt in range(max_retries):
            try:
                chain = self._read_chain(days_to_expiry)
            except Exception:  # noqa: BLE001 - any failure of the price source is a failed attempt
                chain = None
            if chain is not None:
                self.options_chain = chain
                return chain
            if attempt < max_retries - 1:
                self._clock.sleep(2**attempt)
        return pd.DataFrame()

    def get_option_flow(self) -> pd.DataFrame:
        """Return the contracts of the kept chain that trade more than twice their open interest, by dollar volume."""
        if self.options_chain is None or self.options_chain.empty:
            return pd.DataFrame()
        chain = self.options_chain.copy()
        chain["volume_oi_ratio"] = chain["volume"] / (chain["openinterest"] + 1)
        unusual = chain[chain["volume_oi_ratio"] > UNUSUAL_RATIO].copy()
        price = unusual.get("lastprice", 1)
        unusual["dollar_volume"] = unusual["volume"] * price * 100
        ordered = unusual.sort_values("dollar_volume", ascending=False, kind="stable")
        return ordered[FLOW_COLUMNS].head(FLOW_ROWS)

    def _read_chain(self, days_to_expiry: float) -> pd.DataFrame | None:
        """Return the chain of one attempt, None if there is nothing; failures of the source pass through."""
        self.get_spot_price()
        expirations = self.ticker.options
        if not expirations:
            return None
        now = utc_now(self._clock).replace(tzinfo=None)
        latest = now + timedelta(days=days_to_expiry)
        wanted = [text for text in expirations if _midnight(text) <= latest][:MOST_EXPIRATIONS]
        sides = [side for text in wanted for side in self._sides(text, now)]
        return _combined(sides) if sides else None

    def _sides(self, expiration: str, now: datetime) -> list[pd.DataFrame]:
        """Return calls and puts of an expiration, with greeks; nothing if either is missing or cannot be read."""
        try:
            chain = self.ticker.option_chain(expiration)
            if chain.calls.empty or chain.puts.empty:
                return []
            # Deliberate (core Q2): counted from now to midnight, so today's expiration is -1 and tomorrow's 0.
            dte = (_midnight(expiration) - now).days
            sides = {"call": chain.calls, "put": chain.puts}
            return [
                self.calculate_greeks(side.assign(optionType=kind, expiration=expiration, dte=dte))
                for kind, side in sides.items()
            ]
        except Exception:  # noqa: BLE001 - an expiration that cannot be read is left out, the others count
            return []


def numbers_of(values: pd.Series) -> Array:
    """Return a column as floats, missing values as NaN. Raises TypeError for text instead of guessing a number."""
    if not pd.api.types.is_numeric_dtype(values.dtype):
        texts = [value for value in values if isinstance(value, str)]
        if texts:
            raise TypeError(f"column {values.name!r} holds text {texts[0]!r}; convert it to numbers first")
    return values.to_numpy(dtype=float, na_value=np.nan)


def _greeks(strike: Array, spot: float, days: Array, volatility: Array, calls: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return gamma, delta, theta and vega per contract by a rule of thumb, not by a model. NaN stays NaN."""
    with np.errstate(all="ignore"):
        years = days / 365
        distance = np.abs(1 - strike / spot)
        peak = 0.05 * np.exp(-10 * distance)
        gamma = peak * (1 / np.sqrt(np.maximum(days, 0.5))) * (1 / np.maximum(volatility, 0.1)) * 0.01
        d = (np.log(spot / strike) + 0.5 * volatility**2 * days / 365) / (volatility * np.sqrt(years))
        half = 0.5 * ndtr(d)
        return {
            "gamma": gamma,
            "delta": np.where(calls, 0.5 + half, -0.5 + half),
            "theta": -0.01 * gamma * spot * volatility,
            "vega": 0.01 * gamma * spot * np.sqrt(years),
        }


def _has_mixed_columns(frame: pd.DataFrame) -> bool:
    """Return whether rows hold more than numbers: the old rows then held plain Python numbers, not IEEE ones."""
    kinds = pd.api.types
    return any(not kinds.is_numeric_dtype(kind) or kinds.is_bool_dtype(kind) for kind in frame.dtypes)


def _combined(sides: list[pd.DataFrame]) -> pd.DataFrame:
    """Return one frame with lower-case columns, the expected ones added as 0 and nothing missing."""
    chain = pd.concat(sides, ignore_index=True)
    chain.columns = chain.columns.str.lower()
    for name in CHAIN_COLUMNS:
        if name not in chain:
            chain[name] = 0
    for name in chain.columns[chain.isna().any()]:
        column = chain[name]
        numeric = pd.api.types.is_numeric_dtype(column.dtype)
        chain[name] = column.fillna(0) if numeric else column.astype(object).where(column.notna(), 0)
    return chain


def _midnight(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - expirations are compared as naive UTC
