"""Option quotes read from the chains of the price source: one contract, or the nearest one within reach of spot."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from legacy_engines.ports import Tickers

REACH: Final = (0.90, 1.10)
"""Strikes worth looking at as shares of spot, both ends included."""


def get_real_option_price(
    symbol: str, strike: float, option_type: str, expiration_date: str, *, tickers: Tickers
) -> dict[str, Any]:
    """Return the quote of the listed strike nearest to `strike`, with its mid, or a dictionary with only `error`.

    Prices in US dollars per share, implied volatility as a fraction a year, `strike` as it is listed. A NaN volume or
    open interest makes the whole quote an error; a NaN price or volatility passes through (trading Q-12).
    """
    try:
        chain = _side(tickers, symbol, option_type, expiration_date)
        row = _nearest(chain, strike)
        bid, ask = _number(chain, row, "bid"), _number(chain, row, "ask")
        prices = {"bid": bid, "ask": ask, "last": _number(chain, row, "lastPrice"), "mid": (bid + ask) / 2}
        return {**prices, **_interest(chain, row), **_contract(chain, row)}
    except Exception as error:  # noqa: BLE001 - as specified, whatever the source or a conversion raises is the answer
        return {"error": _explained(symbol, expiration_date, error)}


def get_real_option_price_v2(
    symbol: str, strike: float, option_type: str, expiration_date: str, *, tickers: Tickers
) -> dict[str, Any]:
    """Return the same quote without its mid, with `delta` and `gamma` where the chain has such columns, else None."""
    try:
        chain = _side(tickers, symbol, option_type, expiration_date)
        row = _nearest(chain, strike)
        greeks = {name: float(chain[name].iloc[row]) if name in chain else None for name in ("delta", "gamma")}
        return {**_prices(chain, row), **_interest(chain, row), **greeks, **_contract(chain, row)}
    except Exception as error:  # noqa: BLE001 - as specified, whatever the source or a conversion raises is the answer
        return {"error": _explained(symbol, expiration_date, error)}


def find_best_strike_from_real_data(
    symbol: str, expiration_date: str, target_strike: float, option_type: str, spot_price: float, *, tickers: Tickers
) -> tuple[float, dict[str, Any]]:
    """Return the listed strike nearest to the target within 10 % of spot, and its quote.

    The target itself and a dictionary with only `error` when there is none.
    """
    try:
        chain = _side(tickers, symbol, option_type, expiration_date)
        low, high = (spot_price * share for share in REACH)
        within = chain[(chain["strike"] >= low) & (chain["strike"] <= high)]
        row = _nearest(within, target_strike)
        data = {**_prices(within, row), **_interest(within, row), **_contract(within, row)}
        return float(data["strike"]), data
    except Exception as error:  # noqa: BLE001 - as specified, whatever the source or a conversion raises is the answer
        return target_strike, {"error": _explained(symbol, expiration_date, error)}


def _side(tickers: Tickers, symbol: str, option_type: str, expiration_date: str) -> pd.DataFrame:
    chains = tickers(symbol).option_chain(expiration_date)
    # Deliberate (trading Q-3): whatever is not a call, an iron condor included, is quoted as a put.
    return chains.calls if option_type.lower() == "call" else chains.puts


def _nearest(chain: pd.DataFrame, strike: float) -> int:
    """Return the position of the strike nearest to the wanted one, however far away; of several, the first listed."""
    if chain.empty:
        raise ValueError("the chain has no strikes to choose from")
    distance = np.abs(chain["strike"].to_numpy(dtype=np.float64) - strike)
    return int(np.argsort(distance, kind="stable")[0])


def _prices(chain: pd.DataFrame, row: int) -> dict[str, float]:
    names = (("bid", "bid"), ("ask", "ask"), ("last", "lastPrice"))
    return {name: _number(chain, row, column) for name, column in names}


def _interest(chain: pd.DataFrame, row: int) -> dict[str, float]:
    return {
        "volume": int(_cell(chain, row, "volume", 0)),
        "open_interest": int(_cell(chain, row, "openInterest", 0)),
        "implied_volatility": _number(chain, row, "impliedVolatility"),
    }


def _contract(chain: pd.DataFrame, row: int) -> dict[str, Any]:
    return {
        "strike": _number(chain, row, "strike"),
        "contract_symbol": _cell(chain, row, "contractSymbol", ""),
    }


def _number(chain: pd.DataFrame, row: int, column: str) -> float:
    return float(_cell(chain, row, column, 0))


def _cell(chain: pd.DataFrame, row: int, column: str, default: Any) -> Any:
    return chain[column].iloc[row] if column in chain else default


def _explained(symbol: str, expiration_date: str, error: Exception) -> str:
    return f"No quote for {symbol} expiring {expiration_date}: {error}"
